#pragma once
/// Tasks with room of their own to work in.
#include <algorithm>
#include <atomic>

#include "variate/core/types.hpp"
#include "variate/parallel/executor.hpp"

namespace variate::detail {

/// f(slot, i) for i = 0 .. count - 1, each once. Calls at the same time have different slots, 0 .. executor.threads() - 1, so that
/// each may keep a workspace between its calls. What f gives for an i must not depend on the slot.
template <Executor E, class F>
void for_each_in_slots(E& executor, Index count, F f) {
  std::atomic<Index> next{0};
  executor.for_each(std::min<Index>(count, executor.threads()), [&](Index slot) {
    for (Index i = next.fetch_add(1, std::memory_order_relaxed); i < count; i = next.fetch_add(1, std::memory_order_relaxed))
      f(slot, i);
  });
}

}  // namespace variate::detail

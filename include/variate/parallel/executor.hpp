#pragma once
/// Who runs the tasks. Everything parallel in variate cuts its work by size alone and adds up in order, so that an executor
/// decides how long it takes and never what comes out.
#include <concepts>

#include "variate/core/types.hpp"

namespace variate {

/// `for_each(tasks, f)` calls f(0), ..., f(tasks - 1), in any order and on any thread, each once, and returns when all are done.
/// If calls throw, the exception of the lowest index comes out; tasks after it may have been left undone. `threads()` is how many
/// can run at a time.
template <class E>
concept Executor = requires(E& executor, const E& c, Index tasks, void (*task)(Index)) {
  executor.for_each(tasks, task);
  { c.threads() } -> std::convertible_to<Index>;
};

/// Runs every task in order, here.
struct SerialExecutor {
  Index threads() const { return 1; }
  template <class F>
  void for_each(Index tasks, F&& task) const {
    for (Index i = 0; i < tasks; ++i) task(i);
  }
};

}  // namespace variate

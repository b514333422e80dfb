#pragma once
/// Room to work in, one for each task that runs at a time, kept from one iteration to the next.
#include <atomic>
#include <cstddef>
#include <memory>
#include <vector>

#include "variate/core/types.hpp"

namespace variate::detail {

/// Lends a W to whoever asks; when all are out, a fresh one. Copies start without.
template <class W>
class Workspaces {
 public:
  Workspaces() = default;
  Workspaces(const Workspaces&) {}
  Workspaces& operator=(const Workspaces&) { return *this; }
  Workspaces(Workspaces&&) = default;
  Workspaces& operator=(Workspaces&&) = default;
  ~Workspaces() = default;

  /// Not while some are out.
  void reserve(Index count) {
    while (static_cast<Index>(slots_.size()) < count) slots_.push_back(std::make_unique<Slot>());
  }
  /// f(workspace), what is in it being of no account.
  template <class F>
  void with(F&& f) {
    for (const auto& slot : slots_)
      if (!slot->taken.exchange(true, std::memory_order_acquire)) {
        const Release release{*slot};
        f(slot->room);
        return;
      }
    W fresh;
    f(fresh);
  }

 private:
  struct Slot {
    std::atomic<bool> taken{false};
    W room;
  };
  struct Release {
    Slot& slot;
    ~Release() { slot.taken.store(false, std::memory_order_release); }
  };
  std::vector<std::unique_ptr<Slot>> slots_;
};

}  // namespace variate::detail

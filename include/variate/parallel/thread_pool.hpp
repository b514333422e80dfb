#pragma once
/// A few threads that wait for work and cost nothing while they do.
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"

namespace variate {

/// An Executor that owns threads - 1 threads; the thread that calls `for_each` is the last one. Handing out work costs a few
/// microseconds and allocates nothing. A task that uses the pool again, and another thread that uses it while it is busy, get
/// their tasks done on the spot, one after the other. Whoever makes a pool owns it; it must outlive all that borrows it.
class ThreadPool {
 public:
  /// Throws InvalidArgument if threads < 1; std::system_error if the system gives none.
  explicit ThreadPool(Index threads) {
    detail::require_at_least("ThreadPool", "threads", threads, 1);
    workers_.reserve(static_cast<std::size_t>(threads - 1));
    try {
      for (Index i = 1; i < threads; ++i) workers_.emplace_back([this] { work(); });
    } catch (...) {
      stop();
      throw;
    }
  }
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  ~ThreadPool() { stop(); }

  /// How many tasks can run at a time.
  Index threads() const { return static_cast<Index>(workers_.size()) + 1; }

  /// task(0), ..., task(tasks - 1), each once, on any of the threads. If some throw, the exception of the lowest index is thrown
  /// here when no task runs any more; tasks of a higher index may then be left undone.
  template <class F>
  void for_each(Index tasks, F&& task) {
    if (tasks <= 1 || workers_.empty() || busy_.exchange(true, std::memory_order_acquire)) {
      for (Index i = 0; i < tasks; ++i) task(i);
      return;
    }
    using Task = std::remove_reference_t<F>*;
    Task target = std::addressof(task);  // a pointer to this pointer works for plain functions too
    context_ = static_cast<void*>(&target);
    call_ = [](void* context, Index i) { (**static_cast<Task*>(context))(i); };
    tasks_ = tasks;
    failed_ = std::numeric_limits<Index>::max();
    next_.store(0, std::memory_order_relaxed);
    working_.store(static_cast<std::uint32_t>(workers_.size()), std::memory_order_relaxed);
    round_.fetch_add(1, std::memory_order_release);
    round_.notify_all();
    run_tasks();
    for (std::uint32_t left = working_.load(std::memory_order_acquire); left != 0;
         left = working_.load(std::memory_order_acquire))
      working_.wait(left, std::memory_order_acquire);
    const std::exception_ptr error = std::exchange(error_, nullptr);
    busy_.store(false, std::memory_order_release);
    if (error) std::rethrow_exception(error);
  }

 private:
  void work() {
    for (std::uint32_t seen = 0;;) {
      round_.wait(seen, std::memory_order_acquire);
      seen = round_.load(std::memory_order_acquire);
      if (stopping_.load(std::memory_order_relaxed)) return;
      run_tasks();
      if (working_.fetch_sub(1, std::memory_order_acq_rel) == 1) working_.notify_one();
    }
  }

  /// Takes tasks in order, so that when one fails all before it have been taken, and the lowest failure is always found.
  void run_tasks() {
    for (Index i = next_.fetch_add(1, std::memory_order_relaxed); i < tasks_; i = next_.fetch_add(1, std::memory_order_relaxed)) {
      try {
        call_(context_, i);
      } catch (...) {
        next_.store(tasks_, std::memory_order_relaxed);
        const std::lock_guard lock(failure_);
        if (i < failed_) {
          failed_ = i;
          error_ = std::current_exception();
        }
      }
    }
  }

  void stop() {
    stopping_.store(true, std::memory_order_relaxed);
    round_.fetch_add(1, std::memory_order_release);
    round_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }

  std::vector<std::thread> workers_;
  std::atomic<bool> busy_{false}, stopping_{false};
  std::atomic<std::uint32_t> round_{0};    ///< changes when there is work; 32 bits, which the system can wait for directly
  std::atomic<std::uint32_t> working_{0};  ///< workers not yet done with this round
  std::atomic<Index> next_{0};             ///< the first task nobody has taken

  // What the round is about; written between rounds only.
  void* context_ = nullptr;
  void (*call_)(void*, Index) = nullptr;
  Index tasks_ = 0;

  std::mutex failure_;
  Index failed_ = 0;
  std::exception_ptr error_;
};

}  // namespace variate

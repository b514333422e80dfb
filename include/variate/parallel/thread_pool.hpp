#pragma once
/// A few threads that wait for work and cost nothing while they do.
#include <atomic>
#include <chrono>
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
namespace detail {

/// A moment's rest for one who looks at a number again and again until another thread changes it.
inline void rest() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__GNUC__) && defined(__aarch64__)
  __asm__ __volatile__("yield");
#endif
}

/// Looks until there is something to see, or that time has passed.
template <class Seen>
void look_out(std::chrono::nanoseconds patience, Seen seen) {
  if (patience.count() == 0) return;
  const auto end = std::chrono::steady_clock::now() + patience;
  do {
    for (int i = 0; i < 16; ++i) {
      if (seen()) return;
      rest();
    }
  } while (std::chrono::steady_clock::now() < end);
}

}  // namespace detail

/// An Executor that owns threads - 1 threads; the thread that calls `for_each` is the last one. Handing out work costs a few
/// microseconds and allocates nothing. For a moment after a round its threads look out for the next one and only then sleep, as
/// waking them takes longer than many a round; where there are more of them than processors, they sleep at once. Nobody waits for
/// a thread that slept too long to find a task. A task that uses the pool again, and another thread that uses it while it is
/// busy, get their tasks done on the spot, one after the other. Who makes a pool owns it; it must outlive all that borrows it.
class ThreadPool {
 public:
  /// Throws InvalidArgument if threads < 1; std::system_error if the system gives none.
  explicit ThreadPool(Index threads) : patience_(patience(threads)) {
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
    inside_.store(open, std::memory_order_release);
    round_.fetch_add(1, std::memory_order_release);
    round_.notify_all();
    run_tasks();
    inside_.fetch_and(~open, std::memory_order_acquire);
    detail::look_out(patience_, [this] { return inside_.load(std::memory_order_acquire) == 0; });
    for (std::uint32_t left = inside_.load(std::memory_order_acquire); left != 0; left = inside_.load(std::memory_order_acquire))
      inside_.wait(left, std::memory_order_acquire);
    const std::exception_ptr error = std::exchange(error_, nullptr);
    busy_.store(false, std::memory_order_release);
    if (error) std::rethrow_exception(error);
  }

 private:
  static constexpr std::uint32_t open = std::uint32_t{1} << 31;

  void work() {
    for (std::uint32_t seen = 0;;) {
      detail::look_out(patience_, [&] { return round_.load(std::memory_order_acquire) != seen; });
      round_.wait(seen, std::memory_order_acquire);
      seen = round_.load(std::memory_order_acquire);
      if (stopping_.load(std::memory_order_relaxed)) return;
      if (!enter()) continue;
      run_tasks();
      if (inside_.fetch_sub(1, std::memory_order_acq_rel) == 1) inside_.notify_one();
    }
  }

  /// One more worker in the round, unless it is over.
  bool enter() {
    std::uint32_t inside = inside_.load(std::memory_order_relaxed);
    while ((inside & open) != 0)
      if (inside_.compare_exchange_weak(inside, inside + 1, std::memory_order_acquire, std::memory_order_relaxed)) return true;
    return false;
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

  /// About twice what waking a thread takes; none where a thread that looks out may keep another from working.
  static std::chrono::nanoseconds patience(Index threads) {
    return std::chrono::microseconds(threads <= static_cast<Index>(std::thread::hardware_concurrency()) ? 100 : 0);
  }

  std::chrono::nanoseconds patience_;
  std::vector<std::thread> workers_;
  std::atomic<bool> busy_{false}, stopping_{false};
  // Each in a cache line of its own: some are looked at while others change.
  alignas(64) std::atomic<std::uint32_t> round_{0};   ///< changes when there is work; 32 bits, which the system can wait for
  alignas(64) std::atomic<std::uint32_t> inside_{0};  ///< how many workers are in this round, and `open` while more may enter
  alignas(64) std::atomic<Index> next_{0};            ///< the first task nobody has taken

  // What the round is about; written between rounds only.
  alignas(64) void* context_ = nullptr;
  void (*call_)(void*, Index) = nullptr;
  Index tasks_ = 0;

  std::mutex failure_;
  Index failed_ = 0;
  std::exception_ptr error_;
};

}  // namespace variate

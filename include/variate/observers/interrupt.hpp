#pragma once
#include <atomic>
#include <csignal>

#include "variate/core/concepts.hpp"

namespace variate {
namespace detail {

/// What the handler of a signal can reach: the one static of the library that is seen from outside, since a handler has no other
/// way to speak. Lock-free, as it must be in a handler.
struct Interrupts {
  static inline std::atomic<int> asked{0};  ///< an interrupt has come
  static inline std::atomic<int> depth{0};  ///< StopOnInterrupt objects alive
  static_assert(std::atomic<int>::is_always_lock_free);

#if defined(_WIN32)
  using Action = void (*)(int);
  static Action install() { return std::signal(SIGINT, handle); }
  static void restore(Action before) { std::signal(SIGINT, before); }
  static bool ignored(Action before) { return before == SIG_IGN; }
#else
  using Action = struct sigaction;
  static Action install() {
    Action now{}, before{};
    now.sa_handler = handle;
    now.sa_flags = SA_RESTART;
    sigemptyset(&now.sa_mask);
    ::sigaction(SIGINT, &now, &before);
    return before;
  }
  static void restore(const Action& before) { ::sigaction(SIGINT, &before, nullptr); }
  static bool ignored(const Action& before) { return (before.sa_flags & SA_SIGINFO) == 0 && before.sa_handler == SIG_IGN; }
#endif
  /// Notes the first interrupt and leaves the next one to the system, which ends the program.
  static void handle(int) {
    asked.store(1);
    std::signal(SIGINT, SIG_DFL);
  }
};

}  // namespace detail

/// An observer that ends a run cleanly when the user presses Ctrl-C: the step at work is finished, and `fit` returns what there
/// is. A second Ctrl-C ends the program as usual. While the object lives it owns SIGINT; the handler before it is put back when
/// it goes. If SIGINT was ignored (a job in the background), it stays ignored.
///
/// They nest: one alive inside another shares its signal, and both runs end. Make and destroy them in one thread.
///
///     const auto result = variate::fit(learner, rng, {.max_steps = 100000}, variate::StopOnInterrupt{});
class StopOnInterrupt {
 public:
  StopOnInterrupt() : outermost_(detail::Interrupts::depth.fetch_add(1) == 0) {
    if (!outermost_) return;
    detail::Interrupts::asked.store(0);
    before_ = detail::Interrupts::install();
    if (detail::Interrupts::ignored(before_)) detail::Interrupts::restore(before_);
  }
  StopOnInterrupt(const StopOnInterrupt&) = delete;
  StopOnInterrupt& operator=(const StopOnInterrupt&) = delete;
  ~StopOnInterrupt() {
    if (outermost_) detail::Interrupts::restore(before_);
    detail::Interrupts::depth.fetch_sub(1);
  }

  /// A run begins: an interrupt that ended the run before is forgotten, unless an outer run is still to see it.
  void start(Index, Index) {
    if (!outermost_ || !interrupted()) return;
    detail::Interrupts::asked.store(0);
    detail::Interrupts::install();
  }
  /// False once an interrupt has come: ends the run after this step.
  bool operator()(const Step&) const { return !interrupted(); }
  /// Has an interrupt come?
  bool interrupted() const { return detail::Interrupts::asked.load() != 0; }

 private:
  bool outermost_;
  detail::Interrupts::Action before_{};
};

}  // namespace variate

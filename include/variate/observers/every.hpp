#pragma once
#include <type_traits>
#include <utility>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"

namespace variate {

/// An observer that calls another after every k-th step only: see `every`. O is a reference if it was given a named observer.
template <class O>
class Every {
 public:
  /// Throws InvalidArgument if k < 1.
  Every(Index k, O observer) : k_(k), observer_(std::forward<O>(observer)) { detail::require_at_least("every", "k", k, 1); }

  /// Tells the other observer that a run begins, if it wants to know.
  void start(Index first, Index max_steps) {
    if constexpr (requires { observer_.start(first, max_steps); }) observer_.start(first, max_steps);
  }
  /// Steps k, 2k, ... of the run are passed on, with the stepper if the other takes one; its answer, if any, is this one's.
  bool operator()(const Step& step)
    requires std::is_invocable_v<O&, const Step&>
  {
    return (step.index + 1) % k_ != 0 || answer([&]() -> decltype(auto) { return observer_(step); });
  }
  template <class StepType, class Stepper>
    requires(std::is_invocable_v<O&, const StepType&, const Stepper&>)
  bool operator()(const StepType& step, const Stepper& stepper) {
    return (step.index + 1) % k_ != 0 || answer([&]() -> decltype(auto) { return observer_(step, stepper); });
  }
  /// Tells the other observer that the run is over, if it wants to know.
  void finish() {
    if constexpr (requires { observer_.finish(); }) observer_.finish();
  }

 private:
  template <class Call>
  static bool answer(Call&& call) {
    if constexpr (std::is_void_v<decltype(call())>) {
      call();
      return true;
    } else {
      return static_cast<bool>(call());
    }
  }

  Index k_;
  O observer_;
};

/// `every(100, observer)`: calls the observer after steps 100, 200, .... A named observer is referred to, a temporary is kept.
template <class O>
Every<O> every(Index k, O&& observer) {
  return Every<O>(k, std::forward<O>(observer));
}

}  // namespace variate

#pragma once
/// The one loop: `fit(stepper, rng, options, observers...)`.
#include <chrono>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/inference/diagnosis.hpp"
#include "variate/random/detail/stream.hpp"

namespace variate {

/// Options of `fit`.
struct FitOptions {
  Index max_steps = 1000;    ///< steps in all: a stepper that has made some already makes the rest
  Index window = 100;        ///< the best guide is the one at the end of the best `window` steps by their mean value
  Index refused_limit = 50;  ///< as many steps in a row that could not be taken end the run
  Index draws = 10000;       ///< fresh draws for the closing diagnosis; 0: none
};

/// How a run ended.
enum class Status {
  completed,   ///< all steps were made
  stopped,     ///< an observer ended it
  not_finite,  ///< `refused_limit` steps in a row could not be taken; the stepper is at its last good state
};

namespace detail {
template <class S>
struct GuideOf {
  using Type = std::monostate;
};
template <class S>
  requires requires(const S& s) { s.q(); }
struct GuideOf<S> {
  using Type = std::remove_cvref_t<decltype(std::declval<const S&>().q())>;
};
}  // namespace detail

/// What a run leaves: the stepper at its last good state and what happened on the way. Nothing is thrown away when a run goes bad.
template <class S>
struct Fit {
  /// What the best window left; nothing for steppers without a guide.
  using Best = typename detail::GuideOf<S>::Type;

  S stepper;                       ///< the last good state; give it to `fit` again to go on
  /// How the run ended.
  Status status = Status::completed;
  std::vector<double> history{};   ///< the value of each step, NaN where there was none
  Index dropped = 0;               ///< samples left out for values or gradients that were not finite
  Index skipped = 0;               ///< steps not taken
  Index evaluations = 0;           ///< columns on which the user's function was called
  double seconds = 0;              ///< wall time of the loop
  double best_value = -std::numeric_limits<double>::infinity();  ///< mean value of the best window
  std::optional<Best> best{};                                    ///< the guide at its end; none before the first full window
  Diagnosis diagnosis{};           ///< of the averaged guide; see there

  /// Last good guide.
  decltype(auto) q() const { return stepper.q(); }
  /// The average of the iterates: the guide to use.
  auto averaged_q() const { return stepper.averaged_q(); }
  /// The guide at the end of the best window; the last one if there was no full window.
  Best best_q() const { return best ? *best : stepper.q(); }
};

namespace detail {

/// Observers take (step), (step, stepper), and say nothing or whether to go on. The step is what the stepper reports, a Step at least.
template <class O, std::derived_from<Step> P, class S>
bool tell(O& observer, const P& step, const S& stepper) {
  const auto call = [&]() -> decltype(auto) {
    if constexpr (std::is_invocable_v<O&, const P&, const S&>)
      return observer(step, stepper);
    else
      return observer(step);
  };
  if constexpr (std::is_void_v<decltype(call())>) {
    call();
    return true;
  } else {
    return static_cast<bool>(call());
  }
}
template <class O>
void start(O& observer, Index first, Index max_steps) {
  if constexpr (requires { observer.start(first, max_steps); }) observer.start(first, max_steps);
}
template <class O>
void finish(O& observer) {
  if constexpr (requires { observer.finish(); }) observer.finish();
}

/// Means over windows of values; a window with a step that was not taken does not count.
class Window {
 public:
  explicit Window(Index size) : size_(size) {}
  /// The mean when a window is full.
  std::optional<double> add(double value) {
    sum_ += value;
    if (++count_ < size_) return {};
    const double mean = sum_ / static_cast<double>(size_);
    sum_ = 0;
    count_ = 0;
    return mean;
  }

 private:
  Index size_, count_ = 0;
  double sum_ = 0;
};

}  // namespace detail

/// Steps until `max_steps`, until an observer returns false, or until steps can no longer be taken.
///
/// Step i gets the stream `rng.split(i)`, so rng itself does not move: the same rng gives the same run, and a copy of the stepper
/// continued later makes the draws the unbroken run would have made. An engine that cannot split is used as it stands.
/// Observers are called after each step, in order; each may have `start(first, max_steps)` and `finish()`. Pass a named one to read
/// it afterwards, a temporary otherwise. Throws InvalidArgument for options out of range, and whatever user code throws.
template <Stepper S, class R, class... Observers>
Fit<S> fit(S stepper, R&& rng, const FitOptions& options = {}, Observers&&... observers) {
  detail::require_at_least("fit", "max_steps", options.max_steps, 0);
  detail::require_at_least("fit", "window", options.window, 1);
  detail::require_at_least("fit", "refused_limit", options.refused_limit, 1);
  detail::require_at_least("fit", "draws", options.draws, 0);
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();

  Fit<S> result{std::move(stepper)};
  S& state = result.stepper;
  detail::Window window(options.window);
  Index refused = 0;
  bool go_on = true;
  (detail::start(observers, state.index(), options.max_steps), ...);
  while (go_on && state.index() < options.max_steps) {
    auto&& stream = detail::stream(rng, static_cast<std::uint64_t>(state.index()));
    const auto step = state.step(stream);
    result.history.push_back(step.value);
    result.dropped += step.dropped;
    result.evaluations += step.evaluations;
    refused = step.taken ? 0 : refused + 1;
    result.skipped += !step.taken;
    if (const auto mean = window.add(step.value); mean && *mean > result.best_value) {
      result.best_value = *mean;
      if constexpr (requires { state.q(); }) result.best = state.q();
    }
    ((go_on = detail::tell(observers, step, state) && go_on), ...);
    if (!go_on) result.status = Status::stopped;
    if (refused == options.refused_limit) {
      result.status = Status::not_finite;
      go_on = false;
    }
  }
  (detail::finish(observers), ...);
  result.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  if constexpr (requires { diagnose(state, rng, options.draws); })
    if (options.draws > 0) result.diagnosis = diagnose(state, rng, options.draws);
  return result;
}

}  // namespace variate

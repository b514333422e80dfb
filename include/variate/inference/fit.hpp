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
/// Means over windows of values; a window with a step that was not taken does not count.
class Window {
 public:
  /// The mean when a window of `size` is full.
  std::optional<double> add(double value, Index size) {
    sum_ += value;
    if (++count_ < size) return {};
    const double mean = sum_ / static_cast<double>(count_);
    sum_ = 0;
    count_ = 0;
    return mean;
  }
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.sum_, self.count_);
  }

 private:
  double sum_ = 0;
  Index count_ = 0;
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
  detail::Window window{};         ///< the loop's own: the window that is not full yet
  Index refused = 0;               ///< the loop's own: steps in a row that could not be taken

  /// Last good guide.
  decltype(auto) q() const { return stepper.q(); }
  /// The average of the iterates: the guide to use.
  auto averaged_q() const { return stepper.averaged_q(); }
  /// The guide at the end of the best window; the last one if there was no full window.
  Best best_q() const { return best ? *best : stepper.q(); }

  /// For checkpoints: see io/archive.hpp. The diagnosis is left out: it is made when the run is over.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.stepper, self.status, self.history, self.dropped, self.skipped, self.evaluations, self.seconds, self.best_value,
      self.window, self.refused);
    bool there = self.best.has_value();
    a(there);
    if constexpr (A::reading) {
      self.best.reset();
      if constexpr (requires { self.stepper.q(); })
        if (there) self.best.emplace(self.stepper.q());
    }
    if (self.best) a(*self.best);
  }
};

namespace detail {

/// Observers take (step), (step, stepper), and say nothing or whether to go on. The step is what the stepper reports, a Step at least.
template <class O, std::derived_from<variate::Step> P, class S>
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

}  // namespace detail

/// Steps until `max_steps`, until an observer returns false, or until steps can no longer be taken.
///
/// Step i gets the stream `rng.split(i)`, so rng itself does not move: the same rng gives the same run, and a copy of the stepper
/// continued later makes the draws the unbroken run would have made. An engine that cannot split is used as it stands.
/// Observers are called after each step, in order; each may have `start(first, max_steps)`, `finish()`, and `keep(run, rng, over)`,
/// which sees the whole run once all have been called. Pass a named one to read it afterwards, a temporary otherwise.
///
/// This form goes on with a run (what `resume` gives back): its history and counts grow. One that an observer has stopped, or whose
/// steps could no longer be taken, is over: it is only diagnosed. Give its stepper to the form below to go on all the same.
/// Throws InvalidArgument for options out of range, and whatever user code throws.
template <Stepper S, class R, class... Observers>
Fit<S> fit(Fit<S> run, R&& rng, const FitOptions& options = {}, Observers&&... observers) {
  detail::require_at_least("fit", "max_steps", options.max_steps, 0);
  detail::require_at_least("fit", "window", options.window, 1);
  detail::require_at_least("fit", "refused_limit", options.refused_limit, 1);
  detail::require_at_least("fit", "draws", options.draws, 0);
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  const double before = run.seconds;
  const auto clock = [&] { run.seconds = before + std::chrono::duration<double>(Clock::now() - begin).count(); };
  [[maybe_unused]] const auto keep = [&]([[maybe_unused]] auto& observer, [[maybe_unused]] bool over) {
    if constexpr (requires { observer.keep(run, rng, over); }) {
      clock();
      observer.keep(run, rng, over);
    }
  };

  S& state = run.stepper;
  bool go_on = run.status == Status::completed;
  (detail::start(observers, state.index(), options.max_steps), ...);
  while (go_on && state.index() < options.max_steps) {
    auto&& stream = detail::stream(rng, static_cast<std::uint64_t>(state.index()));
    const auto step = state.step(stream);
    run.history.push_back(step.value);
    run.dropped += step.dropped;
    run.evaluations += step.evaluations;
    run.refused = step.taken ? 0 : run.refused + 1;
    run.skipped += !step.taken;
    if (const auto mean = run.window.add(step.value, options.window); mean && *mean > run.best_value) {
      run.best_value = *mean;
      if constexpr (requires { state.q(); }) run.best = state.q();
    }
    ((go_on = detail::tell(observers, step, state) && go_on), ...);
    if (!go_on) run.status = Status::stopped;
    if (run.refused == options.refused_limit) {
      run.status = Status::not_finite;
      go_on = false;
    }
    (keep(observers, !go_on || state.index() >= options.max_steps), ...);
  }
  (detail::finish(observers), ...);
  clock();
  if constexpr (requires { diagnose(state, rng, options.draws); })
    if (options.draws > 0) run.diagnosis = diagnose(state, rng, options.draws);
  return run;
}

/// The same for a stepper, new or taken from a run before.
template <Stepper S, class R, class... Observers>
Fit<S> fit(S stepper, R&& rng, const FitOptions& options = {}, Observers&&... observers) {
  return fit(Fit<S>{std::move(stepper)}, std::forward<R>(rng), options, std::forward<Observers>(observers)...);
}

}  // namespace variate

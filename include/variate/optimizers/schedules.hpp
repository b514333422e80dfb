#pragma once
/// Step-size schedules: plain callables from the number of updates already done (0, 1, ...) to the factor that multiplies the
/// optimizer's rate. Each is an aggregate; an optimizer given one checks it at construction by `check()`. Any callable does:
///
///     Adam adam{{.rate = 0.05}, CosineDecay{.steps = 2000}};
///     Sgd sgd{{.rate = 0.1}, [](Index step) { return step < 100 ? 1.0 : 0.1; }};
#include <algorithm>
#include <cmath>
#include <concepts>
#include <utility>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/optimizers/detail/moving.hpp"

namespace variate {

/// A step-size schedule: maps the number of updates already done to a factor of the rate.
template <class S>
concept Schedule = std::copyable<S> && requires(const S& s, Index step) {
  { s(step) } -> std::convertible_to<double>;
};

/// Always 1: the rate stays what the optimizer's options say.
struct ConstantRate {
  double operator()(Index) const { return 1.0; }
};

/// factor^floor(step / every): drops by `factor` each `every` updates.
struct StepDecay {
  Index every = 1000;   ///< updates between two drops, at least 1
  double factor = 0.5;  ///< in (0, 1]
  double operator()(Index step) const { return std::pow(factor, static_cast<double>(step / every)); }
  /// Throws InvalidArgument or DomainError for options out of range.
  void check() const;
};

/// factor^(step / steps): the smooth form of StepDecay.
struct ExponentialDecay {
  Index steps = 1000;   ///< updates in which the rate falls by `factor`, at least 1
  double factor = 0.5;  ///< in (0, 1]
  double operator()(Index step) const { return std::pow(factor, static_cast<double>(step) / static_cast<double>(steps)); }
  /// Throws InvalidArgument or DomainError for options out of range.
  void check() const;
};

/// (1 + step / offset)^-power. For 1/2 < power <= 1 plain SGD converges almost surely (Robbins and Monro 1951).
struct InversePower {
  double power = 0.5;   ///< not negative
  double offset = 1.0;  ///< positive: updates until the decay sets in
  double operator()(Index step) const { return std::pow(1.0 + static_cast<double>(step) / offset, -power); }
  /// Throws DomainError for options out of range.
  void check() const;
};

/// end + (1 - end) (1 - step / steps)^power, and `end` after `steps` updates.
struct PolynomialDecay {
  Index steps = 1000;  ///< updates until the end is reached, at least 1
  double power = 1.0;  ///< positive; 1 is a straight line
  double end = 0.0;    ///< last factor, in [0, 1]
  double operator()(Index step) const {
    const double left = 1.0 - static_cast<double>(std::min(step, steps)) / static_cast<double>(steps);
    return end + (1.0 - end) * std::pow(left, power);
  }
  /// Throws InvalidArgument or DomainError for options out of range.
  void check() const;
};

/// end + (1 - end) (1 + cos(pi step / steps)) / 2, and `end` after `steps` updates (Loshchilov and Hutter 2017, SGDR, eq. 5,
/// without restarts).
struct CosineDecay {
  Index steps = 1000;  ///< updates until the end is reached, at least 1
  double end = 0.0;    ///< last factor, in [0, 1]
  double operator()(Index step) const {
    constexpr double pi = 3.141592653589793238462643383279502884;
    const double phase = static_cast<double>(std::min(step, steps)) / static_cast<double>(steps);
    return end + (1.0 - end) * 0.5 * (1.0 + std::cos(pi * phase));
  }
  /// Throws InvalidArgument or DomainError for options out of range.
  void check() const;
};

/// Rises in a straight line to 1 over the first `steps` updates, then follows `after`, which counts from there.
template <class After = ConstantRate>
struct Warmup {
  Index steps = 100;  ///< updates of the rise; update i of it has the factor (i + 1) / steps
  After after{};      ///< what follows
  double operator()(Index step) const {
    return step < steps ? static_cast<double>(step + 1) / static_cast<double>(steps) : static_cast<double>(after(step - steps));
  }
  /// Throws InvalidArgument or DomainError for options out of range, those of `after` included.
  void check() const;
};
template <class After>
Warmup(Index, After) -> Warmup<After>;

namespace detail {

inline void require_end(std::string_view schedule, double end) {
  if (!(end >= 0 && end <= 1)) throw DomainError(complaint(schedule, "end", end, "a number in [0, 1]"));
}
inline void require_factor(std::string_view schedule, double factor) {
  if (!(factor > 0 && factor <= 1)) throw DomainError(complaint(schedule, "factor", factor, "a number in (0, 1]"));
}
/// Checks the options of schedules that have a `check()`.
template <class S>
void check_schedule(const S& schedule) {
  if constexpr (requires { schedule.check(); }) schedule.check();
}

}  // namespace detail

inline void StepDecay::check() const {
  detail::require_at_least("StepDecay", "every", every, 1);
  detail::require_factor("StepDecay", factor);
}
inline void ExponentialDecay::check() const {
  detail::require_at_least("ExponentialDecay", "steps", steps, 1);
  detail::require_factor("ExponentialDecay", factor);
}
inline void InversePower::check() const {
  detail::require_not_negative("InversePower", "power", power);
  detail::require_positive("InversePower", "offset", offset);
}
inline void PolynomialDecay::check() const {
  detail::require_at_least("PolynomialDecay", "steps", steps, 1);
  detail::require_positive("PolynomialDecay", "power", power);
  detail::require_end("PolynomialDecay", end);
}
inline void CosineDecay::check() const {
  detail::require_at_least("CosineDecay", "steps", steps, 1);
  detail::require_end("CosineDecay", end);
}
template <class After>
void Warmup<After>::check() const {
  detail::require_at_least("Warmup", "steps", steps, 0);
  detail::check_schedule(after);
}

}  // namespace variate

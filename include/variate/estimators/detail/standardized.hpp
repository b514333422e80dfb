#pragma once
/// Draws as functions of a nearly standard number: `Standardized<D>` for the families G-REP knows.
#include <array>
#include <cmath>

#include "variate/core/types.hpp"
#include "variate/distributions/beta.hpp"
#include "variate/distributions/gamma.hpp"
#include "variate/math/detail/tetragamma.hpp"
#include "variate/math/gamma_functions.hpp"

namespace variate::detail {

/// Of one draw x = T(e, theta), by the two parameters theta (logarithms): h = dx/dtheta and u = d log|dT/de|/dtheta with e
/// held, and correction = dlog q/dtheta + h dlog q/dx + u, in a form in which what cancels is left out.
struct StandardSlopes {
  std::array<double, 2> h, u, correction;
};

template <class D>
struct Standardized {
  static constexpr bool exists = false;
};

/// log x = digamma(a) - log rate + sqrt(trigamma(a)) e. The rate only scales, so it needs no correction.
template <class S>
class Standardized<Gamma<S>> {
 public:
  static constexpr bool exists = true;

  Standardized(double log_a, double log_rate)
      : a_(std::exp(log_a)), log_rate_(log_rate), mean_(math::digamma(a_)), variance_(math::trigamma(a_)) {
    widening_ = math::detail::tetragamma(a_) / (2 * variance_);
  }
  StandardSlopes at(double x) const {
    const double log_y = std::log(x) + log_rate_, off = log_y - mean_, slope = off * widening_ + variance_;  // d log x/da
    return {{a_ * x * slope, -x},
            {a_ * (slope + widening_), -1},
            {a_ * (off + (a_ - std::exp(log_y)) * slope + widening_), 0}};
  }

 private:
  double a_, log_rate_, mean_, variance_, widening_;
};

/// logit x = digamma(a) - digamma(b) + sqrt(trigamma(a) + trigamma(b)) e.
template <class S>
class Standardized<Beta<S>> {
 public:
  static constexpr bool exists = true;

  Standardized(double log_a, double log_b)
      : a_(std::exp(log_a)),
        b_(std::exp(log_b)),
        mean_a_(math::digamma(a_)),
        mean_b_(math::digamma(b_)),
        all_(math::digamma(a_ + b_)),
        variance_a_(math::trigamma(a_)),
        variance_b_(math::trigamma(b_)) {
    const double twice = 2 * (variance_a_ + variance_b_);
    widening_a_ = math::detail::tetragamma(a_) / twice;
    widening_b_ = math::detail::tetragamma(b_) / twice;
  }
  StandardSlopes at(double x) const {
    const double log_x = std::log(x), log_rest = std::log1p(-x), off = log_x - log_rest - mean_a_ + mean_b_;
    const double by_a = off * widening_a_ + variance_a_, by_b = off * widening_b_ - variance_b_;  // d logit x
    const double moved = x * (1 - x), density = a_ * (1 - x) - b_ * x;
    return {{a_ * moved * by_a, b_ * moved * by_b},
            {a_ * ((1 - 2 * x) * by_a + widening_a_), b_ * ((1 - 2 * x) * by_b + widening_b_)},
            {a_ * (log_x - mean_a_ + all_ + density * by_a + widening_a_),
             b_ * (log_rest - mean_b_ + all_ + density * by_b + widening_b_)}};
  }

 private:
  double a_, b_, mean_a_, mean_b_, all_, variance_a_, variance_b_, widening_a_, widening_b_;
};

}  // namespace variate::detail

#pragma once
/// The distribution function I_x(a, b) of a beta number and its derivatives by a and b. Points are given by y = log(x/(1-x)), which keeps the
/// digits of 1 - x and exists where x or 1 - x underflows. Float goes through double. Measured against mpmath for parameters from 1e-3 to
/// 1e6: relative error below 1e-11, of which the rounding of y is a part.
#include <concepts>
#include <limits>

#include "variate/math/detail/beta_tails.hpp"
#include "variate/math/lanes.hpp"
#include "variate/math/normal_cdf.hpp"

namespace variate::math {
namespace detail {

/// f(shape, y) for positive finite a and b, else NaN; infinite y give `at_low` and `at_high`.
template <class L, class F>
L for_beta_arguments(L a, L b, L y, double at_low, double at_high, F f) {
  constexpr double inf = std::numeric_limits<double>::infinity();
  const auto good = (a > 0.0) & (a < inf) & (b > 0.0) & (b < inf), finite = abs(y) < inf;
  const BetaShape<L> c(select(good, a, L(1.0)), select(good, b, L(1.0)));
  const L inside = f(c, select(finite, y, L(0.0)));
  const L edge = select(y == -inf, L(at_low), select(y == inf, L(at_high), y));
  return select(good, select(finite, inside, edge), L(std::numeric_limits<double>::quiet_NaN()));
}
inline constexpr auto beta_cdf_lanes = []<class L>(L a, L b, L y) {
  return for_beta_arguments(a, b, y, 0, 1, [](const BetaShape<L>& c, L at) { return beta_probability(c, at, false, false); });
};
inline constexpr auto log_beta_cdf_lanes = []<class L>(L a, L b, L y) {
  return for_beta_arguments(a, b, y, -std::numeric_limits<double>::infinity(), 0,
                            [](const BetaShape<L>& c, L at) { return beta_probability(c, at, false, true); });
};
inline constexpr auto beta_quantile_lanes = []<class L>(L a, L b, L p) {
  constexpr double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  const auto inside = (p > 0.0) & (p < 1.0);
  const L at = select(inside, p, L(0.5));
  const L y = for_beta_arguments(a, b, normal_quantile(at), 0, 0,
                                 [&](const BetaShape<L>& c, L normal) { return beta_quantile(c, at, 1.0 - at, normal); });
  return select(inside, y, select(p == 0.0, L(-inf), select(p == 1.0, L(inf), L(nan))));
};
inline constexpr auto beta_slope_lanes = []<class L>(L a, L b, L y) { return beta_tail(BetaShape<L>(a, b), y).slope; };

}  // namespace detail

/// I_x(a, b) = P(X <= x) at y = log(x/(1-x)); its complement is beta_cdf(b, a, -y). 0 at -infinity, 1 at infinity; NaN for a or b not
/// positive and finite, and NaN.
template <std::floating_point T, int N, Backing B>
Lanes<T, N, B> beta_cdf(Lanes<T, N, B> a, Lanes<T, N, B> b, Lanes<T, N, B> y) {
  return detail::all_in_double(detail::beta_cdf_lanes, a, b, y);
}
template <std::floating_point T>
T beta_cdf(T a, T b, T y) {
  return detail::one_in_double(detail::beta_cdf_lanes, a, b, y);
}
/// Its logarithm, finite for finite y.
template <std::floating_point T, int N, Backing B>
Lanes<T, N, B> log_beta_cdf(Lanes<T, N, B> a, Lanes<T, N, B> b, Lanes<T, N, B> y) {
  return detail::all_in_double(detail::log_beta_cdf_lanes, a, b, y);
}
template <std::floating_point T>
T log_beta_cdf(T a, T b, T y) {
  return detail::one_in_double(detail::log_beta_cdf_lanes, a, b, y);
}
/// y with beta_cdf(a, b, y) = p: -infinity at 0, infinity at 1; NaN outside [0, 1].
template <std::floating_point T, int N, Backing B>
Lanes<T, N, B> beta_quantile(Lanes<T, N, B> a, Lanes<T, N, B> b, Lanes<T, N, B> p) {
  return detail::all_in_double(detail::beta_quantile_lanes, a, b, p);
}
template <std::floating_point T>
T beta_quantile(T a, T b, T p) {
  return detail::one_in_double(detail::beta_quantile_lanes, a, b, p);
}
/// The implicit derivative dy/da = -(dI/da) / (dI/dy) at fixed I, always positive, for positive a and b and finite y. By b it is
/// dy/db = -beta_logit_slope(b, a, -y); dI/da is its negative times x^a (1-x)^b / B(a, b), and dx = x (1-x) dy.
template <std::floating_point T, int N, Backing B>
Lanes<T, N, B> beta_logit_slope(Lanes<T, N, B> a, Lanes<T, N, B> b, Lanes<T, N, B> y) {
  return detail::all_in_double(detail::beta_slope_lanes, a, b, y);
}
template <std::floating_point T>
T beta_logit_slope(T a, T b, T y) {
  return detail::one_in_double(detail::beta_slope_lanes, a, b, y);
}

}  // namespace variate::math

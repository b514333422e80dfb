#pragma once
/// The standard normal distribution function, its logarithm and its inverse. Float goes through double.
#include <concepts>
#include <cstddef>
#include <limits>

#include "variate/math/detail/error_function.hpp"
#include "variate/math/detail/logarithm.hpp"
#include "variate/math/detail/normal_quantile.hpp"
#include "variate/math/detail/widen.hpp"
#include "variate/math/lanes.hpp"
#include "variate/math/log.hpp"
#include "variate/math/log1p.hpp"

namespace variate::math {

/// P(Z <= x) for Z ~ N(0, 1), within 4 ulp, also where the result is subnormal (0 below -38.5). normal_cdf(inf) = 1, NaN stays.
/// For the upper tail ask for normal_cdf(-x).
template <std::floating_point T, int N, Backing B>
[[gnu::always_inline]] inline Lanes<T, N, B> normal_cdf(Lanes<T, N, B> x) {
  return detail::in_double(
      []<class L>(L a) {
        const L size = abs(a), s = min(L(40.0), size);
        const L tail = 0.5 * detail::erfcx_positive(s * 0.70710678118654752) * detail::exp_of_square(s, -0.5);
        const L middle = multiply_add(detail::erf_small(a * 0.70710678118654752), L(0.5), L(0.5));
        return select(size < 0.7, middle, select(a < 0.0, tail, 1.0 - tail));
      },
      x);
}
/// y_i = normal_cdf(x_i), n numbers at any alignment, in place if y == x.
template <std::floating_point T, class L = Lanes<T>>
void normal_cdf(const T* x, T* y, std::ptrdiff_t n) {
  map<L>(x, y, n, [](L a) { return normal_cdf(a); });
}
/// The same bits as in an array.
template <std::floating_point T, class L = Lanes<T>>
T normal_cdf(T x) {
  T y;
  normal_cdf<T, L>(&x, &y, 1);
  return y;
}

/// log P(Z <= x) for Z ~ N(0, 1), within 4 ulp for every x, also far in both tails. log_normal_cdf(-inf) = -inf,
/// log_normal_cdf(inf) = 0, NaN stays.
template <std::floating_point T, int N, Backing B>
[[gnu::always_inline]] inline Lanes<T, N, B> log_normal_cdf(Lanes<T, N, B> x) {
  return detail::in_double(
      []<class L>(L a) {
        const L size = abs(a), s = min(L(40.0), size);
        const L scaled = 0.5 * detail::erfcx_positive(size * 0.70710678118654752);
        const L half = -0.5 * a, below = multiply_add(half, a, log(scaled));
        const L above = log1p(0.0 - scaled * detail::exp_of_square(s, -0.5));  // never -0
        return select(a < 0.0, select(size < 1e100, below, half * a), above);
      },
      x);
}
/// y_i = log_normal_cdf(x_i), n numbers at any alignment, in place if y == x.
template <std::floating_point T, class L = Lanes<T>>
void log_normal_cdf(const T* x, T* y, std::ptrdiff_t n) {
  map<L>(x, y, n, [](L a) { return log_normal_cdf(a); });
}
/// The same bits as in an array.
template <std::floating_point T, class L = Lanes<T>>
T log_normal_cdf(T x) {
  T y;
  log_normal_cdf<T, L>(&x, &y, 1);
  return y;
}

/// x with P(Z <= x) = p, within 5 ulp for 0 < p < 1, subnormal p too (Wichura 1988, algorithm AS 241, PPND16). -inf at 0, inf at
/// 1; NaN outside [0, 1]. For p near 1 ask for -normal_quantile(1 - p) where 1 - p is known better.
template <std::floating_point T, int N, Backing B>
[[gnu::always_inline]] inline Lanes<T, N, B> normal_quantile(Lanes<T, N, B> p) {
  return detail::in_double(
      []<class L>(L a) {
        constexpr double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
        const L y = detail::quantile_inside(a);
        return select((a > 0.0) & (a < 1.0), y, select(a == 0.0, L(-inf), select(a == 1.0, L(inf), L(nan))));
      },
      p);
}
/// y_i = normal_quantile(p_i), n numbers at any alignment, in place if y == p.
template <std::floating_point T, class L = Lanes<T>>
void normal_quantile(const T* p, T* y, std::ptrdiff_t n) {
  map<L>(p, y, n, [](L a) { return normal_quantile(a); });
}
/// The same bits as in an array.
template <std::floating_point T, class L = Lanes<T>>
T normal_quantile(T p) {
  T y;
  normal_quantile<T, L>(&p, &y, 1);
  return y;
}

}  // namespace variate::math

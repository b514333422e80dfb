#pragma once
/// The logarithm of the gamma function and its first two derivatives, for positive numbers. Float goes through double.
#include <concepts>
#include <cstddef>
#include <limits>

#include "variate/math/detail/gamma.hpp"
#include "variate/math/detail/widen.hpp"
#include "variate/math/lanes.hpp"

namespace variate::math {

/// log Gamma(x) for x > 0, within 5 ulp, also near its zeros 1 and 2 and for subnormal x. lgamma(0) = inf, lgamma(inf) = inf;
/// NaN for negative numbers, whole or not, and NaN.
template <std::floating_point T, int N, Backing B>
[[gnu::always_inline]] inline Lanes<T, N, B> lgamma(Lanes<T, N, B> x) {
  return detail::in_double(
      []<class L>(L a) {
        constexpr double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
        const L y = detail::lgamma_of_positive(a);
        return select((a > 0.0) & (a < inf), y, select((a == 0.0) | (a == inf), L(inf), L(nan)));
      },
      x);
}
/// y_i = lgamma(x_i), n numbers at any alignment, in place if y == x.
template <std::floating_point T, class L = Lanes<T>>
void lgamma(const T* x, T* y, std::ptrdiff_t n) {
  map<L>(x, y, n, [](L a) { return lgamma(a); });
}
/// The same bits as in an array.
template <std::floating_point T, class L = Lanes<T>>
T lgamma(T x) {
  T y;
  lgamma<T, L>(&x, &y, 1);
  return y;
}

/// The derivative of `lgamma` for x > 0, within 5 ulp, also near its zero 1.4616. digamma(0) = -inf, digamma(inf) = inf; NaN for
/// negative numbers and NaN.
template <std::floating_point T, int N, Backing B>
[[gnu::always_inline]] inline Lanes<T, N, B> digamma(Lanes<T, N, B> x) {
  return detail::in_double(
      []<class L>(L a) {
        constexpr double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
        const L y = detail::digamma_of_positive(a);
        return select((a > 0.0) & (a < inf), y, select(a == 0.0, L(-inf), select(a == inf, L(inf), L(nan))));
      },
      x);
}
/// y_i = digamma(x_i), n numbers at any alignment, in place if y == x.
template <std::floating_point T, class L = Lanes<T>>
void digamma(const T* x, T* y, std::ptrdiff_t n) {
  map<L>(x, y, n, [](L a) { return digamma(a); });
}
/// The same bits as in an array.
template <std::floating_point T, class L = Lanes<T>>
T digamma(T x) {
  T y;
  digamma<T, L>(&x, &y, 1);
  return y;
}

/// The derivative of `digamma` for x > 0, within 4 ulp. trigamma(0) = inf, trigamma(inf) = 0; NaN for negative numbers and NaN.
template <std::floating_point T, int N, Backing B>
[[gnu::always_inline]] inline Lanes<T, N, B> trigamma(Lanes<T, N, B> x) {
  return detail::in_double(
      []<class L>(L a) {
        constexpr double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
        const L y = detail::trigamma_of_positive(a);
        return select((a > 0.0) & (a < inf), y, select(a == 0.0, L(inf), select(a == inf, L(0.0), L(nan))));
      },
      x);
}
/// y_i = trigamma(x_i), n numbers at any alignment, in place if y == x.
template <std::floating_point T, class L = Lanes<T>>
void trigamma(const T* x, T* y, std::ptrdiff_t n) {
  map<L>(x, y, n, [](L a) { return trigamma(a); });
}
/// The same bits as in an array.
template <std::floating_point T, class L = Lanes<T>>
T trigamma(T x) {
  T y;
  trigamma<T, L>(&x, &y, 1);
  return y;
}

}  // namespace variate::math

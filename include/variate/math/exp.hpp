#pragma once
/// The exponential function.
#include <concepts>
#include <cstddef>

#include "variate/math/detail/exponential.hpp"
#include "variate/math/lanes.hpp"

namespace variate::math {

/// e^x for every x, within 0.95 ulp, also where the result is subnormal. exp(-inf) = 0, exp(inf) = inf, NaN stays; overflow and
/// underflow set in where they do in real arithmetic rounded to nearest.
template <std::floating_point T, int N, Backing B>
[[gnu::always_inline]] inline Lanes<T, N, B> exp(Lanes<T, N, B> x) {
  using L = Lanes<T, N, B>;
  using C = detail::ExpConstants<T>;
  // max and min give their second argument where something is NaN
  const detail::Exponential<L> e(min(L(C::highest), max(L(C::lowest), x)));
  return e.scale(T(1) + (e.head + e.tail));
}
/// y_i = e^(x_i), n numbers at any alignment, in place if y == x.
template <std::floating_point T, class L = Lanes<T>>
void exp(const T* x, T* y, std::ptrdiff_t n) {
  map<L>(x, y, n, [](L a) { return exp(a); });
}
/// The same bits as in an array.
template <std::floating_point T, class L = Lanes<T>>
T exp(T x) {
  T y;
  exp<T, L>(&x, &y, 1);
  return y;
}

}  // namespace variate::math

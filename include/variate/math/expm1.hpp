#pragma once
/// e^x - 1, exact for small x.
#include <concepts>
#include <cstddef>

#include "variate/math/detail/exponential.hpp"
#include "variate/math/lanes.hpp"

namespace variate::math {

/// e^x - 1 for every x, within 1.5 ulp, also where x is tiny; expm1(-0) = -0. expm1(-inf) = -1, expm1(inf) = inf, NaN stays.
template <std::floating_point T, int N, Backing B>
[[gnu::always_inline]] inline Lanes<T, N, B> expm1(Lanes<T, N, B> x) {
  using L = Lanes<T, N, B>;
  const L lowest(sizeof(T) == 8 ? T(-40) : T(-20));  // from there on -1
  return copysign(detail::exp_minus_one(min(L(detail::ExpConstants<T>::highest), max(lowest, x))), x);
}
/// y_i = expm1(x_i), n numbers at any alignment, in place if y == x.
template <std::floating_point T, class L = Lanes<T>>
void expm1(const T* x, T* y, std::ptrdiff_t n) {
  map<L>(x, y, n, [](L a) { return expm1(a); });
}
/// The same bits as in an array.
template <std::floating_point T, class L = Lanes<T>>
T expm1(T x) {
  T y;
  expm1<T, L>(&x, &y, 1);
  return y;
}

}  // namespace variate::math

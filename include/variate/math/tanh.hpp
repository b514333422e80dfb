#pragma once
/// The hyperbolic tangent.
#include <concepts>
#include <cstddef>

#include "variate/math/detail/exponential.hpp"
#include "variate/math/lanes.hpp"

namespace variate::math {

/// tanh(x) for every x, within 2.5 ulp; odd to the last bit, tanh(-0) = -0. tanh(+-inf) = +-1, NaN stays.
template <std::floating_point T, int N, Backing B>
[[gnu::always_inline]] inline Lanes<T, N, B> tanh(Lanes<T, N, B> x) {
  using L = Lanes<T, N, B>;
  const L t = detail::exp_minus_one(min(L(T(44)), T(2) * abs(x)));  // from 22 on the quotient is 1
  return copysign(t / (t + T(2)), x);
}
/// y_i = tanh(x_i), n numbers at any alignment, in place if y == x.
template <std::floating_point T, class L = Lanes<T>>
void tanh(const T* x, T* y, std::ptrdiff_t n) {
  map<L>(x, y, n, [](L a) { return tanh(a); });
}
/// The same bits as in an array.
template <std::floating_point T, class L = Lanes<T>>
T tanh(T x) {
  T y;
  tanh<T, L>(&x, &y, 1);
  return y;
}

}  // namespace variate::math

#pragma once
/// The smooth positive part.
#include <concepts>
#include <cstddef>

#include "variate/math/detail/logarithm.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/lanes.hpp"

namespace variate::math {

/// log(1 + e^x), within 2 ulp, also where the result is subnormal. softplus(-inf) = 0, softplus(inf) = inf, NaN stays.
/// Its derivative is `sigmoid`.
template <std::floating_point T, int N, Backing B>
[[gnu::always_inline]] inline Lanes<T, N, B> softplus(Lanes<T, N, B> x) {
  using L = Lanes<T, N, B>;
  return max(L(T(0)), x) + detail::log_one_plus_fraction(exp(-abs(x)));
}
/// y_i = softplus(x_i), n numbers at any alignment, in place if y == x.
template <std::floating_point T, class L = Lanes<T>>
void softplus(const T* x, T* y, std::ptrdiff_t n) {
  map<L>(x, y, n, [](L a) { return softplus(a); });
}
/// The same bits as in an array.
template <std::floating_point T, class L = Lanes<T>>
T softplus(T x) {
  T y;
  softplus<T, L>(&x, &y, 1);
  return y;
}

}  // namespace variate::math

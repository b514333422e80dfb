#pragma once
/// log(1 + x), exact for small x.
#include <concepts>
#include <cstddef>
#include <limits>

#include "variate/math/detail/logarithm.hpp"
#include "variate/math/lanes.hpp"

namespace variate::math {

/// log(1 + x), within 0.95 ulp for x > -1, also where x is tiny; log1p(-0) = -0. log1p(-1) = -inf, log1p(inf) = inf; NaN for
/// x < -1 and NaN.
template <std::floating_point T, int N, Backing B>
[[gnu::always_inline]] inline Lanes<T, N, B> log1p(Lanes<T, N, B> x) {
  using L = Lanes<T, N, B>;
  constexpr T inf = std::numeric_limits<T>::infinity(), nan = std::numeric_limits<T>::quiet_NaN();
  const L y = copysign(select(x < inf, detail::log_one_plus(x), x), x);  // the sign last: see round_even
  return select(x > T(-1), y, select(x == T(-1), L(-inf), L(nan)));
}
/// y_i = log1p(x_i), n numbers at any alignment, in place if y == x.
template <std::floating_point T, class L = Lanes<T>>
void log1p(const T* x, T* y, std::ptrdiff_t n) {
  map<L>(x, y, n, [](L a) { return log1p(a); });
}
/// The same bits as in an array.
template <std::floating_point T, class L = Lanes<T>>
T log1p(T x) {
  T y;
  log1p<T, L>(&x, &y, 1);
  return y;
}

}  // namespace variate::math

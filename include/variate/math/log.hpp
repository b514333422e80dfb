#pragma once
/// The natural logarithm.
#include <concepts>
#include <cstddef>
#include <limits>

#include "variate/math/detail/logarithm.hpp"
#include "variate/math/lanes.hpp"

namespace variate::math {

/// log(x), within 0.9 ulp for x > 0, subnormals included. log(0) = log(-0) = -inf, log(inf) = inf; NaN for negative numbers and
/// NaN.
template <std::floating_point T, int N, Backing B>
[[gnu::always_inline]] inline Lanes<T, N, B> log(Lanes<T, N, B> x) {
  using L = Lanes<T, N, B>;
  constexpr T inf = std::numeric_limits<T>::infinity(), nan = std::numeric_limits<T>::quiet_NaN();
  const L y = detail::log_positive(x);
  // inf and NaN are returned as they are; what is not positive is -inf at zero, else NaN
  return select(x > T(0), select(x < inf, y, x), select(x == T(0), L(-inf), L(nan)));
}
/// y_i = log(x_i), n numbers at any alignment, in place if y == x.
template <std::floating_point T, class L = Lanes<T>>
void log(const T* x, T* y, std::ptrdiff_t n) {
  map<L>(x, y, n, [](L a) { return log(a); });
}
/// The same bits as in an array.
template <std::floating_point T, class L = Lanes<T>>
T log(T x) {
  T y;
  log<T, L>(&x, &y, 1);
  return y;
}

}  // namespace variate::math

#pragma once
/// What the transforms of one coordinate share. A register holds one number of each of several samples; parameter j of the
/// coordinate stands at p[j * stride].
#include <limits>

#include "variate/core/types.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/lanes.hpp"

namespace variate::detail {

/// Between low and high; NaN stays NaN.
template <class L>
[[gnu::always_inline]] inline L clamped(L x, typename L::Scalar low, typename L::Scalar high) {
  return min(L(high), max(L(low), x));
}

/// Between epsilon and 1 - epsilon, epsilon being the number type's: the open interval, for what comes next.
template <class L>
[[gnu::always_inline]] inline L into_unit_interval(L x) {
  constexpr auto epsilon = std::numeric_limits<typename L::Scalar>::epsilon();
  return clamped(x, epsilon, 1 - epsilon);
}
/// 1 where `into_unit_interval` leaves x alone, else 0.
template <class L>
[[gnu::always_inline]] inline L unclamped(L x) {
  using T = typename L::Scalar;
  constexpr T epsilon = std::numeric_limits<T>::epsilon();
  return select((x < epsilon) | (x > 1 - epsilon), L(T(0)), L(T(1)));
}

/// e^(x_j - max x) in place; their sum.
template <class L, class T>
[[gnu::always_inline]] inline L exponentials(T* x, Index n, Index stride) {
  L top = L::load(x), sum(T(0));
  for (Index j = 1; j < n; ++j) top = max(L::load(x + j * stride), top);
  for (Index j = 0; j < n; ++j) {
    const L e = math::exp(L::load(x + j * stride) - top);
    e.store(x + j * stride);
    sum += e;
  }
  return sum;
}
/// x_j *= scale.
template <class L, class T>
[[gnu::always_inline]] inline void scale_rows(T* x, Index n, Index stride, L scale) {
  for (Index j = 0; j < n; ++j) (L::load(x + j * stride) * scale).store(x + j * stride);
}
/// e^x_j / sum_k e^x_k in place.
template <class L, class T>
[[gnu::always_inline]] inline void softmax_rows(T* x, Index n, Index stride) {
  scale_rows(x, n, stride, L(T(1)) / exponentials<L>(x, n, stride));
}

}  // namespace variate::detail

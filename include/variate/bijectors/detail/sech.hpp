#pragma once
/// 1/cosh without overflow, and its logarithm without cancellation.
#include "variate/math/exp.hpp"
#include "variate/math/lanes.hpp"
#include "variate/math/log1p.hpp"
#include "variate/math/tanh.hpp"

namespace variate::detail {

/// 1/cosh(x) = 2 e^-|x| / (1 + e^-2|x|).
template <class V>
V sech(V x) {
  using S = typename V::Scalar;
  const V e = math::exp(-abs(x));
  return S(2) * e / (S(1) + e * e);
}

/// log(1 - tanh(x)^2): from the tangent where that is small, else log 4 - 2|x| - 2 log(1 + e^-2|x|).
template <class V>
V log_sech_squared(V x) {
  using S = typename V::Scalar;
  constexpr S log_four = S(1.38629436111989061883446424291635L);
  const V size = abs(x), t = math::tanh(x);
  return select(size < S(0.5), math::log1p(-t * t), log_four - S(2) * (size + math::log1p(math::exp(S(-2) * size))));
}

}  // namespace variate::detail

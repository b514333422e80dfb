#pragma once
/// The logarithm of a complement, on lanes of either type.
#include "variate/math/exp.hpp"
#include "variate/math/expm1.hpp"
#include "variate/math/lanes.hpp"
#include "variate/math/log.hpp"
#include "variate/math/log1p.hpp"

namespace variate::math::detail {

/// log(1 - e^t) for t <= 0, exact to a few ulp at both ends: 0 at -inf, -inf at 0 (M. Maechler, "Accurately computing
/// log(1 - exp(-|a|))", 2012).
template <class L>
L log_one_minus_exp(L t) {
  using T = typename L::Scalar;
  const auto near = t > T(-0.6931471805599453);
  if (all(near)) return log(-expm1(t));
  const L far = log1p(-exp(t));
  return any(near) ? select(near, log(-expm1(t)), far) : far;
}

}  // namespace variate::math::detail

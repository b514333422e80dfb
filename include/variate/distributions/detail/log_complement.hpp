#pragma once
/// log(1 - e^v): the logarithm of one tail from that of the other.
#include "variate/math/exp.hpp"
#include "variate/math/expm1.hpp"
#include "variate/math/lanes.hpp"
#include "variate/math/log.hpp"
#include "variate/math/log1p.hpp"

namespace variate::detail {

/// log(1 - e^v) for v <= 0, to a few ulp of v's tail: -inf at 0, 0 at -inf. NaN stays.
template <class V>
V log_complement(V v) {
  using S = typename V::Scalar;
  return select(v > S(-0.693147180559945309L), math::log(-math::expm1(v)), math::log1p(-math::exp(v)));
}

}  // namespace variate::detail

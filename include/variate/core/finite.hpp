#pragma once
/// Is every number finite? One vectorised pass, for the check that each step makes.
#include "variate/core/types.hpp"

namespace variate::detail {

/// True if no coefficient is NaN or infinite. Infinity times zero is NaN, and NaN survives a sum.
template <class Derived>
bool all_finite(const Eigen::DenseBase<Derived>& x) {
  using T = typename Derived::Scalar;
  return x.size() == 0 || (x.derived().array() * T(0)).sum() == T(0);
}

}  // namespace variate::detail

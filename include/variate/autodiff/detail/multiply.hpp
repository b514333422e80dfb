#pragma once
/// The few matrix kernels everything on the tape goes through: they are what compile time is spent on.
#include "variate/core/types.hpp"

namespace variate::detail {

/// C (m x n) += op(A) (m x k) op(B) (k x n), all row-major; op transposes where the flag says so.
template <bool transpose_a, bool transpose_b, class T>
[[gnu::noinline]] void multiply(T* c, const T* a, const T* b, Index m, Index k, Index n) {
  using Map = Eigen::Map<const Batch<T>>;
  Eigen::Map<Batch<T>> to(c, m, n);
  if constexpr (transpose_a) to.noalias() += Map(a, k, m).transpose() * Map(b, k, n);
  else if constexpr (transpose_b) to.noalias() += Map(a, m, k) * Map(b, n, k).transpose();
  else to.noalias() += Map(a, m, k) * Map(b, k, n);
}

}  // namespace variate::detail

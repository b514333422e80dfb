#pragma once
#include <algorithm>
#include <cmath>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"

namespace variate {

/// Scales a gradient by min(1, limit / (norm + 1e-6)), as PyTorch's clip_grad_norm_ does, and returns its Euclidean norm from before.
/// An infinite limit, or a norm that is not finite, leaves it as it is. DomainError unless limit is positive. To clip whatever an
/// optimizer is given see `ClipByNorm`.
template <class T>
T clip_gradient_norm(Vector<T>& gradient, T limit) {
  if (!(limit > 0)) throw DomainError(detail::complaint("clip_gradient_norm", "limit", limit, "a positive number"));
  T norm = gradient.norm();
  if (!std::isfinite(norm)) norm = gradient.stableNorm();  // squares overflow long before the norm does
  if (std::isfinite(norm) && std::isfinite(limit)) gradient *= std::min(T(1), limit / (norm + T(1e-6)));
  return norm;
}

}  // namespace variate

#pragma once
/// The mixture a run starts from.
#include <utility>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/mixtures/gaussians.hpp"
#include "variate/random/fill.hpp"

namespace variate {

/// K components of equal weight and covariance diag(variances). Their means are prior_mean + prior_scale * z with normal z, a
/// `normals(rng, d, 1)` each; a single one stands at the prior mean, and draws nothing. InvalidArgument if K < 1, ShapeError if
/// sizes differ, DomainError unless variances are positive.
template <Covariance C = Covariance::full, class T, class Rng>
Gaussians<T, C> initial_mixture(Rng& rng, Index components, const Vector<T>& prior_mean, const Vector<T>& prior_scale,
                                const Vector<T>& variances) {
  constexpr const char* name = "initial_mixture";
  const Index d = prior_mean.size();
  detail::require_at_least(name, "components", components, 1);
  detail::require_at_least(name, "size of prior_mean", d, 1);
  detail::require_size(name, "size of prior_scale", prior_scale.size(), d);
  detail::require_size(name, "size of variances", variances.size(), d);
  detail::require_positive(name, "variances", variances);
  Batch<T> means(d, components);
  for (Index k = 0; k < components; ++k) {
    means.col(k) = prior_mean;
    if (components > 1) means.col(k) += (prior_scale.array() * normals<T>(rng, d, 1).col(0).array()).matrix();
  }
  FactorOf<T, C> factor;
  if constexpr (C == Covariance::full) factor = Batch<T>(variances.cwiseSqrt().asDiagonal());
  else factor = variances.cwiseSqrt();
  return {Vector<T>::Ones(components), means, std::vector<FactorOf<T, C>>(static_cast<std::size_t>(components), factor)};
}

}  // namespace variate

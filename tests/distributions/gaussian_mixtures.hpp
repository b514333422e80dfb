#pragma once
/// Gaussian mixtures of any size for tests, full (MultivariateNormal) or diagonal (Normal).
#include <type_traits>
#include <vector>

#include "variate/distributions/gaussian_mixture.hpp"
#include "variate/random/fill.hpp"
#include "variate/random/rng.hpp"

namespace variate_tests {

template <class D>
variate::GaussianMixture<D> random_mixture(variate::Index k, variate::Index d, variate::Index batch, variate::Rng& rng) {
  using namespace variate;
  std::vector<D> parts;
  const Index rows = std::is_same_v<D, Normal<>> ? 2 * d : d * (d + 3) / 2;
  for (Index i = 0; i < k; ++i) {
    Batch<double> theta = 0.5 * normals<double>(rng, rows, batch);
    theta.topRows(d) *= 2;
    parts.push_back(D::from_theta(theta));
  }
  return GaussianMixture<D>(0.7 * normals<double>(rng, k, batch), parts);
}

}  // namespace variate_tests

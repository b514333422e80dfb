#pragma once
/// Mixtures of normal distributions as targets, and how the ones of the literature are made.
#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/distributions/detail/packed_factor.hpp"
#include "variate/mixtures/gaussians.hpp"
#include "variate/random/fill.hpp"

namespace variate {

/// A mixture of normal distributions whose density is normalised: the best ELBO is 0.
template <class T = double, Covariance C = Covariance::full>
class GaussianMixtureTarget {
 public:
  using Scalar = T;

  /// Takes the mixture.
  explicit GaussianMixtureTarget(Gaussians<T, C> mixture) : mixture_(std::move(mixture)) {}

  /// Dimensions.
  Index event_size() const { return mixture_.event_size(); }
  /// The distribution itself.
  const Gaussians<T, C>& mixture() const { return mixture_; }
  /// d x K, a column for each mode.
  Batch<T> means() const {
    Batch<T> all(event_size(), mixture_.size());
    for (Index k = 0; k < mixture_.size(); ++k) all.col(k) = mixture_[k].mean;
    return all;
  }

  /// log density of each column.
  Row<T> operator()(const Batch<T>& x) const { return mixture_.log_density(x); }
  /// Also its gradient (resized).
  Row<T> value_and_gradient(const Batch<T>& x, Batch<T>& gradient) const {
    return mixture_.value_and_gradient(x, gradient);
  }
  /// n draws in the order of their components, d x n.
  template <class Rng>
  Batch<T> sample(Rng& rng, Index n) const {
    return mixture_.sample(rng, n).x;
  }

 private:
  Gaussians<T, C> mixture_;
};

/// What the random mixtures are made with.
struct RandomMixtureOptions {
  Index components = 10;  ///< of equal weights
  double extent = 50;     ///< entries of the means are uniform in (-extent, extent)
  double spread = 0.1;    ///< entries of B are normal with deviation spread times the dimension
};

namespace detail {
/// Uniform means, and B: in the order mean, B of each component.
template <class T, class Rng, class F>
void for_random_components(Rng& rng, Index d, const RandomMixtureOptions& options, F f) {
  require_at_least("random mixture", "dimensions", d, 1);
  require_at_least("random mixture", "components", options.components, 1);
  require_positive("random mixture", "extent", options.extent);
  require_positive("random mixture", "spread", options.spread);
  for (Index k = 0; k < options.components; ++k) {
    const Batch<T> u = uniforms<T>(rng, d, 1);
    const Vector<T> mean = ((2 * u.array() - 1) * static_cast<T>(options.extent)).matrix();
    const Batch<T> b = normals<T>(rng, d, d) * static_cast<T>(options.spread * static_cast<double>(d));
    f(mean, b);
  }
}
/// B^T B + I.
template <class T>
Batch<T> gram_and_identity(const Batch<T>& b) {
  Batch<T> a = Batch<T>::Identity(b.cols(), b.cols());
  for (Index i = 0; i < b.rows(); ++i)
    for (Index j = 0; j < b.cols(); ++j) math::detail::add(b(i, j), b.data() + i * b.cols(), a.data() + j * a.cols(), b.cols());
  return a;
}
template <class T>
Batch<T> covariance_factor(Batch<T> covariance) {
  if (cholesky(covariance) >= 0) throw DomainError("covariance_factor: covariance is not positive definite");
  return covariance;
}
}  // namespace detail

/// The random mixtures of Arenz et al. (2023): uniform means, covariances B^T B + I. In 20 or 100 dimensions with the standard
/// options their modes lie apart.
template <class T = double, class Rng>
GaussianMixtureTarget<T> random_gaussian_mixture(Rng& rng, Index d, const RandomMixtureOptions& options = {}) {
  Batch<T> means(d, options.components);
  std::vector<Batch<T>> factors;
  detail::for_random_components<T>(rng, d, options, [&](const Vector<T>& mean, const Batch<T>& b) {
    means.col(static_cast<Index>(factors.size())) = mean;
    factors.push_back(detail::covariance_factor(detail::gram_and_identity(b)));
  });
  return GaussianMixtureTarget<T>({Vector<T>::Ones(options.components), means, std::move(factors)});
}
/// The same means with variances that are uniform in (0, 10).
template <class T = double, class Rng>
GaussianMixtureTarget<T, Covariance::diagonal> random_diagonal_mixture(Rng& rng, Index d,
                                                                       const RandomMixtureOptions& options = {}) {
  detail::require_at_least("random mixture", "dimensions", d, 1);
  detail::require_at_least("random mixture", "components", options.components, 1);
  Batch<T> means(d, options.components);
  std::vector<Vector<T>> deviations;
  for (Index k = 0; k < options.components; ++k) {
    const Batch<T> centre = uniforms<T>(rng, d, 1), variance = uniforms<T>(rng, d, 1);
    means.col(k) = ((2 * centre.array() - 1) * static_cast<T>(options.extent)).matrix();
    deviations.push_back((T(10) * variance.col(0)).cwiseSqrt());
  }
  return GaussianMixtureTarget<T, Covariance::diagonal>({Vector<T>::Ones(options.components), means, std::move(deviations)});
}

namespace detail {
/// R diag(a, b) R^T with R = [cos, sin; -sin, cos].
template <class T>
Batch<T> rotated(T angle, T a, T b) {
  Batch<T> r(2, 2), m(2, 2);
  r << std::cos(angle), std::sin(angle), -std::sin(angle), std::cos(angle);
  for (Index i = 0; i < 2; ++i)
    for (Index j = 0; j < 2; ++j) m(i, j) = r(i, 0) * a * r(j, 0) + r(i, 1) * b * r(j, 1);
  return m;
}
}  // namespace detail

/// Three overlapping components in the plane.
template <class T = double>
GaussianMixtureTarget<T> simple_gaussian_mixture() {
  constexpr T pi = std::numbers::pi_v<T>;
  Batch<T> means(2, 3);
  means << -2, 2, 0, -2, -2, 2;
  Vector<T> weights(3);
  weights << T(0.5), T(0.3), T(0.2);
  return GaussianMixtureTarget<T>({weights, means,
                                   {detail::covariance_factor(detail::rotated<T>(pi / 4, T(0.5), T(1))),
                                    detail::covariance_factor(detail::rotated<T>(-pi / 4, T(0.5), T(1))),
                                    detail::covariance_factor(detail::rotated<T>(pi / 2, T(1), T(2)))}});
}

/// A star of narrow components in the plane, each the one before turned by 2 pi / components.
template <class T = double>
GaussianMixtureTarget<T> star_gaussian_mixture(Index components) {
  detail::require_at_least("star_gaussian_mixture", "components", components, 1);
  Batch<T> means(2, components);
  std::vector<Batch<T>> factors;
  for (Index k = 0; k < components; ++k) {
    const T angle = 2 * std::numbers::pi_v<T> * static_cast<T>(k) / static_cast<T>(components);
    means.col(k) << T(1.5) * std::cos(angle), T(-1.5) * std::sin(angle);
    factors.push_back(detail::covariance_factor(detail::rotated<T>(angle, T(1), T(0.01))));
  }
  return GaussianMixtureTarget<T>({Vector<T>::Ones(components), means, std::move(factors)});
}

}  // namespace variate

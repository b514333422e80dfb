#pragma once
/// Mixtures of multivariate Student-t distributions as targets: tails that no mixture of normal distributions has.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/math/log1p.hpp"
#include "variate/math/log_sum_exp.hpp"
#include "variate/mixtures/targets/gaussian_mixture_target.hpp"
#include "variate/random/gammas.hpp"

namespace variate {

/// sum_k w_k t_nu(x; mean_k, S_k), the same degrees of freedom nu for all. Its density is normalised: the best ELBO is below 0 by
/// what normal components cannot fit.
template <class T = double>
class StudentTMixtureTarget {
 public:
  using Scalar = T;

  /// Means and scale factors (S = L L^T) are those of a mixture of normal distributions. DomainError unless nu > 0.
  StudentTMixtureTarget(Gaussians<T> scales, T degrees_of_freedom) : scales_(std::move(scales)), nu_(degrees_of_freedom) {
    detail::require_positive("StudentTMixtureTarget", "degrees_of_freedom", degrees_of_freedom);
    const T d = static_cast<T>(scales_.event_size());
    constant_ = std::lgamma((nu_ + d) / 2) - std::lgamma(nu_ / 2) - d / 2 * std::log(nu_ * std::numbers::pi_v<T>);
  }

  /// Dimensions.
  Index event_size() const { return scales_.event_size(); }
  /// nu.
  T degrees_of_freedom() const { return nu_; }
  /// Means, weights and scale factors.
  const Gaussians<T>& scales() const { return scales_; }
  /// d x K, a column for each mode.
  Batch<T> means() const { return GaussianMixtureTarget<T>(scales_).means(); }

  /// log density of each column.
  Row<T> operator()(const Batch<T>& x) const {
    Batch<T> square;
    Batch<T> joint = joint_log_density(x, square);
    return math::log_sum_exp(joint);
  }
  /// Also its gradient (resized).
  Row<T> value_and_gradient(const Batch<T>& x, Batch<T>& gradient) const {
    Batch<T> square;
    Batch<T> joint = joint_log_density(x, square);
    Row<T> value = math::log_sum_exp(joint);
    joint = detail::weights_of(joint);
    const T more = nu_ + static_cast<T>(x.rows());
    for (Index i = 0; i < joint.size(); ++i) joint.data()[i] *= more / (nu_ + square.data()[i]);
    scales_.gradient(x, joint, gradient);
    return value;
  }
  /// n draws in the order of their components: normal ones over the root of a gamma variable each, d x n.
  template <class Rng>
  Batch<T> sample(Rng& rng, Index n) const {
    auto draws = scales_.sample(rng, n);
    const Batch<T> gamma = gammas<T>(rng, Batch<T>(Batch<T>::Constant(1, 1, nu_ / 2)), n);
    for (Index k = 0, c = 0; k < scales_.size(); ++k)
      for (Index i = 0; i < draws.counts[static_cast<std::size_t>(k)]; ++i, ++c)
        draws.x.col(c) = scales_[k].mean + (draws.x.col(c) - scales_[k].mean) / std::sqrt(2 * gamma(0, c) / nu_);
    return std::move(draws.x);
  }

 private:
  /// log w_k + log t_k, and m^2 = |L_k^-1 (x - mean_k)|^2; both K x n.
  Batch<T> joint_log_density(const Batch<T>& x, Batch<T>& square) const {
    detail::require_size("StudentTMixtureTarget", "rows of x", x.rows(), event_size());
    const Index n = x.cols();
    square.resize(scales_.size(), n);
    std::vector<T> room;
    for (Index k = 0; k < scales_.size(); ++k)
      detail::quadratic_forms(scales_[k].inverse, scales_[k].mean, x.data(), n, n, T(0), square.data() + k * n, room);
    square *= T(-2);
    Batch<T> joint = square / nu_;
    math::log1p(joint.data(), joint.data(), joint.size());
    const T power = (nu_ + static_cast<T>(event_size())) / 2;
    for (Index k = 0; k < scales_.size(); ++k) {
      const T peak = scales_.log_weights()[k] + constant_ - scales_[k].log_scale;
      T* row = joint.data() + k * n;
      for (Index c = 0; c < n; ++c) row[c] = peak - power * row[c];
    }
    return joint;
  }

  Gaussians<T> scales_;
  T nu_, constant_;
};

/// The random mixtures of Arenz et al. (2023) with 2 degrees of freedom: uniform means, scale matrices (B^T B + I)^-1. Their
/// settings: 10 components within 20 in 20 dimensions; 20 components within 25 in 300.
template <class T = double, class Rng>
StudentTMixtureTarget<T> random_student_t_mixture(Rng& rng, Index d, const RandomMixtureOptions& options = {.extent = 20},
                                                  T degrees_of_freedom = T(2)) {
  Batch<T> means(d, options.components);
  std::vector<Batch<T>> factors;
  detail::for_random_components<T>(rng, d, options, [&](const Vector<T>& mean, const Batch<T>& b) {
    means.col(static_cast<Index>(factors.size())) = mean;
    Batch<T> l = detail::covariance_factor(detail::gram_and_identity(b)), inverse;
    detail::invert_lower(l, inverse);
    Batch<T> covariance = inverse;  // (L L^T)^-1 = L^-T L^-1
    math::multiply_lower_transposed<T>(inverse, covariance);
    factors.push_back(detail::covariance_factor(std::move(covariance)));
  });
  return {Gaussians<T>(Vector<T>::Ones(options.components), means, std::move(factors)), degrees_of_freedom};
}

}  // namespace variate

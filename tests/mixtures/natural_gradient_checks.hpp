#pragma once
/// Problems for the natural-gradient estimators: recorded ones, and one whose answer is known.
#include <string>

#include "mixtures/fixture_model.hpp"
#include "variate/mixtures/natural_gradient.hpp"
#include "variate/random/rng.hpp"

namespace variate_tests {

/// Samples with the densities of a model.
template <variate::Covariance C>
variate::MixtureSamples<double> with_densities(const variate::Gaussians<double, C>& model, variate::StoredSamples<double> stored,
                                               variate::Row<double> background) {
  const variate::Batch<double> densities = model.component_log_densities(stored.x);
  return {std::move(stored), std::move(background), densities};
}

/// Every case of a file: `make(case)` is the estimator.
template <class Make>
void check_recorded(const std::string& file, Make make, double tolerance) {
  using namespace variate;
  Worst worst;
  for (const auto& test : cases_of(file)) {
    require_fields(test, {"name", "gmm", "samples", "mapping", "background_log_density", "target_log_density", "target_gradient",
                          "only_use_own_samples", "self_normalized", "l2_regularizer", "expected"});
    require_fields(test.at("expected"), {"expected_hessian_neg", "expected_gradient_neg"});
    INFO(test.at("name"));
    with_covariance(is_diagonal(test.at("gmm")), [&](auto covariance) {
      constexpr Covariance C = decltype(covariance)::value;
      const auto model = mixture_from<C>(test.at("gmm"));
      StoredSamples<double> stored{matrix(test.at("samples")).transpose(),
                                   matrix(test.at("target_log_density")).transpose(),
                                   {},
                                   test.at("mapping").get<std::vector<Index>>()};
      if (test.contains("target_gradient")) stored.gradient = matrix(test.at("target_gradient")).transpose();
      const auto samples = with_densities(model, std::move(stored), matrix(test.at("background_log_density")).transpose());
      const auto estimator = make(test);
      NaturalGradients<double, C> got;
      typename std::decay_t<decltype(estimator)>::template Workspace<double> work;
      const double l2 = test.contains("l2_regularizer") ? number(test.at("l2_regularizer")) : 1e-12;
      estimator(model, samples, 1.0, Vector<double>(Vector<double>::Constant(model.size(), l2)), got, work);
      const auto& expected = test.at("expected");
      REQUIRE(expected.at("expected_hessian_neg").size() == got.hessians.size());
      for (std::size_t k = 0; k < got.hessians.size(); ++k) {
        const Batch<double> hessian = matrix(expected.at("expected_hessian_neg").at(k));
        const Batch<double> gradient = matrix(expected.at("expected_gradient_neg").at(k));
        // entries that cancel are measured by the largest
        worst.add("hessian", got.hessians[k], hessian, tolerance * hessian.cwiseAbs().maxCoeff());
        worst.add("gradient", got.gradients[k], gradient, tolerance * gradient.cwiseAbs().maxCoeff());
      }
    });
  }
  worst.check(file, tolerance);
}

/// Two components, samples from both, a normal target with precision `target` around 0: -H = -target - hess log q and so on. With
/// one component both derivatives are exact: H = target - P, g = target * mean.
inline variate::Batch<double> quadratic_target() {
  variate::Batch<double> p(3, 3);
  p << 2, 0.5, 0, 0.5, 1, -0.2, 0, -0.2, 3;
  return p;
}
template <variate::Covariance C>
variate::Gaussians<double, C> one_component() {
  using namespace variate;
  Batch<double> mean(3, 1), factor(3, 3);
  mean << 0.5, -1, 2;
  factor << 0.7, 0, 0, 0.2, 0.5, 0, -0.1, 0.3, 0.6;
  if constexpr (C == Covariance::full) return {Vector<double>::Ones(1), mean, {factor}};
  else return {Vector<double>::Ones(1), mean, {Vector<double>(factor.diagonal())}};
}
/// n draws of it, with the target's values and gradients, under their own density or another background.
template <variate::Covariance C>
variate::MixtureSamples<double> quadratic_samples(const variate::Gaussians<double, C>& model,
                                                  const variate::Batch<double>& precision, variate::Index n) {
  using namespace variate;
  Rng rng(11);
  StoredSamples<double> stored{
      model.sample_components(rng, {n}), Row<double>(n), {}, std::vector<Index>(static_cast<std::size_t>(n), 4)};
  stored.gradient = -precision * stored.x;
  stored.target = 0.5 * stored.x.cwiseProduct(stored.gradient).colwise().sum();
  const Row<double> background = model.log_density(stored.x);
  return with_densities(model, std::move(stored), background);
}

}  // namespace variate_tests

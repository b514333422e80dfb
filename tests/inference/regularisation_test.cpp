#include "support/catch.hpp"
#include "variate/distributions/gaussian_mixture.hpp"
#include "variate/distributions/multivariate_normal.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/inference/regularisation.hpp"
#include "variate/random/rng.hpp"

using namespace variate;

namespace {
MultivariateNormal<double> normal_of(double mean, double variance) {
  return MultivariateNormal<double>::from_covariance(Vector<double>::Constant(1, mean), Batch<double>::Constant(1, 1, variance));
}
/// D_alpha between normals (Gil, Alajaji and Linder 2013).
double renyi_of_normals(double m, double s2, double n, double t2, double alpha) {
  const double mixed = (1 - alpha) * s2 + alpha * t2;
  return 0.5 * std::log(t2 / s2) + std::log(t2 / mixed) / (2 * (alpha - 1)) + alpha * (m - n) * (m - n) / (2 * mixed);
}
}  // namespace

TEST_CASE("Divergences of known value", "[inference]") {
  Rng rng(1);
  const auto zero = normal_of(0, 1), one = normal_of(1, 1);
  CHECK(compute_regularisation_loss(zero, zero, rng, 10) == 0);
  CHECK(compute_regularisation_loss(zero, one, rng, 10) == Approx(0.5));
  CHECK(compute_regularisation_loss(zero, Normal<double>::standard(1), rng, 10) == 0);
  CHECK(Kl{}(zero, one, rng, 10).value == Approx(0.5));
  CHECK(Kl{}(zero, one, rng, 10).q[0] == Approx(-1));
  CHECK(SampledKl{}(zero, zero, rng, 10).value == Approx(0).margin(1e-14));
  CHECK_THROWS_AS(compute_regularisation_loss(zero, zero, rng, 0), InvalidArgument);
}

TEST_CASE("Sampled divergences and their gradients", "[inference][statistical]") {
  Rng rng(2);
  const auto q = normal_of(0.3, 0.8), prior = normal_of(-0.2, 1.5);
  const auto exact = Kl{}(q, prior, rng, 1);
  const auto sampled = SampledKl{}(q, prior, rng, 40000);
  CHECK(sampled.value == Approx(exact.value).margin(0.01));
  CHECK((sampled.q - exact.q).cwiseAbs().maxCoeff() < 0.02);
  // a log density without a family: the same
  const auto density = [&](const Batch<double>& x) { return Row<double>(prior.log_prob(x)); };
  CHECK(SampledKl{}(q, density, rng, 40000).value == Approx(exact.value).margin(0.01));
  const auto by_score = SampledKl{}(q, density, rng, 40000);
  CHECK((by_score.q - exact.q).cwiseAbs().maxCoeff() < 0.05);

  for (const double alpha : {0.5, 2.0}) {
    const auto estimate = Renyi{alpha}(q, prior, rng, 40000);
    CHECK(estimate.value == Approx(renyi_of_normals(0.3, 0.8, -0.2, 1.5, alpha)).margin(0.02));
    const double h = 1e-5, sd = std::sqrt(0.8);
    const double by_mean = (renyi_of_normals(0.3 + h, 0.8, -0.2, 1.5, alpha) - renyi_of_normals(0.3 - h, 0.8, -0.2, 1.5, alpha)) / (2 * h);
    const double by_log_sd = (renyi_of_normals(0.3, std::pow(sd * std::exp(h), 2), -0.2, 1.5, alpha) -
                              renyi_of_normals(0.3, std::pow(sd * std::exp(-h), 2), -0.2, 1.5, alpha)) / (2 * h);
    CHECK(estimate.q[0] == Approx(by_mean).margin(0.02));
    CHECK(estimate.q[1] == Approx(by_log_sd).margin(0.02));
  }
  CHECK_THROWS_AS(Renyi{1.0}(q, prior, rng, 10), DomainError);
  CHECK_THROWS_AS(Renyi{-1.0}(q, prior, rng, 10), DomainError);
}

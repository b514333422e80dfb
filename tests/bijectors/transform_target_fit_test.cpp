/// Known posteriors on constrained spaces, fitted on R^d.
#include "bijectors/bijector_checks.hpp"
#include "variate/bijectors/exp.hpp"
#include "variate/bijectors/sigmoid.hpp"
#include "variate/bijectors/simplex.hpp"
#include "variate/bijectors/transform_target.hpp"
#include "variate/distributions/multivariate_normal.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/inference/elbo_rule.hpp"
#include "variate/inference/learner.hpp"
#include "variate/optimizers/adam.hpp"

using namespace variate;
using namespace variate_tests;

namespace {

/// sum_i a_i log y_i - b sum_i y_i: gamma (b > 0) and, on the simplex, Dirichlet densities without their constants.
struct LogPowers {
  Vector<double> a;
  double b = 0;
  Row<double> value_and_gradient(const Batch<double>& y, Batch<double>& g) const {
    g = (y.cwiseInverse().array().colwise() * a.array() - b).matrix();
    return a.transpose() * y.array().log().matrix() - b * y.colwise().sum();
  }
};
/// a log y + b log(1 - y).
struct BetaPowers {
  double a, b;
  Row<double> value_and_gradient(const Batch<double>& y, Batch<double>& g) const {
    g = (a / y.array() - b / (1 - y.array())).matrix();
    return (a * y.array().log() + b * (1 - y.array()).log()).matrix();
  }
};

/// The average of the iterates after `steps` steps.
template <class Q, class F>
Q fitted(Q q, const F& target, Index steps, Index samples, Rng& rng) {
  Learner learner(std::move(q), target, ElboRule<>{.samples = samples}, Adam<double>({.rate = 0.03}));
  for (Index i = 0; i < steps; ++i) REQUIRE(learner.step(rng).taken);
  return learner.averaged_q();
}

}  // namespace

TEST_CASE("A Poisson rate through exp: the best log-normal guide", "[bijectors][statistical]") {
  // Posterior Gamma(shape, rate) of a Poisson rate. E_q log p = shape m - rate e^(m + s^2/2), so the optimum has
  // s^2 = 1/shape and e^(m + s^2/2) = shape/rate: the posterior's mean.
  const double shape = 9, rate = 4;
  Rng rng(1);
  const auto target = transform_target(LogPowers{Vector<double>::Constant(1, shape - 1), rate}, Exp<>());
  const Normal<> q = fitted(Normal<>::standard(1), target, 800, 16, rng);
  const double m = q.loc()(0, 0), s = q.scale()(0, 0);
  CHECK(near(std::exp(m + s * s / 2), shape / rate, 0.01));
  CHECK(near(s, 1 / std::sqrt(shape), 0.02));
  const auto elbo = [&](double loc, double scale) {
    return shape * loc - rate * std::exp(loc + scale * scale / 2) + std::log(scale) + 1.41893853320467274;
  };
  const double best = elbo(std::log(shape / rate) - 0.5 / shape, 1 / std::sqrt(shape));
  CHECK(elbo(m, s) <= best);
  CHECK(elbo(m, s) > best - 1e-3);
}

TEST_CASE("Bernoulli chances through sigmoid: the mean of the beta posterior", "[bijectors][statistical]") {
  Rng rng(2);
  const double a = 17, b = 9;  // posterior Beta(a, b)
  const auto target = transform_target(BetaPowers{a - 1, b - 1}, Sigmoid<>());
  const Normal<> q = fitted(Normal<>::standard(1), target, 800, 16, rng);
  // Draws have a standard deviation of 0.09, so the mean of 40 000 is known to 0.0005.
  const double mean = target.bijector().value(q.sample(rng, 40000)).mean();
  CHECK(near(mean, a / (a + b), 0.01));
}

TEST_CASE("Category chances through stick breaking: the mean of the Dirichlet posterior", "[bijectors][statistical]") {
  Rng rng(3);
  const Vector<double> a{{18, 10, 12, 20}};  // posterior Dirichlet(a)
  const auto target = transform_target(LogPowers{(a.array() - 1).matrix(), 0}, Simplex<>());
  const MultivariateNormal<> q = fitted(MultivariateNormal<>::standard(3), target, 800, 16, rng);
  const Vector<double> mean = target.bijector().value(q.sample(rng, 40000)).rowwise().mean();
  for (Index k = 0; k < 4; ++k) CHECK(near(mean(k), a(k) / a.sum(), 0.015));  // 1 % of the fit, 0.002 of the draws
}

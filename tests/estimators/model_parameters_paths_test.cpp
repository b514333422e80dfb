/// Every estimator that goes through a draw, and every one of several samples, gives the gradient of f's own parameters too.
#include <cmath>
#include <numbers>

#include "estimators/model_parameters_checks.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/distributions/gamma.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/estimators/dreg.hpp"
#include "variate/estimators/generalized_reparameterization.hpp"
#include "variate/estimators/importance_weighted.hpp"
#include "variate/estimators/measure_valued.hpp"
#include "variate/estimators/pathwise.hpp"
#include "variate/estimators/reinforce.hpp"
#include "variate/estimators/reweighted_wake.hpp"
#include "variate/estimators/rsvi.hpp"
#include "variate/estimators/vimco.hpp"
#include "variate/objectives/elbo.hpp"

using namespace variate;
using namespace variate_tests;

namespace {

/// The gradient of E f by f's parameters where a draw is transform(t), by the trapezoidal rule.
template <class Q, class Transform, class Slope>
Vector<double> exact(const Q& q, const LogitDecoder& f, double low, double high, Transform transform, Slope slope) {
  const Index count = 4000;
  const double step = (high - low) / static_cast<double>(count);
  Batch<double> x(1, count);
  Row<double> w(count);
  for (Index i = 0; i < count; ++i) {
    const double t = low + step * static_cast<double>(i);
    x(0, i) = transform(t);
    w(i) = step * slope(t);
  }
  return f.evaluate(x).pullback(Row<double>(w.array() * q.log_prob(x).array().exp()));
}

}  // namespace

TEST_CASE("f's own parameters: paths", "[estimators][statistical]") {
  const LogitDecoder f(1);
  const auto check = [&](const char* name, const auto& estimator, const auto& q, const Vector<double>& truth) {
    const Estimator run = [&](const LogitDecoder& model, Rng& rng) { return estimator(q, model, rng, 3); };
    check_slope_of_value(name, run, f);
    check_mean(name, run, f, truth);
  };
  const Normal<double> normal(Vector<double>{{0.3}}, Vector<double>{{0.8}});
  const Vector<double> by_normal = exact(normal, f, -12, 12, [](double t) { return t; }, [](double) { return 1.0; });
  check("Pathwise", Pathwise{}, normal, by_normal);
  check("Reinforce", Reinforce{}, normal, by_normal);
  check("MeasureValued", MeasureValued{}, normal, by_normal);
  const Gamma<double> gamma(Vector<double>{{2.5}}, Vector<double>{{1.4}});
  const auto exponential = [](double t) { return std::exp(t); };
  const Vector<double> by_gamma = exact(gamma, f, -20, 6, exponential, exponential);
  check("GeneralizedReparameterization", GeneralizedReparameterization{}, gamma, by_gamma);
  check("Rsvi", Rsvi<>{}, gamma, by_gamma);
}

TEST_CASE("f's own parameters: bounds of several samples", "[estimators][statistical]") {
  const LogitDecoder f(2);
  const Elbo<SampledEntropy> elbo;
  const Normal<double> normal(Vector<double>{{0.3, -0.2}}, Vector<double>{{0.8, 1.2}});
  const auto of_path = [&](const char* name, const auto& estimator) {
    check_slope_of_value(
        name, [&](const LogitDecoder& model, Rng& rng) { return estimator(normal, elbo(normal, model), rng, 4); }, f);
  };
  of_path("ImportanceWeighted", ImportanceWeighted{});
  of_path("ImportanceWeighted, Renyi", ImportanceWeighted{.alpha = 0.5});
  of_path("Dreg, iwae", Dreg{});
  of_path("Dreg, rws", Dreg{DregTarget::rws});
  of_path("Dreg, jvi", Dreg{DregTarget::jvi});

  // two samples of two bits: all sixteen pairs
  const Bernoulli<double> bits(Vector<double>{{0.4, -1.2}});
  const Batch<double> all = bits.support();
  const Row<double> log_q = bits.log_prob(all), l = f.evaluate(all).value - log_q;
  Row<double> weights = Row<double>::Zero(4);
  for (Index i = 0; i < 4; ++i)
    for (Index j = 0; j < 4; ++j) {
      const double pair = std::exp(log_q(i) + log_q(j)), first = 1 / (1 + std::exp(l(j) - l(i)));
      weights(i) += pair * first;
      weights(j) += pair * (1 - first);
    }
  const Vector<double> truth = f.evaluate(all).pullback(weights);
  const auto of_score = [&](const char* name, const auto& estimator) {
    const Estimator run = [&](const LogitDecoder& model, Rng& rng) { return estimator(bits, elbo(bits, model), rng, 2); };
    check_slope_of_value(name, run, f);
    check_mean(name, run, f, truth);
  };
  of_score("Vimco", Vimco{});
  of_score("Vimco, nothing left out", Vimco{LeftOut::nothing});
  of_score("ReweightedWake", ReweightedWake{});
}

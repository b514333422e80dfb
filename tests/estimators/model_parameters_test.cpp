/// Every score estimator gives the gradient of f's own parameters too: each draw's by differences, its mean by enumeration.
#include "estimators/model_parameters_checks.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/distributions/point.hpp"
#include "variate/estimators/arm.hpp"
#include "variate/estimators/coordinate_reinforce.hpp"
#include "variate/estimators/disarm.hpp"
#include "variate/estimators/evolution_strategies.hpp"
#include "variate/estimators/exact.hpp"
#include "variate/estimators/local_expectation.hpp"
#include "variate/estimators/measure_valued.hpp"
#include "variate/estimators/reinforce.hpp"
#include "variate/estimators/spsa.hpp"
#include "variate/estimators/sum_and_sample.hpp"
#include "variate/estimators/unordered_set.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("f's own parameters: every score estimator for bits", "[estimators][statistical]") {
  const Bernoulli<double> q(Vector<double>{{0.4, -1.2, 0.7}});
  const LogitDecoder f(3);
  const Vector<double> truth = gradient_by_enumeration(q, f);
  const auto check = [&](const char* name, const auto& estimator, Index n) {
    const Estimator run = [&](const LogitDecoder& model, Rng& rng) { return estimator(q, model, rng, n); };
    check_slope_of_value(name, run, f);
    check_mean(name, run, f, truth);
  };
  check("Exact", Exact{}, 1);
  check("Reinforce", Reinforce{}, 3);
  check("CoordinateReinforce", CoordinateReinforce{}, 3);
  check("Arm", Arm{}, 4);
  check("Disarm", Disarm{}, 4);
  check("MeasureValued", MeasureValued{}, 2);
  check("UnorderedSet", UnorderedSet{}, 3);
  check("SumAndSample", SumAndSample{.top = 2}, 2);
}

TEST_CASE("f's own parameters: local expectation pulls back its draws, not the changed ones", "[estimators][statistical]") {
  const Bernoulli<double> q(Vector<double>{{0.4, -1.2, 0.7}});
  const LogitDecoder f(3);
  const Estimator run = [&](const LogitDecoder& model, Rng& rng) { return LocalExpectation{}(q, model, rng, 3); };
  Rng rng(3), same(3);
  const Batch<double> x = q.sample(same, 3);
  CHECK((run(f, rng).f - f.evaluate(x).pullback(Row<double>::Constant(3, 1.0 / 3))).norm() < 1e-14);
  check_mean("LocalExpectation", run, f, gradient_by_enumeration(q, f));
}

TEST_CASE("f's own parameters: directions about a point", "[estimators]") {
  const Point<double> q(Vector<double>{{0.4, -1.2, 0.7}});
  const LogitDecoder f(3);
  const auto check = [&](const char* name, const auto& estimator) {
    check_slope_of_value(name, [&](const LogitDecoder& model, Rng& rng) { return estimator(q, model, rng, 4); }, f);
  };
  check("Spsa", Spsa{});
  check("EvolutionStrategies", EvolutionStrategies{});
}

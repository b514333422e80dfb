/// Every estimator of bits: too few samples, values that are not finite, extreme logits, temperatures that are none.
#include <cmath>

#include "estimators/bad_input.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/estimators/annealed.hpp"
#include "variate/estimators/arm.hpp"
#include "variate/estimators/arms.hpp"
#include "variate/estimators/baselines/composed.hpp"
#include "variate/estimators/baselines/constant.hpp"
#include "variate/estimators/baselines/learned_constant.hpp"
#include "variate/estimators/baselines/moving_average.hpp"
#include "variate/estimators/baselines/none.hpp"
#include "variate/estimators/baselines/nvil.hpp"
#include "variate/estimators/coordinate_reinforce.hpp"
#include "variate/estimators/disarm.hpp"
#include "variate/estimators/double_control_variates.hpp"
#include "variate/estimators/gumbel_rao.hpp"
#include "variate/estimators/gumbel_softmax.hpp"
#include "variate/estimators/local_expectation.hpp"
#include "variate/estimators/measure_valued.hpp"
#include "variate/estimators/muprop.hpp"
#include "variate/estimators/rebar.hpp"
#include "variate/estimators/reinforce.hpp"
#include "variate/estimators/reinmax.hpp"
#include "variate/estimators/rodeo.hpp"
#include "variate/estimators/straight_through.hpp"
#include "variate/estimators/sum_and_sample.hpp"
#include "variate/estimators/unordered_set.hpp"
#include "variate/estimators/zgr.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
const auto bits = [](const Vector<double>& logits) { return Bernoulli<double>(logits); };
}  // namespace

TEST_CASE("bits, bad input: score estimators", "[estimators]") {
  check_bad_input(Reinforce<NoBaseline>{}, bits, {});
  check_bad_input(Reinforce{}, bits, {.samples = 2});
  check_bad_input(Reinforce{MovingAverage<double>{0.9}}, bits, {});
  check_bad_input(Reinforce{Composed{LearnedConstant<double>{0.1}, LeaveOneOut{}}}, bits, {.samples = 2});
  check_bad_input(Reinforce{Nvil{}}, bits, {});
  check_bad_input(CoordinateReinforce{}, bits, {.samples = 2});
  check_bad_input(LocalExpectation{}, bits, {.drops = false});  // every sample has a neighbour that is bad
  check_bad_input(MeasureValued{}, bits, {.drops = false});
  check_bad_input(UnorderedSet{}, bits, {.samples = 2, .enough = 12, .drops = false});
  check_bad_input(SumAndSample{3}, bits, {.drops = false});
}

TEST_CASE("bits, bad input: antithetic estimators", "[estimators]") {
  check_bad_input(Arm{}, bits, {.samples = 2});
  check_bad_input(Disarm{}, bits, {.samples = 2});
  check_bad_input(Arms{}, bits, {.samples = 2});
  check_bad_input(Arms{Copula::gaussian}, bits, {.samples = 2});
  Rng rng(1);
  const auto q = bits(Vector<double>{{0.2, -0.3}});
  for (const Index n : {1, 3, 7}) {
    CHECK_THROWS_AS(Arm{}(q, Rugged{}, rng, n), InvalidArgument);
    CHECK_THROWS_AS(Disarm{}(q, Rugged{}, rng, n), InvalidArgument);
  }
}

TEST_CASE("bits, bad input: what looks at the gradient", "[estimators]") {
  check_bad_input(GumbelSoftmax{}, bits, {.gradient = true});
  check_bad_input(Annealed{GumbelSoftmax{1.0}}, bits, {.gradient = true});
  check_bad_input(StraightThrough{}, bits, {.gradient = true});
  check_bad_input(StraightThroughGumbelSoftmax{}, bits, {.gradient = true});
  check_bad_input(GumbelRao{0.5, 3}, bits, {.gradient = true});
  check_bad_input(ReinMax{}, bits, {.gradient = true});
  check_bad_input(Zgr{}, bits, {.gradient = true});
  check_bad_input(Rebar<>({.tune_temperature = false}), bits, {.gradient = true});
  check_bad_input(Rebar<>({.tune_temperature = false, .improved = true}), bits, {.gradient = true});
  check_bad_input(DoubleControlVariates<>(), bits, {.samples = 2, .gradient = true});
  check_bad_input(Rodeo<>({}, {.alpha = 1, .beta = 1}), bits, {.samples = 2, .gradient = true});
}

TEST_CASE("bad temperatures are refused", "[estimators]") {
  Rng rng(1);
  const auto q = bits(Vector<double>{{0.2, -0.3}});
  for (const double tau :
       {0.0, -1.0, -1e-300, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    INFO(tau);
    CHECK_THROWS_AS(GumbelSoftmax{tau}(q, Rugged{}, rng, 2), Error);
    CHECK_THROWS_AS(StraightThroughGumbelSoftmax{tau}(q, Rugged{}, rng, 2), Error);
    CHECK_THROWS_AS(GumbelRao{tau}(q, Rugged{}, rng, 2), Error);
    CHECK_THROWS_AS(ReinMax{tau}(q, Rugged{}, rng, 2), Error);
    CHECK_THROWS_AS(Rebar<>({.temperature = tau}), Error);
    CHECK_THROWS_AS(Annealed{GumbelSoftmax{tau}}, Error);
    CHECK_THROWS_AS((Annealed{GumbelSoftmax{1.0}, TemperatureDecay{}, tau}), Error);
  }
}

/// Every estimator of one-hot choices: too few samples, values that are not finite, extreme logits; and surrogates of the noisy
/// logits.
#include "estimators/bad_input.hpp"
#include "estimators/fixture_model.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/distributions/one_hot_categorical.hpp"
#include "variate/estimators/baselines/none.hpp"
#include "variate/estimators/coordinate_reinforce.hpp"
#include "variate/estimators/double_control_variates.hpp"
#include "variate/estimators/gumbel_rao.hpp"
#include "variate/estimators/gumbel_softmax.hpp"
#include "variate/estimators/local_expectation.hpp"
#include "variate/estimators/muprop.hpp"
#include "variate/estimators/rebar.hpp"
#include "variate/estimators/reinforce.hpp"
#include "variate/estimators/reinmax.hpp"
#include "variate/estimators/relax.hpp"
#include "variate/estimators/rodeo.hpp"
#include "variate/estimators/straight_through.hpp"
#include "variate/estimators/zgr.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
const auto choices = [](const Vector<double>& logits) { return OneHotCategorical<double>(Batch<double>(logits), 3); };
}  // namespace

TEST_CASE("one-hot, bad input: score estimators", "[estimators]") {
  check_bad_input(Reinforce<NoBaseline>{}, choices, {});
  check_bad_input(Reinforce{}, choices, {.samples = 2});
  check_bad_input(CoordinateReinforce{}, choices, {.samples = 2});
  check_bad_input(LocalExpectation{}, choices, {.drops = false});  // every sample has a neighbour that is bad
}

TEST_CASE("one-hot, bad input: what looks at the gradient", "[estimators]") {
  check_bad_input(GumbelSoftmax{}, choices, {.gradient = true});
  check_bad_input(StraightThrough{}, choices, {.gradient = true});
  check_bad_input(StraightThroughGumbelSoftmax{}, choices, {.gradient = true});
  check_bad_input(GumbelRao{0.5, 3}, choices, {.gradient = true});
  check_bad_input(ReinMax{}, choices, {.gradient = true});
  check_bad_input(Zgr{}, choices, {.gradient = true});
  check_bad_input(Rebar<>({.tune_temperature = false}), choices, {.gradient = true});
  check_bad_input(DoubleControlVariates<>(), choices, {.samples = 2, .gradient = true});
  check_bad_input(Rodeo<>({}, {.alpha = 1, .beta = 1}), choices, {.samples = 2, .gradient = true});
}

TEST_CASE("bad input: a learned control variate, bits and choices", "[estimators]") {
  const auto bernoullis = [](const Vector<double>& logits) { return Bernoulli<double>(logits); };
  Rng rng(3);
  const Relax relax(differentiable(Net{4, 6}, Vector<double>(0.01 * normals<double>(rng, 33, 1))));
  check_bad_input(relax, choices, {});
  check_bad_input(relax, bernoullis, {});
  check_bad_input(MuProp{}, choices, {});
  check_bad_input(MuProp{}, bernoullis, {});
}

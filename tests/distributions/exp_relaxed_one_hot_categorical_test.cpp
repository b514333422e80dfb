#include "variate/distributions/exp_relaxed_one_hot_categorical.hpp"

#include <cmath>

#include "distributions/concrete_checks.hpp"
#include "variate/distributions/relaxed_one_hot_categorical.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("ExpRelaxedOneHotCategorical against torch and mpmath", "[fixtures][distributions]") {
  check_concrete_fixture<ExpRelaxedOneHotCategorical<>>(true);
}

TEST_CASE("ExpRelaxedOneHotCategorical: gradients are those of its values", "[distributions]") {
  check_concrete_gradients<ExpRelaxedOneHotCategorical<>>(true);
}

TEST_CASE("ExpRelaxedOneHotCategorical: many data points and variables are each alone", "[distributions]") {
  check_concrete_parts<ExpRelaxedOneHotCategorical<>>();
}

TEST_CASE("ExpRelaxedOneHotCategorical: Categorical's choice, low temperatures and large logits", "[distributions]") {
  check_concrete_extremes<ExpRelaxedOneHotCategorical, double>();
  check_concrete_extremes<ExpRelaxedOneHotCategorical, float>();
}

TEST_CASE("ExpRelaxedOneHotCategorical: impossible points, what is refused, and how", "[distributions]") {
  // Numbers whose e^x do not sum to 1
  check_concrete_refusals<ExpRelaxedOneHotCategorical<>>("ExpRelaxedOneHotCategorical");
}

TEST_CASE("ExpRelaxedOneHotCategorical draws the logarithms of RelaxedOneHotCategorical's points", "[distributions]") {
  Rng rng(5), again = rng;
  const Batch<double> logits = normals<double>(rng, 6, 2);
  again = rng;
  const RelaxedOneHotCategorical<> points(0.5, logits, 3);
  const ExpRelaxedOneHotCategorical<> logarithms(0.5, logits, 3);
  const auto y = points.rsample(rng, 7);
  const auto x = logarithms.rsample(again, 7);
  CHECK(x.value == y.log_value());
  const Batch<double> g = normals<double>(rng, 6, 14);
  CHECK((x.pullback(g.cwiseProduct(y.value)) - y.pullback(g)).cwiseAbs().maxCoeff() < 1e-13);
}

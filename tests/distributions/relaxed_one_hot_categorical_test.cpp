#include "variate/distributions/relaxed_one_hot_categorical.hpp"

#include <cmath>

#include "distributions/concrete_checks.hpp"
#include "support/fixtures.hpp"
#include "support/statistics.hpp"
#include "variate/distributions/relaxed_bernoulli.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("RelaxedOneHotCategorical against torch and mpmath", "[fixtures][distributions]") {
  check_concrete_fixture<RelaxedOneHotCategorical<>>(false);
}

TEST_CASE("RelaxedOneHotCategorical: gradients are those of its values", "[distributions]") {
  check_concrete_gradients<RelaxedOneHotCategorical<>>(false);
}

TEST_CASE("RelaxedOneHotCategorical: many data points and variables are each alone", "[distributions]") {
  check_concrete_parts<RelaxedOneHotCategorical<>>();
}

TEST_CASE("RelaxedOneHotCategorical: Categorical's choice, low temperatures and large logits", "[distributions]") {
  check_concrete_extremes<RelaxedOneHotCategorical, double>();
  check_concrete_extremes<RelaxedOneHotCategorical, float>();
}

TEST_CASE("RelaxedOneHotCategorical: impossible points, what is refused, and how", "[distributions]") {
  check_concrete_refusals<RelaxedOneHotCategorical<>>("RelaxedOneHotCategorical");
}

TEST_CASE("RelaxedOneHotCategorical of two classes is RelaxedBernoulli", "[distributions]") {
  using variate_tests::infinity;
  Rng rng(4);
  for (const double t : {0.5, 1.0, 2.0}) {
    const RelaxedOneHotCategorical<> q(t, (Vector<double>(2) << 0.7, 0.2).finished());
    const RelaxedBernoulli<> bit(Batch<double>::Constant(1, 1, t), Batch<double>::Constant(1, 1, 0.5));
    Batch<double> y(2, 5);
    y << 0, 1, 1e-9, 0.3, 0.999, 1, 0, 1 - 1e-9, 0.7, 0.001;
    const auto e = q.evaluate(y);
    const Batch<double> first = y.topRows(1);
    const Row<double> want = bit.log_prob(first);
    for (Index c = 0; c < 5; ++c) {
      INFO("temperature " << t << " y " << y(0, c));
      CHECK(relative_error(e.value(c), want(c)) < 1e-12);
      Row<double> w = Row<double>::Zero(5);
      w(c) = 1;
      CHECK(e.pullback(w)(0) == Approx(bit.score(first, w)(0)).epsilon(1e-12).margin(1e-14));
    }
    CHECK(e.value.cwiseAbs().minCoeff() < infinity);
  }
}

TEST_CASE("RelaxedOneHotCategorical: its edge", "[distributions]") {
  // With m of K numbers 0 the density is as eps^-(m + (m - K) T): here m = 1, K = 3.
  const Vector<double> logits = (Vector<double>(3) << 0.3, -0.2, 0.5).finished(),
                       edge = (Vector<double>(3) << 0, 0.4, 0.6).finished();
  const Batch<double> at = edge, near = (Vector<double>(3) << 1e-12, 0.4, 0.6).finished();
  CHECK(RelaxedOneHotCategorical(0.4, logits).log_prob(at)(0) == std::numeric_limits<double>::infinity());
  CHECK(RelaxedOneHotCategorical(0.6, logits).log_prob(at)(0) == -std::numeric_limits<double>::infinity());
  CHECK(RelaxedOneHotCategorical(0.5, logits).log_prob(at)(0) ==
        Approx(RelaxedOneHotCategorical(0.5, logits).log_prob(near)(0)).epsilon(1e-5));
  const RelaxedOneHotCategorical<> q(0.5, logits);
  Batch<double> slope;
  const Vector<double> score = q.evaluate(at).pullback(Row<double>::Ones(1), slope);
  CHECK(score == (Vector<double>(3) << -2, 1, 1).finished());
  CHECK(slope == Batch<double>::Zero(3, 1));
}

TEST_CASE("RelaxedOneHotCategorical: logarithms of quotients are logistic", "[distributions][statistical]") {
  Rng rng(6);
  const RelaxedOneHotCategorical<> q(0.7, (Vector<double>(3) << 0.3, -1, 2).finished());
  const Batch<double> y = q.sample(rng, 5000);
  for (const Index j : {1, 2}) {
    std::vector<double> off;
    for (Index c = 0; c < y.cols(); ++c) off.push_back(0.7 * std::log(y(0, c) / y(j, c)) - (q.logits()(0, 0) - q.logits()(j, 0)));
    CHECK(kolmogorov_smirnov_p(off, [](double v) { return 1 / (1 + std::exp(-v)); }) > 1e-3);
  }
}

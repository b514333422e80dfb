#include "variate/estimators/reinmax.hpp"

#include "estimators/bernoulli_checks.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("ReinMax: data points, what is dropped and refused", "[estimators][statistical]") {
  check_data_points(ReinMax{}, 3, 1, 3);
  check_dropping(ReinMax{}, 1);
  Rng rng(1);
  CHECK_THROWS_AS(ReinMax{0}(Bernoulli<double>(Vector<double>{{0.4, 1, 2}}), differentiable(Bumpy{}), rng, 1), DomainError);
}

TEST_CASE("ReinMax at temperature 1 is exact in the mean for a quadratic of one bit", "[estimators]") {
  const auto f = differentiable([](const auto& x) { return 3.0 * square(row(x, 0) - 0.2); });
  for (const double logit : {-2.0, 0.3}) {
    const Bernoulli<double> q(Vector<double>{{logit}});
    Rng rng(2);
    const double p = q.probs()(0, 0);
    Recorded<double> one({}, {Batch<double>::Constant(1, 1, 1 - p / 2)}), zero({}, {Batch<double>::Constant(1, 1, (1 - p) / 2)});
    const double mean = p * ReinMax{}(q, f, one, 1).q(0) + (1 - p) * ReinMax{}(q, f, zero, 1).q(0);
    CHECK(mean == Approx(Exact{}(q, f, rng, 1).q(0)));
  }
}

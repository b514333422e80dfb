#include "variate/estimators/disarm.hpp"

#include "estimators/bernoulli_checks.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("DisARM: data points, unbiased, what is dropped and refused", "[estimators][statistical]") {
  check_data_points(Disarm{}, 4, 1, 2);
  CHECK(unbiased_z(Disarm{}, 2) < 4.5);
  check_dropping(Disarm{}, 2);
  const Bernoulli<double> q(Vector<double>{{0.4, -1.2, 2.0}});
  Rng rng(1);
  CHECK_THROWS_AS(Disarm{}(q, differentiable(Bumpy{}), rng, 3), Error);
  CHECK_THROWS_AS(Disarm{}(q, differentiable(Bumpy{}), rng, 0), Error);
  // one bit and a pair: no noise at all where the logit is 0
  const Bernoulli<double> fair(Vector<double>{{0.0}});
  const auto toy = [](const Batch<double>& x) { return Row<double>((x.row(0).array() - 0.45).square()); };
  for (int i = 0; i < 10; ++i) CHECK(Disarm{}(fair, toy, rng, 2).q(0) == Approx(0.025));
}

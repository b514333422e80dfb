#include "variate/estimators/arm.hpp"

#include "estimators/bernoulli_checks.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("ARM: data points, unbiased, what is dropped and refused", "[estimators][statistical]") {
  check_data_points(Arm{}, 4, 1, 2);
  CHECK(unbiased_z(Arm{}, 2) < 4.5);
  check_dropping(Arm{}, 2);
  Rng rng(1);
  CHECK_THROWS_AS(Arm{}(Bernoulli<double>(Vector<double>{{0.4, 1, 2}}), differentiable(Bumpy{}), rng, 5), Error);
}

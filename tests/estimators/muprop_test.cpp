#include "variate/estimators/muprop.hpp"

#include "estimators/bernoulli_checks.hpp"

using namespace variate;
using namespace variate_tests;

#include "variate/estimators/baselines/leave_one_out.hpp"

TEST_CASE("MuProp: data points, unbiased, what is dropped and refused", "[estimators][statistical]") {
  check_data_points(MuProp{}, 3, 1, 3);
  CHECK(unbiased_z(MuProp{}, 1) < 4.5);
  CHECK(unbiased_z(MuProp{LeaveOneOut{}}, 3) < 4.5);
  check_dropping(MuProp{}, 1);
  Rng rng(1);
  CHECK_THROWS_AS(MuProp{LeaveOneOut{}}(Bernoulli<double>(Vector<double>{{0.4, 1, 2}}), differentiable(Bumpy{}), rng, 1), InvalidArgument);
}

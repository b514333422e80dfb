#include "variate/estimators/baselines/constant.hpp"

#include <limits>

#include "support/catch.hpp"

using variate::Row;

TEST_CASE("a constant is taken from every value", "[estimators]") {
  const variate::Constant baseline(2.5);
  const Row<double> values{{3.0, -1.0}}, keep{{1.0, 0.0}};
  CHECK(baseline.value() == 2.5);
  CHECK(baseline(values, keep, 0) == Row<double>{{0.5, -3.5}});
  Row<double> same = values;
  baseline.recentre(same, 0, 1.0);
  CHECK(same == Row<double>(baseline(values, keep, 0) / 2));  // a mean's share of each
  CHECK(variate::Constant(1.0f)(Row<float>{{3.0f}}, Row<float>{{1.0f}}, 0)(0) == 2.0f);
}

TEST_CASE("a constant that is not finite is refused", "[estimators]") {
  CHECK_THROWS_AS(variate::Constant(std::numeric_limits<double>::quiet_NaN()), variate::InvalidArgument);
  CHECK_THROWS_AS(variate::Constant(std::numeric_limits<float>::infinity()), variate::InvalidArgument);
}

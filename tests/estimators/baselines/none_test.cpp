#include "variate/estimators/baselines/none.hpp"

#include "support/catch.hpp"

TEST_CASE("without a baseline the values stay as they are", "[estimators]") {
  const variate::Row<double> values{{1.0, -2.0}};
  variate::Row<double> same = values;
  variate::NoBaseline{}.recentre(same, 0, -0.5);
  CHECK(same == values / 2);  // a mean's share of each
  CHECK(variate::NoBaseline{}(values, variate::Row<double>(variate::Row<double>::Ones(2)), 0) == values);
  CHECK(variate::NoBaseline::least == 1);
}

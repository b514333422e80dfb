#include "variate/estimators/baselines/moving_average.hpp"

#include <cmath>

#include "support/catch.hpp"

using variate::Row;
using variate::Vector;

TEST_CASE("the moving average starts at zero and forgets its start", "[estimators]") {
  variate::MovingAverage<double> baseline(0.9);
  CHECK(baseline.value() == 0);
  baseline.learn(Vector<double>::Constant(1, 4.0));
  CHECK(baseline.value() == Approx(4.0));
  baseline.learn(Vector<double>::Constant(1, 2.0));
  CHECK(baseline.value() == Approx((0.9 * 0.1 * 4.0 + 0.1 * 2.0) / (1 - 0.81)));
  const Row<double> centred = baseline(Row<double>{{3.0, 5.0}}, Row<double>{{1.0, 1.0}}, 0);
  CHECK(centred(1) - centred(0) == Approx(2));
  CHECK(centred(0) == Approx(3 - baseline.value()));
}

TEST_CASE("its lesson is the mean of what was kept", "[estimators]") {
  const variate::MovingAverage<double> baseline;
  const Row<double> values{{3.0, 100.0, 5.0}}, keep{{1.0, 0.0, 1.0}};
  CHECK(baseline.lesson(values, keep, 0)(0) == Approx(4));
}

TEST_CASE("a decay outside [0, 1) is refused", "[estimators]") {
  CHECK_THROWS_AS(variate::MovingAverage<double>(1.0), variate::DomainError);
  CHECK_THROWS_AS(variate::MovingAverage<double>(-0.1), variate::DomainError);
  CHECK_THROWS_AS(variate::MovingAverage<float>(std::nanf("")), variate::DomainError);
  CHECK_NOTHROW(variate::MovingAverage<double>(0.0));
}

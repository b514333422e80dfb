#include "variate/estimators/baselines/learned_constant.hpp"

#include <limits>

#include "support/catch.hpp"

using variate::Row;

TEST_CASE("the constant steps down the squared error, to the mean", "[estimators]") {
  variate::LearnedConstant<double> baseline(0.25, 1.0);
  const Row<double> values{{3.0, 7.0, 1000.0}}, keep{{1.0, 1.0, 0.0}};
  CHECK(baseline.lesson(values, keep, 0)(0) == Approx(5.0 - 1.0));
  baseline.learn(baseline.lesson(values, keep, 0));
  CHECK(baseline.value() == Approx(1 + 0.25 * 4));
  for (int i = 0; i < 200; ++i) baseline.learn(baseline.lesson(values, keep, 0));
  CHECK(baseline.value() == Approx(5));
  CHECK(baseline(values, keep, 0)(1) == Approx(2));
}

TEST_CASE("a rate that is not positive is refused, and so is a start that is not finite", "[estimators]") {
  CHECK_THROWS_AS(variate::LearnedConstant<double>(0.0), variate::DomainError);
  CHECK_THROWS_AS(variate::LearnedConstant<double>(0.1, std::numeric_limits<double>::infinity()), variate::InvalidArgument);
}

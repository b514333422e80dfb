#include "variate/diagnostics/monte_carlo_error.hpp"

#include <cmath>
#include <limits>
#include <random>

#include "support/catch.hpp"

using namespace variate;

namespace {
using variate_tests::infinity;
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
}  // namespace

TEMPLATE_TEST_CASE("Mean and standard error of independent values", "[diagnostics]", float, double) {
  using T = TestType;
  Row<T> values(4);
  values << T(4), T(7), T(13), T(16);
  const MeanWithError m = mean_with_error(values);
  CHECK(m.mean == Approx(10.0).epsilon(1e-15));
  CHECK(m.error == Approx(std::sqrt(7.5)).epsilon(1e-15));
  CHECK(m.count == 4);
  CHECK(m.dropped == 0);
}

TEST_CASE("Means leave out what is not finite, and say so", "[diagnostics]") {
  Row<double> values(6);
  values << 4, not_a_number, 7, infinity, 13, 16;
  const MeanWithError m = mean_with_error(values);
  CHECK(m.mean == Approx(10.0));
  CHECK(m.count == 4);
  CHECK(m.dropped == 2);
  const MeanWithError none = mean_with_error(Row<double>::Constant(2, not_a_number));
  CHECK(std::isnan(none.mean));
  CHECK(std::isnan(none.error));
  CHECK(none.dropped == 2);
  const MeanWithError one = mean_with_error(Row<double>::Ones(1));
  CHECK(one.mean == 1.0);
  CHECK(std::isnan(one.error));
  CHECK(mean_with_error(Row<double>(0)).count == 0);
}

TEST_CASE("Weighted mean and its error by hand", "[diagnostics]") {
  Row<double> values(3), log_weights(3);
  values << 1, 2, 5;
  log_weights << std::log(1.0), std::log(2.0), std::log(1.0);
  const MeanWithError m = mean_with_error(values, Row<double>(log_weights.array() + 800));
  CHECK(m.mean == Approx(2.5).epsilon(1e-12));
  // (1/4)^2 1.5^2 + (1/2)^2 0.5^2 + (1/4)^2 2.5^2 = 0.59375
  CHECK(m.error == Approx(std::sqrt(0.59375)).epsilon(1e-12));
  const MeanWithError equal = mean_with_error(values, Row<double>::Zero(3));
  CHECK(equal.mean == Approx(mean_with_error(values).mean).epsilon(1e-14));
  CHECK(equal.error == Approx(mean_with_error(values).error * std::sqrt(2.0 / 3.0)).epsilon(1e-14));
  CHECK_THROWS_AS(mean_with_error(values, Row<double>::Zero(2)), ShapeError);
}

TEST_CASE("Weights of zero hide their values; bad pairs are counted", "[diagnostics]") {
  Row<double> values(5), log_weights(5);
  values << 1, not_a_number, infinity, 3, 100;
  log_weights << 0, -infinity, 0, 0, not_a_number;
  const MeanWithError m = mean_with_error(values, log_weights);
  CHECK(m.mean == Approx(2.0));
  CHECK(m.count == 3);
  CHECK(m.dropped == 2);
  const MeanWithError none = mean_with_error(values, Row<double>::Constant(5, -infinity));
  CHECK(std::isnan(none.mean));
  CHECK(none.count == 5);
}

// q = N(0, 1), p = N(0.3, 1): the weighted mean of x is 0.3; a z-score above 4 has probability 6e-5.
TEST_CASE("The weighted mean's error is honest", "[diagnostics][statistical]") {
  std::mt19937_64 rng{5};
  std::normal_distribution<double> normal;
  Row<double> x(20000), w(20000);
  for (Index i = 0; i < x.size(); ++i) {
    x(i) = normal(rng);
    w(i) = 0.3 * x(i);
  }
  const MeanWithError m = mean_with_error(x, w);
  CHECK(m.error < 0.01);
  CHECK(std::abs(m.mean - 0.3) < 4 * m.error);
}

// For x' = 0.8 x + noise the mean's variance is tau = 9 times that of independent values; the estimate of 9 is off by about 6 %.
TEST_CASE("A trace's error knows of correlation", "[diagnostics][statistical]") {
  std::mt19937_64 rng{7};
  std::normal_distribution<double> normal;
  Vector<double> x(20000);
  double state = 0;
  for (Index i = 0; i < x.size(); ++i) x(i) = state = 0.8 * state + normal(rng);
  const MeanWithError m = trace_mean_with_error(x), naive = mean_with_error(x);
  CHECK(m.mean == naive.mean);
  CHECK(m.error / naive.error == Approx(3.0).epsilon(0.15));
  x(17) = not_a_number;
  const MeanWithError holed = trace_mean_with_error(x);
  CHECK(holed.dropped == 1);
  CHECK(holed.error == Approx(m.error).epsilon(0.05));
}

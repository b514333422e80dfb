#include "variate/diagnostics/effective_sample_size.hpp"

#include <cmath>
#include <limits>
#include <random>

#include "support/catch.hpp"

using namespace variate;

namespace {
using variate_tests::infinity;
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
}  // namespace

TEMPLATE_TEST_CASE("Kish's effective sample size of weights", "[diagnostics]", float, double) {
  using T = TestType;
  Row<T> log_weights(3);
  log_weights << T(std::log(1.0)), T(std::log(2.0)), T(std::log(3.0));
  CHECK(weights_effective_sample_size(log_weights) == Approx(36.0 / 14.0).epsilon(1e-6));
  const Row<T> shifted = log_weights.array() + T(5000);  // only ratios matter, and nothing overflows
  CHECK(weights_effective_sample_size(shifted) == Approx(36.0 / 14.0).epsilon(1e-3));
  CHECK(weights_effective_sample_size(Vector<T>::Constant(7, T(-1e30))) == Approx(7.0));
}

TEST_CASE("Kish's effective sample size with weights of zero and bad ones", "[diagnostics]") {
  Row<double> log_weights(5);
  log_weights << 0.0, -infinity, not_a_number, infinity, 0.0;
  CHECK(weights_effective_sample_size(log_weights) == Approx(2.0));
  log_weights << 0.0, -1000.0, -1000.0, -1000.0, -1000.0;
  CHECK(weights_effective_sample_size(log_weights) == Approx(1.0));
  CHECK(weights_effective_sample_size(Row<double>::Constant(3, -infinity)) == 0.0);
  CHECK(weights_effective_sample_size(Row<double>::Constant(3, not_a_number)) == 0.0);
  CHECK(weights_effective_sample_size(Row<double>(0)) == 0.0);
}

TEST_CASE("Effective sample size of a short trace by hand", "[diagnostics]") {
  // Deviations from the mean 2.5: -1.5 -0.5 0.5 1.5; c0 = 5, c1 = 1.25, c2 = -1.5, c3 = -2.25: one pair, 1 + 0.25.
  Vector<double> ramp(4);
  ramp << 1, 2, 3, 4;
  CHECK(trace_effective_sample_size(ramp) == Approx(4.0 / 1.5).epsilon(1e-14));
  CHECK(trace_effective_sample_size(1e200 * ramp) == Approx(4.0 / 1.5).epsilon(1e-14));
}

// Autoregression x' = a x + noise has tau = (1 + a) / (1 - a). The estimate from n = 20000 is off by about 4 % (1 sd) at a = 0.7;
// 20 % is five of these.
TEST_CASE("Effective sample size of autoregressions", "[diagnostics][statistical]") {
  std::mt19937_64 rng{11};
  std::normal_distribution<double> normal;
  const Index n = 20000;
  for (const double a : {0.0, 0.7, -0.5}) {
    Vector<double> x(n);
    double state = normal(rng) / std::sqrt(1 - a * a);
    for (Index i = 0; i < n; ++i) x(i) = state = a * state + normal(rng);
    INFO("a = " << a);
    CHECK(trace_effective_sample_size(x) == Approx(static_cast<double>(n) * (1 - a) / (1 + a)).epsilon(0.2));
  }
}

TEST_CASE("Effective sample size of odd traces", "[diagnostics]") {
  CHECK(trace_effective_sample_size(Vector<double>(0)) == 0.0);
  CHECK(trace_effective_sample_size(Vector<double>::Ones(1)) == 1.0);
  CHECK(trace_effective_sample_size(Vector<double>::LinSpaced(3, 0, 1)) == 3.0);
  CHECK(trace_effective_sample_size(Vector<double>::Constant(50, 0.1)) == 50.0);
  Vector<double> bad = Vector<double>::LinSpaced(10, 0, 1);
  bad(4) = not_a_number;
  CHECK(std::isnan(trace_effective_sample_size(bad)));
  bad(4) = infinity;
  CHECK(std::isnan(trace_effective_sample_size(bad)));
  Vector<float> alternating(100);
  for (Index i = 0; i < 100; ++i) alternating(i) = i % 2 == 0 ? 1.0f : -1.0f;
  CHECK(trace_effective_sample_size(alternating) == Approx(200.0));  // n log10 n
}

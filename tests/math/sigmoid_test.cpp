#include "variate/math/sigmoid.hpp"

#include "math/reference.hpp"

using namespace variate_tests;

namespace {
constexpr auto sigmoid = [](auto... a) { return variate::math::sigmoid(a...); };
constexpr auto log_sigmoid = [](auto... a) { return variate::math::log_sigmoid(a...); };
constexpr auto logit = [](auto... a) { return variate::math::logit(a...); };
}

TEMPLATE_TEST_CASE("sigmoid is within 2.5 ulp, with its edges", "[math]", float, double) {
  check_kernel<TestType>("sigmoid", 2.5, sigmoid);
  const auto exact = [](auto x) { return 1 / (1 + std::exp(-x)); };
  CHECK(worst_on_interval<TestType>(sigmoid, exact, -3, 3) <= 2.5);
  CHECK(worst_on_interval<TestType>(sigmoid, exact, -80, 40) <= 2.5);
}

TEMPLATE_TEST_CASE("log_sigmoid is within 2 ulp, with its edges", "[math]", float, double) {
  check_kernel<TestType>("log_sigmoid", 2, log_sigmoid);
}

TEMPLATE_TEST_CASE("logit is within 2 ulp, with its edges", "[math]", float, double) {
  check_kernel<TestType>("logit", 2, logit);
  CHECK(worst_on_interval<TestType>(logit, [](auto p) { return 2 * std::atanh(2 * p - 1); }, 0.25, 0.75) <= 2);
}

TEMPLATE_TEST_CASE("logit undoes sigmoid, and sigmoids of opposite numbers add to one", "[math]", float, double) {
  const TestType e = std::numeric_limits<TestType>::epsilon();
  for (TestType x = TestType(-30); x < TestType(5); x += TestType(0.037)) {
    REQUIRE(logit(sigmoid(x)) == Approx(x).epsilon(4 * e).margin(600 * e));
    REQUIRE(sigmoid(x) + sigmoid(-x) == Approx(1).epsilon(4 * e));
  }
}

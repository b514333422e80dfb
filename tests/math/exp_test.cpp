#include "variate/math/exp.hpp"

#include "math/reference.hpp"

using namespace variate_tests;

namespace {
constexpr auto kernel = [](auto... a) { return variate::math::exp(a...); };
}

TEMPLATE_TEST_CASE("exp is within 0.95 ulp, with its edges", "[math]", float, double) {
  check_kernel<TestType>("exp", 0.95, kernel);
  const auto exact = [](auto x) { return std::exp(x); };
  CHECK(worst_on_interval<TestType>(kernel, exact, -1, 1) <= 0.95);
  CHECK(worst_on_interval<TestType>(kernel, exact, -87, 88) <= 0.95);
}

TEMPLATE_TEST_CASE("exp does not decrease from a number to the next, beyond its error", "[math]", float, double) {
  TestType x = TestType(0.25), before = kernel(x);
  for (int i = 0; i < 5000; ++i) {
    x = std::nextafter(x, TestType(1));
    const TestType after = kernel(x);
    REQUIRE(after >= before * (1 - std::numeric_limits<TestType>::epsilon()));
    before = after;
  }
}

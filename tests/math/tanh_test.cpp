#include "variate/math/tanh.hpp"

#include "math/reference.hpp"

using namespace variate_tests;

namespace {
constexpr auto kernel = [](auto... a) { return variate::math::tanh(a...); };
}

TEMPLATE_TEST_CASE("tanh is within 2.5 ulp, with its edges", "[math]", float, double) {
  check_kernel<TestType>("tanh", 2.5, kernel);
  const auto exact = [](auto x) { return std::tanh(x); };
  CHECK(worst_on_interval<TestType>(kernel, exact, -1, 1) <= 2.5);
  CHECK(worst_on_interval<TestType>(kernel, exact, -25, 25) <= 2.5);
}

TEMPLATE_TEST_CASE("tanh is odd and stays within one", "[math]", float, double) {
  for (TestType x = 0; x < TestType(30); x += TestType(0.0137)) {
    REQUIRE(kernel(-x) == -kernel(x));
    REQUIRE(kernel(x) <= TestType(1));
  }
}

#include "variate/math/log.hpp"

#include "math/reference.hpp"
#include "variate/math/exp.hpp"

using namespace variate_tests;

namespace {
constexpr auto kernel = [](auto... a) { return variate::math::log(a...); };
}

TEMPLATE_TEST_CASE("log is within 0.9 ulp, with its edges", "[math]", float, double) {
  check_kernel<TestType>("log", 0.9, kernel);
  const auto exact = [](auto x) { return std::log(x); };
  CHECK(worst_on_interval<TestType>(kernel, exact, 0.5, 2) <= 0.9);
  CHECK(worst_on_interval<TestType>(kernel, exact, 1e-6, 1e6) <= 0.9);
}

TEMPLATE_TEST_CASE("log undoes exp", "[math]", float, double) {
  for (TestType x = TestType(-80); x < TestType(80); x += TestType(0.37))
    REQUIRE(kernel(variate::math::exp(x)) == Approx(x).epsilon(4 * std::numeric_limits<TestType>::epsilon()).margin(1e-6));
}

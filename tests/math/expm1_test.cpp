#include "variate/math/expm1.hpp"

#include "math/reference.hpp"
#include "variate/math/log1p.hpp"

using namespace variate_tests;

namespace {
constexpr auto kernel = [](auto... a) { return variate::math::expm1(a...); };
}

TEMPLATE_TEST_CASE("expm1 is within 1.5 ulp, with its edges", "[math]", float, double) {
  check_kernel<TestType>("expm1", 1.5, kernel);
  const auto exact = [](auto x) { return std::expm1(x); };
  CHECK(worst_on_interval<TestType>(kernel, exact, -1, 1) <= 1.5);
  CHECK(worst_on_interval<TestType>(kernel, exact, -1e-5, 1e-5) <= 1.5);
  CHECK(worst_on_interval<TestType>(kernel, exact, -40, 80) <= 1.5);
}

TEMPLATE_TEST_CASE("expm1 undoes log1p", "[math]", float, double) {
  for (TestType x = TestType(-0.9); x < TestType(80); x += TestType(0.37))
    REQUIRE(kernel(variate::math::log1p(x)) == Approx(x).epsilon(200 * std::numeric_limits<TestType>::epsilon()));
}

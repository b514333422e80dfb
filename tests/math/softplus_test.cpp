#include "variate/math/softplus.hpp"

#include "math/reference.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/log1p.hpp"

using namespace variate_tests;

namespace {
constexpr auto kernel = [](auto... a) { return variate::math::softplus(a...); };
}

TEMPLATE_TEST_CASE("softplus is within 2 ulp, with its edges", "[math]", float, double) {
  check_kernel<TestType>("softplus", 2, kernel);
  const auto exact = [](auto x) { return (x > 0 ? x : 0) + std::log1p(std::exp(-std::abs(x))); };
  CHECK(worst_on_interval<TestType>(kernel, exact, -3, 3) <= 2);
  CHECK(worst_on_interval<TestType>(kernel, exact, -80, 40) <= 2);
}

TEMPLATE_TEST_CASE("softplus(x) - softplus(-x) is x", "[math]", float, double) {
  for (TestType x = TestType(-30); x < TestType(30); x += TestType(0.37))
    REQUIRE(kernel(x) - kernel(-x) == Approx(x).margin(40 * std::numeric_limits<TestType>::epsilon()));
}

#include "variate/math/log1p.hpp"

#include "math/reference.hpp"

using namespace variate_tests;

namespace {
constexpr auto kernel = [](auto... a) { return variate::math::log1p(a...); };
}

TEMPLATE_TEST_CASE("log1p is within 0.95 ulp, with its edges", "[math]", float, double) {
  check_kernel<TestType>("log1p", 0.95, kernel);
  const auto exact = [](auto x) { return std::log1p(x); };
  CHECK(worst_on_interval<TestType>(kernel, exact, -0.9999, 1) <= 0.95);
  CHECK(worst_on_interval<TestType>(kernel, exact, -1e-5, 1e-5) <= 0.95);
  CHECK(worst_on_interval<TestType>(kernel, exact, 1, 1e4) <= 0.95);
}

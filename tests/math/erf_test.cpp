#include "variate/math/erf.hpp"

#include "math/reference.hpp"

using namespace variate_tests;

namespace {
constexpr auto erf_kernel = [](auto... a) { return variate::math::erf(a...); };
constexpr auto erfc_kernel = [](auto... a) { return variate::math::erfc(a...); };
constexpr auto erfcx_kernel = [](auto... a) { return variate::math::erfcx(a...); };
constexpr double float_bound = 0.51;  // rounded from double

template <class T>
double bound(double for_double) {
  return sizeof(T) == 8 ? for_double : float_bound;
}
}  // namespace

TEMPLATE_TEST_CASE("erf is within 1.5 ulp, with its edges", "[math]", float, double) {
  check_kernel<TestType>("erf", bound<TestType>(1.5), erf_kernel);
  CHECK(worst_on_interval<TestType>(erf_kernel, [](auto x) { return std::erf(x); }, -3, 3) <= bound<TestType>(1.5));
}

TEMPLATE_TEST_CASE("erfc is within 4 ulp, with its edges", "[math]", float, double) {
  check_kernel<TestType>("erfc", bound<TestType>(4), erfc_kernel);
  CHECK(worst_on_interval<TestType>(erfc_kernel, [](auto x) { return std::erfc(x); }, -3, 9) <= bound<TestType>(4));
}

TEMPLATE_TEST_CASE("erfcx is within 4 ulp, with its edges", "[math]", float, double) {
  check_kernel<TestType>("erfcx", bound<TestType>(4), erfcx_kernel);
}

TEMPLATE_TEST_CASE("erf and erfc add to one", "[math]", float, double) {
  for (TestType x = TestType(-6); x < TestType(6); x += TestType(0.013))
    REQUIRE(erf_kernel(x) + erfc_kernel(x) == Approx(1).epsilon(2 * std::numeric_limits<TestType>::epsilon()));
}

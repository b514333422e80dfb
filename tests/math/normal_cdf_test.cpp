#include "variate/math/normal_cdf.hpp"

#include "math/reference.hpp"

using namespace variate_tests;

namespace {
constexpr auto cdf = [](auto... a) { return variate::math::normal_cdf(a...); };
constexpr auto log_cdf = [](auto... a) { return variate::math::log_normal_cdf(a...); };
constexpr auto quantile = [](auto... a) { return variate::math::normal_quantile(a...); };

template <class T>
double bound(double for_double) {
  return sizeof(T) == 8 ? for_double : 0.51;  // floats are rounded from double
}
}  // namespace

TEMPLATE_TEST_CASE("normal_cdf is within 4 ulp, with its edges", "[math]", float, double) {
  check_kernel<TestType>("normal_cdf", bound<TestType>(4), cdf);
}

TEMPLATE_TEST_CASE("log_normal_cdf is within 4 ulp, with its edges", "[math]", float, double) {
  check_kernel<TestType>("log_normal_cdf", bound<TestType>(4), log_cdf);
}

TEMPLATE_TEST_CASE("normal_quantile is within 5 ulp, with its edges", "[math]", float, double) {
  check_kernel<TestType>("normal_quantile", bound<TestType>(5), quantile);
}

TEMPLATE_TEST_CASE("normal_quantile undoes normal_cdf in the lower half", "[math]", float, double) {
  for (TestType x = TestType(-12); x < TestType(0); x += TestType(0.037)) {
    const TestType e = std::numeric_limits<TestType>::epsilon();
    // an ulp of the probability is a step of about 1/|x| ulp here, and the most where the density is flat
    REQUIRE(quantile(cdf(x)) == Approx(x).epsilon(8 * e).margin(4 * e));
    REQUIRE(log_cdf(x) == Approx(std::log(cdf(x))).epsilon(8 * e));
  }
}

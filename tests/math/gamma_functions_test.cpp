#include "variate/math/gamma_functions.hpp"

#include "math/reference.hpp"

using namespace variate_tests;

namespace {
constexpr auto log_gamma = [](auto... a) { return variate::math::lgamma(a...); };
constexpr auto psi = [](auto... a) { return variate::math::digamma(a...); };
constexpr auto psi1 = [](auto... a) { return variate::math::trigamma(a...); };

template <class T>
double bound(double for_double) {
  return sizeof(T) == 8 ? for_double : 0.51;  // floats are rounded from double
}
}  // namespace

TEMPLATE_TEST_CASE("lgamma is within 5 ulp, with its edges", "[math]", float, double) {
  check_kernel<TestType>("lgamma", bound<TestType>(5), log_gamma);
  const auto exact = [](auto x) { return std::lgamma(x); };
  CHECK(worst_on_interval<TestType>(log_gamma, exact, 2.5, 12) <= bound<TestType>(5));
  CHECK(worst_on_interval<TestType>(log_gamma, exact, 1e-3, 0.9) <= bound<TestType>(5));
}

TEMPLATE_TEST_CASE("digamma is within 5 ulp, with its edges", "[math]", float, double) {
  check_kernel<TestType>("digamma", bound<TestType>(5), psi);
}

TEMPLATE_TEST_CASE("trigamma is within 4 ulp, with its edges", "[math]", float, double) {
  check_kernel<TestType>("trigamma", bound<TestType>(4), psi1);
}

TEMPLATE_TEST_CASE("the gamma functions keep their recurrences", "[math]", float, double) {
  using T = TestType;
  const T e = 30 * std::numeric_limits<T>::epsilon();
  for (T x = T(0.05); x < T(15); x += T(0.0371)) {
    REQUIRE(log_gamma(x + 1) - log_gamma(x) == Approx(std::log(x)).epsilon(e).margin(10 * e));
    REQUIRE(psi(x + 1) - psi(x) == Approx(1 / x).epsilon(e).margin(e));
    REQUIRE(psi1(x) - psi1(x + 1) == Approx(1 / (x * x)).epsilon(e).margin(e));
  }
}

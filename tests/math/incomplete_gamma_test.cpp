#include "variate/math/incomplete_gamma.hpp"

#include <cmath>
#include <cstddef>
#include <limits>

#include "math/table.hpp"

using namespace variate::math;
using namespace variate_tests;

namespace {
using variate_tests::infinity;
double off(double got, double want) { return std::abs(got / want - 1); }
/// x is rounded, and P at the 1e-10 quantile of shape a moves by 6 sqrt(a) times as much; Q of tiny shapes is 1 - P, of some a times P.
double tail_tolerance(double a) { return 2e-13 + 2e-15 * std::sqrt(a) + 5e-15 / a; }
}  // namespace

TEST_CASE("incomplete gamma functions against mpmath", "[math]") {
  const auto rows = read_table("incomplete_gamma.csv", "a,x,p,q,dlogx_da");
  REQUIRE(rows.size() > 200);
  for (const auto& row : rows) {
    const double a = row[0], x = row[1], p = row[2], q = row[3], slope = row[4];
    INFO("a " << a << " x " << x);
    const double bound = tail_tolerance(a);
    CHECK(off(gamma_p(a, x), p) < bound);
    CHECK(off(gamma_q(a, x), q) < bound);
    CHECK(off(log_gamma_p(a, x), p < 0.5 ? std::log(p) : std::log1p(-q)) < bound);
    CHECK(off(log_gamma_q(a, x), q < 0.5 ? std::log(q) : std::log1p(-p)) < bound);
    using L = Lanes<double>;
    const double e = detail::gamma_position(L(a), L(x))[0];
    CHECK(off(gamma_log_slope(a, e), slope) < 1e-12);
    const double density = std::exp(detail::gamma_log_front(L(a), L(e))[0]);
    CHECK(off(gamma_p_da(a, x), -slope * density) < 2e-12 + 1e-14 * std::sqrt(a));
    // An inverse is as good as its probability: an error of eps in p moves log x by eps p / (x f(x)).
    const double back = log_gamma_p_inverse(a, p);
    CHECK(std::abs(back - std::log(x)) < (2e-14 + 4e-16 * std::sqrt(a)) * p / density + 1e-15 * (4 + std::abs(back)));
    CHECK(gamma_p(L(a), L(x))[L::size - 1] == gamma_p(a, x));
    CHECK(gamma_log_slope(L(a), L(e))[0] == gamma_log_slope(a, e));
  }
}

TEST_CASE("incomplete gamma functions of float are those of double, rounded", "[math]") {
  for (const float a : {0.01f, 1.0f, 20.0f, 3e4f})
    for (const float f : {0.5f, 1.0f, 1.3f}) {
      const float x = a * f;
      const double ad = static_cast<double>(a), xd = static_cast<double>(x);
      CHECK(gamma_p(a, x) == static_cast<float>(gamma_p(ad, xd)));
      CHECK(gamma_q(Lanes<float>(a), Lanes<float>(x))[3] == static_cast<float>(gamma_q(ad, xd)));
      CHECK(log_gamma_p(a, x) == static_cast<float>(log_gamma_p(ad, xd)));
      CHECK(gamma_log_slope(a, 0.25f) == static_cast<float>(gamma_log_slope(ad, 0.25)));
      CHECK(gamma_p_da(a, x) == static_cast<float>(gamma_p_da(ad, xd)));
      CHECK(log_gamma_p_inverse(a, 0.25f) == static_cast<float>(log_gamma_p_inverse(ad, 0.25)));
    }
}

TEST_CASE("edges of the incomplete gamma functions", "[math]") {
  for (const double a : {1e-3, 0.5, 1.0, 30.0, 1e6}) {
    CHECK(gamma_p(a, 0.0) == 0);
    CHECK(gamma_q(a, 0.0) == 1);
    CHECK(gamma_p(a, infinity) == 1);
    CHECK(gamma_q(a, infinity) == 0);
    CHECK(log_gamma_p(a, 0.0) == -infinity);
    CHECK(log_gamma_p(a, infinity) == 0);
    CHECK(log_gamma_q(a, infinity) == -infinity);
    CHECK(gamma_p_da(a, 0.0) == 0);
    CHECK(gamma_p_da(a, infinity) == 0);
    CHECK(std::isnan(gamma_p(a, -1.0)));
    CHECK(std::isnan(gamma_q(a, std::nan(""))));
    CHECK(std::isnan(gamma_p(-a, 1.0)));
    CHECK(std::isnan(gamma_p(0.0, 1.0)));
    CHECK(log_gamma_p_inverse(a, 0.0) == -infinity);
    CHECK(log_gamma_p_inverse(a, 1.0) == infinity);
    CHECK(std::isnan(log_gamma_p_inverse(a, 1.5)));
    CHECK(std::isfinite(log_gamma_q(a, 5 * a + 700)));
    CHECK(log_gamma_q(a, 5 * a + 700) < -600);
  }
  // What no double could hold: the median of shape 1e-3 is e^-693, that of 1e-5 e^-69315.
  CHECK(log_gamma_p_inverse(1e-5, 0.5) == Approx((std::log(0.5) + std::lgamma(1 + 1e-5)) * 1e5).epsilon(1e-12));
  CHECK(gamma_log_slope(1e-5, -69315.0) > 0);
}

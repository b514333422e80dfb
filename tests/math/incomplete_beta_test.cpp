#include "variate/math/incomplete_beta.hpp"

#include <cmath>
#include <limits>

#include "math/table.hpp"

using namespace variate::math;
using namespace variate_tests;

namespace {
using variate_tests::infinity;
double off(double got, double want) { return std::abs(got / want - 1); }
}  // namespace

TEST_CASE("the incomplete beta function and its derivatives against mpmath", "[math]") {
  const auto rows = read_table("incomplete_beta.csv", "a,b,y,p,q,dy_da,dy_db");
  REQUIRE(rows.size() > 140);
  for (const auto& row : rows) {
    const double a = row[0], b = row[1], y = row[2], p = row[3], q = row[4];
    INFO("a " << a << " b " << b << " y " << y);
    // As for the gamma functions: the rounding of y counts sqrt(a) times, and tails of some min(a, b) are 1 less the other.
    const double bound = 3e-13 + 2e-15 * std::sqrt(a + b) + 5e-15 / std::min(a, b);
    CHECK(off(beta_cdf(a, b, y), p) < bound);
    CHECK(off(beta_cdf(b, a, -y), q) < bound);
    CHECK(off(log_beta_cdf(a, b, y), p < 0.5 ? std::log(p) : std::log1p(-q)) < bound);
    CHECK(off(beta_logit_slope(a, b, y), row[5]) < 2e-11);
    CHECK(off(-beta_logit_slope(b, a, -y), row[6]) < 2e-11);
    const double found = beta_quantile(a, b, p);
    CHECK(std::abs(beta_cdf(a, b, found) - p) < 1e-12 * std::min(p, 1.0));
    CHECK(beta_logit_slope(Lanes<double>(a), Lanes<double>(b), Lanes<double>(y))[0] == beta_logit_slope(a, b, y));
  }
}

TEST_CASE("the derivative of the incomplete beta function where others stop too early", "[math]") {
  // I_x(1, b) = 1 - (1-x)^b and I_x(a, 1) = x^a: with x = 1/2, dI/da (1, 1) = log(1/2)/2, so that dy/da = 2 log 2.
  CHECK(off(beta_logit_slope(1.0, 1.0, 0.0), 2 * std::log(2.0)) < 1e-14);
  for (const double a : {0.01, 1.0, 2.0, 30.0})
    for (const double y : {-5.0, -0.3, 0.0, 2.0}) {
      const double log_x = -std::log1p(std::exp(-y)), log_1x = -std::log1p(std::exp(y));
      CHECK(off(beta_logit_slope(a, 1.0, y), -log_x / (a * std::exp(log_1x))) < 1e-12);
      CHECK(off(beta_cdf(a, 1.0, y), std::exp(a * log_x)) < 1e-13);
    }
}

TEST_CASE("incomplete beta functions: float, edges", "[math]") {
  CHECK(beta_cdf(2.0f, 3.0f, 0.5f) == static_cast<float>(beta_cdf(2.0, 3.0, 0.5)));
  CHECK(beta_logit_slope(2.0f, 3.0f, 0.5f) == static_cast<float>(beta_logit_slope(2.0, 3.0, 0.5)));
  CHECK(beta_quantile(2.0f, 3.0f, 0.25f) == static_cast<float>(beta_quantile(2.0, 3.0, 0.25)));
  CHECK(log_beta_cdf(2.0f, 3.0f, 0.5f) == static_cast<float>(log_beta_cdf(2.0, 3.0, 0.5)));
  for (const double a : {1e-3, 1.0, 1e5}) {
    CHECK(beta_cdf(a, 2.0, -infinity) == 0);
    CHECK(beta_cdf(a, 2.0, infinity) == 1);
    CHECK(log_beta_cdf(a, 2.0, -infinity) == -infinity);
    CHECK(beta_quantile(a, 2.0, 0.0) == -infinity);
    CHECK(beta_quantile(a, 2.0, 1.0) == infinity);
    CHECK(std::isnan(beta_quantile(a, 2.0, -0.1)));
    CHECK(std::isnan(beta_cdf(-a, 2.0, 0.0)));
    CHECK(std::isnan(beta_cdf(a, 0.0, 0.0)));
    CHECK(std::isnan(beta_cdf(a, 1.0, std::nan(""))));
  }
}

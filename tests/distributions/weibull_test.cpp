#include "variate/distributions/weibull.hpp"

#include <cmath>
#include <limits>

#include "distributions/family_checks.hpp"
#include "distributions/family_suite.hpp"
#include "support/catch.hpp"

using namespace variate_tests;

namespace {
const Kind weibull_kind = kind_of<variate::Weibull, variate::detail::WeibullLaw>();
const FixtureOf weibull_gumbel_noise{
    {}, [](const AnyFamily& q, double x) { return -std::exp(q.theta(1)) * (std::log(x) - q.theta(0)); }, {}, {}};
}  // namespace

TEST_CASE("Weibull against mpmath", "[fixtures][distributions]") { check_fixture("weibull.json", weibull_kind, weibull_gumbel_noise); }

TEST_CASE("Weibull: gradients, data points, moments, edges, float, what is refused", "[distributions]") {
  check_family(weibull_kind, {{0, 1}});
}

TEST_CASE("Weibull: samples follow the law", "[distributions][statistical]") {
  check_sampler(weibull_kind, {{1, 1}, {2, 0.05}, {1e-4, 0.5}, {1e5, 1e4}});
}

TEST_CASE("Weibull: parameters by name", "[distributions]") {
  const variate::Weibull q(one(0.5), one(3.0));
  CHECK(q.scale()(0, 0) == Approx(0.5).epsilon(1e-15));
  CHECK(q.concentration()(0, 0) == Approx(3.0).epsilon(1e-15));
  CHECK(message_of<variate::DomainError>([] { variate::Weibull(one(1.0), one(0.0)); }) ==
        "Weibull: concentration(0) is 0, expected a positive finite number");
}

TEST_CASE("Weibull: powers that underflow, narrow laws, the end of the support", "[distributions]") {
  const AnyFamily q = single(weibull_kind, {2, 5});
  CHECK(q.log_cdf(one(1e-300))(0, 0) == Approx(5 * std::log(5e-301)).epsilon(1e-15));
  CHECK(q.log_prob(one(1e-300))(0) == Approx(std::log(2.5) + 4 * std::log(5e-301)).epsilon(1e-15));
  // pi^2/6 k^-2 (1 - (2.4041 + 2 * 0.57722 pi^2/6) / k + ...) / (pi^2/6): the mean is scale (1 - 0.57722/k + ...)
  const double k = 1e7, sixth = 1.6449340668482264;
  CHECK(single(weibull_kind, {1, k}).variance()(0, 0) ==
        Approx(sixth / (k * k) * (1 - (2.404113806 / sixth + 1.154431330) / k)).epsilon(1e-12));
  CHECK(single(weibull_kind, {2, 0.5}).log_prob(one(0))(0) == std::numeric_limits<double>::infinity());
  CHECK(single(weibull_kind, {2, 1}).log_prob(one(0))(0) == Approx(-std::log(2.0)));
  CHECK(single(weibull_kind, {2, 3}).log_prob(one(0))(0) == -std::numeric_limits<double>::infinity());
}

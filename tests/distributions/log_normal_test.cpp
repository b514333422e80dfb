#include "variate/distributions/log_normal.hpp"

#include <cmath>

#include "distributions/family_checks.hpp"
#include "distributions/family_suite.hpp"
#include "support/catch.hpp"

using namespace variate_tests;

namespace {
const Kind log_normal_kind = kind_of<variate::LogNormal, variate::detail::LogNormalLaw>();
const FixtureOf log_normal_noise{
    {}, [](const AnyFamily& q, double x) { return (std::log(x) - q.theta(0)) / std::exp(q.theta(1)); }, {}, {}};
}  // namespace

TEST_CASE("LogNormal against mpmath", "[fixtures][distributions]") { check_fixture("lognormal.json", log_normal_kind, log_normal_noise); }

TEST_CASE("LogNormal: gradients, data points, moments, edges, float, what is refused", "[distributions]") {
  check_family(log_normal_kind, {{0, -1}});
}

TEST_CASE("LogNormal: samples follow the law", "[distributions][statistical]") {
  check_sampler(log_normal_kind, {{0, 1}, {-3, 1e-4}, {5, 3}});
}

TEST_CASE("LogNormal: parameters by name", "[distributions]") {
  const variate::LogNormal q(one(-2.0), one(0.5));
  CHECK(q.loc()(0, 0) == Approx(-2.0).epsilon(1e-15));
  CHECK(q.scale()(0, 0) == Approx(0.5).epsilon(1e-15));
  CHECK(message_of<variate::DomainError>([] { variate::LogNormal(one(1.0), one(0.0)); }) ==
        "LogNormal: scale(0) is 0, expected a positive finite number");
}

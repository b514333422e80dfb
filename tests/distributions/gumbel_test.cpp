#include "variate/distributions/gumbel.hpp"

#include <cmath>

#include "distributions/family_checks.hpp"
#include "distributions/family_suite.hpp"
#include "support/catch.hpp"

using namespace variate_tests;

namespace {
const Kind gumbel_kind = kind_of<variate::Gumbel, variate::detail::GumbelLaw>();
const FixtureOf gumbel_noise{{}, [](const AnyFamily& q, double x) { return (x - q.theta(0)) / std::exp(q.theta(1)); }, {}, {}};
}  // namespace

TEST_CASE("Gumbel against mpmath", "[fixtures][distributions]") { check_fixture("gumbel.json", gumbel_kind, gumbel_noise); }

TEST_CASE("Gumbel: gradients, data points, moments, edges, float, what is refused", "[distributions]") { check_family(gumbel_kind); }

TEST_CASE("Gumbel: samples follow the law", "[distributions][statistical]") {
  check_sampler(gumbel_kind, {{0, 1}, {-3, 1e-4}, {1e3, 100}});
}

TEST_CASE("Gumbel: parameters by name", "[distributions]") {
  const variate::Gumbel q(one(-2.0), one(0.5));
  CHECK(q.loc()(0, 0) == Approx(-2.0).epsilon(1e-15));
  CHECK(q.scale()(0, 0) == Approx(0.5).epsilon(1e-15));
  CHECK(message_of<variate::DomainError>([] { variate::Gumbel(one(1.0), one(0.0)); }) ==
        "Gumbel: scale(0) is 0, expected a positive finite number");
}

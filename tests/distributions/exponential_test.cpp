#include "variate/distributions/exponential.hpp"

#include "distributions/family_checks.hpp"
#include "distributions/family_suite.hpp"
#include "support/catch.hpp"

using namespace variate_tests;

namespace {
const Kind exponential_kind = kind_of<variate::Exponential, variate::detail::ExponentialLaw>();
}  // namespace

TEST_CASE("Exponential against mpmath", "[fixtures][distributions]") { check_fixture("exponential.json", exponential_kind); }

TEST_CASE("Exponential: gradients, data points, moments, edges, float, what is refused", "[distributions]") {
  check_family(exponential_kind);
}

TEST_CASE("Exponential: samples follow the law", "[distributions][statistical]") { check_sampler(exponential_kind, {{1}, {1e-4}, {1e5}}); }

TEST_CASE("Exponential: parameters by name", "[distributions]") {
  const variate::Exponential q(one(0.5));
  CHECK(q.rate()(0, 0) == Approx(0.5).epsilon(1e-15));
  CHECK(message_of<variate::DomainError>([] { variate::Exponential(one(0.0)); }) ==
        "Exponential: rate(0) is 0, expected a positive finite number");
}

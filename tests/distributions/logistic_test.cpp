#include "variate/distributions/logistic.hpp"

#include "distributions/family_checks.hpp"
#include "distributions/family_suite.hpp"
#include "support/catch.hpp"

using namespace variate_tests;

namespace {
const Kind logistic_kind = kind_of<variate::Logistic, variate::detail::LogisticLaw>();
}  // namespace

TEST_CASE("Logistic against mpmath", "[fixtures][distributions]") { check_fixture("logistic.json", logistic_kind); }

TEST_CASE("Logistic: gradients, data points, moments, edges, float, what is refused", "[distributions]") { check_family(logistic_kind); }

TEST_CASE("Logistic: samples follow the law", "[distributions][statistical]") {
  check_sampler(logistic_kind, {{0, 1}, {-3, 1e-4}, {1e3, 100}});
}

TEST_CASE("Logistic: parameters by name", "[distributions]") {
  const variate::Logistic q(one(-2.0), one(0.5));
  CHECK(q.loc()(0, 0) == Approx(-2.0).epsilon(1e-15));
  CHECK(q.scale()(0, 0) == Approx(0.5).epsilon(1e-15));
  CHECK(message_of<variate::DomainError>([] { variate::Logistic(one(1.0), one(0.0)); }) ==
        "Logistic: scale(0) is 0, expected a positive finite number");
}

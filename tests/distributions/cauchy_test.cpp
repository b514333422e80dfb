#include "variate/distributions/cauchy.hpp"

#include <cmath>

#include "distributions/family_checks.hpp"
#include "distributions/family_suite.hpp"
#include "support/catch.hpp"

using namespace variate_tests;

namespace {
const Kind cauchy_kind = kind_of<variate::Cauchy, variate::detail::CauchyLaw>();
}  // namespace

TEST_CASE("Cauchy against mpmath", "[fixtures][distributions]") { check_fixture("cauchy.json", cauchy_kind); }

TEST_CASE("Cauchy: gradients, data points, moments, edges, float, what is refused", "[distributions]") {
  check_family(cauchy_kind, {.has_moments = false});
}

TEST_CASE("Cauchy: samples follow the law", "[distributions][statistical]") {
  check_sampler(cauchy_kind, {{0, 1}, {-3, 1e-4}, {1e3, 100}});
}

TEST_CASE("Cauchy: parameters by name", "[distributions]") {
  const variate::Cauchy q(one(-2.0), one(0.5));
  CHECK(q.loc()(0, 0) == Approx(-2.0).epsilon(1e-15));
  CHECK(q.scale()(0, 0) == Approx(0.5).epsilon(1e-15));
  CHECK(message_of<variate::DomainError>([] { variate::Cauchy(one(1.0), one(0.0)); }) ==
        "Cauchy: scale(0) is 0, expected a positive finite number");
}

TEST_CASE("Cauchy: far out, where squares overflow", "[distributions]") {
  const AnyFamily q = single(cauchy_kind, {0, 1});
  for (const double x : {1e9, 1e200, 1e300}) {
    const AnyFamily::Evaluation e = q.evaluate(one(-x), Row<double>::Ones(1));
    CHECK(e.value(0) == Approx(-2 * std::log(x) - std::log(std::acos(-1.0))).epsilon(1e-15));
    CHECK(e.slope(0, 0) == Approx(2 / x).epsilon(1e-15));
    CHECK(e.score(1) == 1);
    CHECK(q.cdf(one(-x))(0, 0) == Approx(1 / (x * std::acos(-1.0))).epsilon(1e-15));
  }
}

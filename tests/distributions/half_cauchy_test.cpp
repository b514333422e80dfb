#include "variate/distributions/half_cauchy.hpp"

#include <cmath>

#include "distributions/family_checks.hpp"
#include "distributions/family_suite.hpp"
#include "support/catch.hpp"

using namespace variate_tests;

namespace {
const Kind half_cauchy_kind = kind_of<variate::HalfCauchy, variate::detail::HalfCauchyLaw>();
}  // namespace

TEST_CASE("HalfCauchy against mpmath", "[fixtures][distributions]") { check_fixture("halfcauchy.json", half_cauchy_kind); }

TEST_CASE("HalfCauchy: gradients, data points, moments, edges, float, what is refused", "[distributions]") {
  check_family(half_cauchy_kind, {.centre = {1}, .has_moments = false});
}

TEST_CASE("HalfCauchy: samples follow the law", "[distributions][statistical]") { check_sampler(half_cauchy_kind, {{1}, {1e-4}, {1e5}}); }

TEST_CASE("HalfCauchy: parameters by name", "[distributions]") {
  const variate::HalfCauchy q(one(0.5));
  CHECK(q.scale()(0, 0) == Approx(0.5).epsilon(1e-15));
  CHECK(message_of<variate::DomainError>([] { variate::HalfCauchy(one(0.0)); }) ==
        "HalfCauchy: scale(0) is 0, expected a positive finite number");
}

TEST_CASE("HalfCauchy: far out, where squares overflow", "[distributions]") {
  const AnyFamily q = single(half_cauchy_kind, {1});
  for (const double x : {1e9, 1e200, 1e300}) {
    const AnyFamily::Evaluation e = q.evaluate(one(x), Row<double>::Ones(1));
    CHECK(e.value(0) == Approx(std::log(2 / std::acos(-1.0)) - 2 * std::log(x)).epsilon(1e-15));
    CHECK(e.slope(0, 0) == Approx(-2 / x).epsilon(1e-15));
    CHECK(e.score(0) == 1);
  }
}

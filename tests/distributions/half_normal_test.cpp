#include "variate/distributions/half_normal.hpp"

#include "distributions/family_checks.hpp"
#include "distributions/family_suite.hpp"
#include "support/catch.hpp"

using namespace variate_tests;

namespace {
const Kind half_normal_kind = kind_of<variate::HalfNormal, variate::detail::HalfNormalLaw>();
}  // namespace

TEST_CASE("HalfNormal against mpmath", "[fixtures][distributions]") { check_fixture("halfnormal.json", half_normal_kind); }

TEST_CASE("HalfNormal: gradients, data points, moments, edges, float, what is refused", "[distributions]") { check_family(half_normal_kind); }

TEST_CASE("HalfNormal: samples follow the law", "[distributions][statistical]") { check_sampler(half_normal_kind, {{1}, {1e-4}, {1e5}}); }

TEST_CASE("HalfNormal: parameters by name", "[distributions]") {
  const variate::HalfNormal q(one(0.5));
  CHECK(q.scale()(0, 0) == Approx(0.5).epsilon(1e-15));
  CHECK(message_of<variate::DomainError>([] { variate::HalfNormal(one(0.0)); }) ==
        "HalfNormal: scale(0) is 0, expected a positive finite number");
}

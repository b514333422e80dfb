#include "variate/distributions/half_cauchy.hpp"

#include "distributions/family_suite.hpp"
#include "support/catch.hpp"

using namespace variate_tests;

namespace {
const Kind kind = kind_of<variate::HalfCauchy, variate::detail::HalfCauchyLaw>();
}  // namespace

TEST_CASE("HalfCauchy against mpmath", "[fixtures][distributions]") { check_fixture("halfcauchy.json", kind); }

TEST_CASE("HalfCauchy: gradients, data points, moments, edges, float, what is refused", "[distributions]") {
  check_family(kind, {.centre = {1}, .has_moments = false});
}

TEST_CASE("HalfCauchy: samples follow the law", "[distributions][statistical]") { check_sampler(kind, {{1}, {1e-4}, {1e5}}); }

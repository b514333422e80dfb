#include "variate/distributions/cauchy.hpp"

#include "distributions/family_suite.hpp"
#include "support/catch.hpp"

using namespace variate_tests;

namespace {
const Kind kind = kind_of<variate::Cauchy, variate::detail::CauchyLaw>();
}  // namespace

TEST_CASE("Cauchy against mpmath", "[fixtures][distributions]") { check_fixture("cauchy.json", kind); }

TEST_CASE("Cauchy: gradients, data points, moments, edges, float, what is refused", "[distributions]") {
  check_family(kind, {.has_moments = false});
}

TEST_CASE("Cauchy: samples follow the law", "[distributions][statistical]") {
  check_sampler(kind, {{0, 1}, {-3, 1e-4}, {1e3, 100}});
}

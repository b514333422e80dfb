#include "variate/distributions/half_normal.hpp"

#include "distributions/family_suite.hpp"
#include "support/catch.hpp"

using namespace variate_tests;

namespace {
const Kind kind = kind_of<variate::HalfNormal, variate::detail::HalfNormalLaw>();
}  // namespace

TEST_CASE("HalfNormal against mpmath", "[fixtures][distributions]") { check_fixture("halfnormal.json", kind); }

TEST_CASE("HalfNormal: gradients, data points, moments, edges, float, what is refused", "[distributions]") { check_family(kind); }

TEST_CASE("HalfNormal: samples follow the law", "[distributions][statistical]") { check_sampler(kind, {{1}, {1e-4}, {1e5}}); }

#include "variate/distributions/laplace.hpp"

#include "distributions/family_suite.hpp"
#include "support/catch.hpp"

using namespace variate_tests;

namespace {
const Kind laplace_kind = kind_of<variate::Laplace, variate::detail::LaplaceLaw>();
}

TEST_CASE("Laplace against mpmath", "[fixtures][distributions]") { check_fixture("laplace.json", laplace_kind); }

TEST_CASE("Laplace: gradients, data points, moments, edges, float, what is refused", "[distributions]") { check_family(laplace_kind); }

TEST_CASE("Laplace: samples follow the law", "[distributions][statistical]") {
  check_sampler(laplace_kind, {{0, 1}, {-3, 1e-4}, {1e3, 100}});
}

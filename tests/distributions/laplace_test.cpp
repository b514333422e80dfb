#include "variate/distributions/laplace.hpp"

#include "distributions/family_suite.hpp"
#include "support/catch.hpp"

using namespace variate_tests;

namespace {
const Kind kind = kind_of<variate::Laplace, variate::detail::LaplaceLaw>();
}

TEST_CASE("Laplace against mpmath", "[fixtures][distributions]") { check_fixture("laplace.json", kind); }

TEST_CASE("Laplace: gradients, data points, moments, edges, float, what is refused", "[distributions]") { check_family(kind); }

TEST_CASE("Laplace: samples follow the law", "[distributions][statistical]") {
  check_sampler(kind, {{0, 1}, {-3, 1e-4}, {1e3, 100}});
}

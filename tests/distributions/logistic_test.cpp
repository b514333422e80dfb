#include "variate/distributions/logistic.hpp"

#include "distributions/family_suite.hpp"
#include "support/catch.hpp"

using namespace variate_tests;

namespace {
const Kind kind = kind_of<variate::Logistic, variate::detail::LogisticLaw>();
}  // namespace

TEST_CASE("Logistic against mpmath", "[fixtures][distributions]") { check_fixture("logistic.json", kind); }

TEST_CASE("Logistic: gradients, data points, moments, edges, float, what is refused", "[distributions]") { check_family(kind); }

TEST_CASE("Logistic: samples follow the law", "[distributions][statistical]") {
  check_sampler(kind, {{0, 1}, {-3, 1e-4}, {1e3, 100}});
}

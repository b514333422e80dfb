#include "variate/distributions/truncated_normal.hpp"

#include <cmath>

#include "distributions/family_checks.hpp"
#include "distributions/family_suite.hpp"
#include "variate/distributions/kl.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
const Kind kind = kind_of<TruncatedNormal, detail::TruncatedNormalLaw>();
constexpr double inf = std::numeric_limits<double>::infinity();
}  // namespace

TEST_CASE("TruncatedNormal against mpmath", "[fixtures][distributions]") { check_fixture("truncatednormal.json", kind); }

TEST_CASE("TruncatedNormal: gradients, data points, moments, edges, float, what is refused", "[distributions]") {
  for (const std::vector<double>& ends : {std::vector<double>{-1.0, 1.5}, {2, inf}, {-inf, -0.5}, {-inf, inf}}) {
    INFO(ends[0] << " to " << ends[1]);
    check_family(kind, {.settings = ends});
  }
}

TEST_CASE("TruncatedNormal: samples follow the law", "[distributions][statistical]") {
  check_sampler(kind, {{0, 1, -1, 1}, {0, 1, 5, 8}, {0, 1, -12, -10}, {0, 1, 40, inf}, {3, 0.5, -inf, 1}, {0, 1e-3, -1, 1},
                       {0, 100, -1, 1}, {0, 1, -inf, inf}});
}

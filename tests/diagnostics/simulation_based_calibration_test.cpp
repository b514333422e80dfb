#include "support/catch.hpp"
#include "variate/diagnostics/simulation_based_calibration.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/random/rng.hpp"

using namespace variate;

namespace {
/// theta ~ N(0, 1), five numbers y_i ~ N(theta, 1): the posterior is N(sum y / 6, 1/6), its sd times `factor` here.
Calibration conjugate(double factor, double shift) {
  const auto simulate = [](const Vector<double>& theta, auto& rng) {
    return Batch<double>(normals<double>(rng, 1, 5).array() + theta[0]);
  };
  const auto posterior = [=](const Batch<double>& y, auto&) {
    return Normal<double>(Vector<double>::Constant(1, y.sum() / 6 + shift), Vector<double>::Constant(1, factor / std::sqrt(6.0)));
  };
  return simulation_based_calibration(Normal<double>::standard(1), simulate, posterior, Rng(8), 500);
}
}  // namespace

TEST_CASE("Ranks of the truth are uniform where posteriors are right", "[diagnostics][statistical]") {
  const Calibration right = conjugate(1, 0);
  CHECK(right.p_value() > 1e-3);  // false alarm 1e-3
  CHECK(right.ranks[0].size() == 500);
  CHECK(right.tests[0].degrees == 9);
  const Calibration narrow = conjugate(0.6, 0), wide = conjugate(1.6, 0), shifted = conjugate(1, 0.2);
  CHECK(narrow.p_value() < 1e-6);
  CHECK(wide.p_value() < 1e-6);
  CHECK(shifted.p_value() < 1e-6);
  CHECK(narrow.tests[0].counts[0] + narrow.tests[0].counts[9] > 150);
  CHECK(wide.tests[0].counts[0] + wide.tests[0].counts[9] < 50);
}

TEST_CASE("The chi-square test of ranks", "[diagnostics]") {
  const UniformityTest even = rank_uniformity({0, 1, 2, 3, 4, 5}, 5, 3);
  CHECK(even.statistic == 0);
  CHECK(even.p_value == 1);
  const UniformityTest odd = rank_uniformity({0, 0, 0, 0, 1, 5}, 5, 3);
  CHECK(odd.counts == std::vector<Index>{5, 0, 1});
  CHECK(odd.statistic == Approx(7));
  CHECK(odd.p_value == Approx(std::exp(-3.5)));  // two degrees of freedom
  CHECK_THROWS_AS(rank_uniformity({0}, 5, 4), InvalidArgument);
  CHECK_THROWS_AS(rank_uniformity({0}, 5, 1), InvalidArgument);
  CHECK_THROWS_AS(rank_uniformity({6}, 5, 3), InvalidArgument);
  CHECK_THROWS_AS(rank_uniformity({}, 5, 3), InvalidArgument);
}

#include "variate/diagnostics/mmd.hpp"

#include "support/catch.hpp"
#include "variate/random/fill.hpp"
#include "variate/random/rng.hpp"

using namespace variate;

TEST_CASE("Maximum mean discrepancy", "[diagnostics]") {
  Batch<double> x(1, 2), y(1, 1);
  x << 0, 2;
  y << 1;
  // Squared differences 0, 4, 0: the median is 0, and no bandwidth.
  CHECK(median_bandwidth(x)[0] == 0);
  CHECK_THROWS_AS(mean_discrepancy(x, y, 1.0), DomainError);
  const Vector<double> one = Vector<double>::Constant(1, 0.5);
  const double want = (2 + 2 * std::exp(-4.0)) / 4 + 1 - 2 * std::exp(-1.0);
  CHECK(mean_discrepancy(x, y, 2.0, one) == Approx(want).epsilon(1e-14));
  CHECK(mean_discrepancy(x, x, 2.0, one) == Approx(0).margin(1e-15));

  Rng rng(1);
  const Batch<double> truth = normals<double>(rng, 3, 200), same = normals<double>(rng, 3, 150);
  const Batch<double> other = same.array() + 1;
  CHECK(mean_discrepancy(truth, same, 2.0) < 0.02);
  CHECK(mean_discrepancy(truth, other, 2.0) > 0.1);
  // Only the first columns count for the bandwidth.
  CHECK(median_bandwidth(truth, 50) == median_bandwidth(Batch<double>(truth.leftCols(50))));
  CHECK(median_bandwidth(truth, 50) != median_bandwidth(truth));
  CHECK_THROWS_AS(mean_discrepancy(truth, Batch<double>(2, 9), 2.0), ShapeError);
  CHECK_THROWS_AS(mean_discrepancy(truth, Batch<double>(3, 0), 2.0), InvalidArgument);
  CHECK_THROWS_AS(mean_discrepancy(truth, same, 0.0), DomainError);
  const Batch<float> a = truth.cast<float>(), b = other.cast<float>();
  CHECK(mean_discrepancy(a, b, 2.0f) == Approx(mean_discrepancy(truth, other, 2.0)).epsilon(1e-4));
}

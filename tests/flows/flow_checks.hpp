#pragma once
/// What every flow must do.
#include <cmath>

#include "support/catch.hpp"
#include "variate/core/concepts.hpp"
#include "variate/random/fill.hpp"
#include "variate/random/rng.hpp"

namespace variate_tests {

using variate::Batch;
using variate::Index;
using variate::Row;
using variate::Vector;

/// Midpoints of side x side squares, 2 x side^2.
inline Batch<double> unit_grid(Index side) {
  Batch<double> x(2, side * side);
  for (Index c = 0; c < x.cols(); ++c) {
    x(0, c) = (static_cast<double>(c % side) + 0.5) / static_cast<double>(side);
    x(1, c) = (static_cast<double>(c / side) + 0.5) / static_cast<double>(side);
  }
  return x;
}
/// Of a density on the unit interval, by midpoints.
template <class Q>
double total_mass(const Q& q, Index points) {
  Batch<double> x(1, points);
  for (Index c = 0; c < points; ++c) x(0, c) = (static_cast<double>(c) + 0.5) / static_cast<double>(points);
  return q.log_prob(x).array().exp().mean();
}

/// Densities of draws three times over, and the four pullbacks against central differences.
template <class Q>
void check_flow(const Q& q) {
  const variate::Rng seed(41);
  const Index d = q.event_size(), n = 19;
  auto rng = seed;
  const auto s = q.sample_with_log_prob(rng, n);
  rng = seed;
  CHECK((q.sample(rng, n) - s.value).norm() == 0);
  rng = seed;
  const auto draw = q.rsample(rng, n);
  CHECK((draw.value - s.value).norm() == 0);
  CHECK((draw.log_prob - s.log_prob).norm() == 0);
  CHECK((q.log_prob(s.value) - s.log_prob).cwiseAbs().maxCoeff() < 1e-9);
  const auto e = q.evaluate(s.value);
  CHECK((e.value - q.log_prob(s.value)).norm() == 0);

  const double h = 1e-6;
  const Vector<double> along = variate::normals<double>(rng, q.params().size(), 1);
  const Batch<double> v = 0.1 * variate::normals<double>(rng, d, n), slopes = variate::normals<double>(rng, d, n);
  const Row<double> w = variate::normals<double>(rng, 1, n);
  Q up = q, down = q;
  up.set_params(q.params() + h * along);
  down.set_params(q.params() - h * along);
  Batch<double> g;
  const Vector<double> of_params = e.pullback(w, g);
  CHECK((e.pullback(w) - of_params).norm() <= 1e-13 * of_params.norm());
  CHECK(of_params.dot(along) ==
        Approx(w.dot(up.log_prob(s.value) - down.log_prob(s.value)) / (2 * h)).epsilon(2e-6).margin(1e-6));
  const Row<double> of_points =
      (q.log_prob(s.value + h * v) - q.log_prob(s.value - h * v)).cwiseProduct(w) / (2 * h);
  CHECK(g.cwiseProduct(v).sum() == Approx(of_points.sum()).epsilon(2e-6).margin(1e-6));

  auto same = seed;
  const auto right = up.sample_with_log_prob(same, n);
  same = seed;
  const auto left = down.sample_with_log_prob(same, n);
  const double moved = slopes.cwiseProduct(right.value - left.value).sum() / (2 * h);
  CHECK(draw.pullback(slopes).dot(along) == Approx(moved).epsilon(2e-6).margin(1e-6));
  const double both = moved + w.dot(right.log_prob - left.log_prob) / (2 * h);
  CHECK(draw.pullback(slopes, w).dot(along) == Approx(both).epsilon(2e-6).margin(1e-6));
}

}  // namespace variate_tests

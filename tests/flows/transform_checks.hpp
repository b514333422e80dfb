#pragma once
/// What every transform of one coordinate must do.
#include <cmath>

#include "support/catch.hpp"
#include "variate/flows/transform.hpp"
#include "variate/random/fill.hpp"
#include "variate/random/rng.hpp"

namespace variate_tests {

using variate::Batch;
using variate::Index;
using variate::Row;

/// Pullbacks of one direction against central differences along a random direction; log_det against the slope.
template <bool latent, class Map>
void check_direction(const Map& map, const Batch<double>& points, const Batch<double>& raw, double tolerance) {
  variate::Rng rng(17);
  const auto image = [&](const Batch<double>& x, const Batch<double>& p) {
    if constexpr (latent) return transform_to_latent(map, x, p);
    else return transform_to_target(map, x, p);
  };
  const Index k = points.rows(), n = points.cols();
  const auto at = image(points, raw);
  const Batch<double> g = variate::normals<double>(rng, k, n), v = variate::normals<double>(rng, k, n),
                      direction = variate::normals<double>(rng, raw.rows(), n);
  const Row<double> w = variate::normals<double>(rng, 1, n);
  const double h = 1e-6;
  Batch<double> of_raw;
  const Batch<double> of_points = at.pullback(g, w, of_raw);
  const auto up = image(points, raw + h * direction), down = image(points, raw - h * direction);
  const auto right = image(points + h * v, raw), left = image(points - h * v, raw);
  for (Index c = 0; c < n; ++c) {
    const auto along = [&](const auto& a, const auto& b) {
      return (g.col(c).dot(a.value.col(c) - b.value.col(c)) + w[c] * (a.log_det[c] - b.log_det[c])) / (2 * h);
    };
    CHECK(of_raw.col(c).dot(direction.col(c)) == Approx(along(up, down)).epsilon(tolerance).margin(tolerance));
    CHECK(of_points.col(c).dot(v.col(c)) == Approx(along(right, left)).epsilon(tolerance).margin(tolerance));
    double log_slope = 0;
    for (Index i = 0; i < k; ++i) log_slope += std::log((right.value(i, c) - left.value(i, c)) / (2 * h * v(i, c)));
    CHECK(at.log_det[c] == Approx(log_slope).epsilon(tolerance).margin(tolerance));
  }
}

/// Both directions, and that they are each other's inverse; points in (low, high), raw parameters normal times `spread`.
template <class Map>
void check_transform(const Map& map, double low, double high, double spread, double tolerance = 1e-6, double round_trip = 1e-13) {
  variate::Rng rng(5);
  const Index k = 2, n = 11;
  Batch<double> x = variate::uniforms<double>(rng, k, n);
  x.array() = low + (high - low) * x.array();
  const Batch<double> raw = spread * variate::normals<double>(rng, k * map.parameters(), n);
  const auto z = transform_to_latent(map, x, raw);
  const auto back = transform_to_target(map, z.value, raw);
  CHECK((back.value - x).cwiseAbs().maxCoeff() < round_trip * std::max(1.0, high));
  CHECK((back.log_det + z.log_det).cwiseAbs().maxCoeff() < 1e3 * round_trip);
  check_direction<true>(map, x, raw, tolerance);
  check_direction<false>(map, z.value, raw, tolerance);
}

/// Float agrees with double.
template <template <class> class Map, class... A>
void check_float(double low, double high, A... a) {
  variate::Rng rng(6);
  const Map<double> wide(a...);
  const Map<float> narrow(a...);
  Batch<double> x = variate::uniforms<double>(rng, 3, 7);
  x.array() = low + (high - low) * x.array();
  const Batch<double> raw = variate::normals<double>(rng, 3 * wide.parameters(), 7);
  const auto z = transform_to_latent(wide, x, raw);
  const auto z_float = transform_to_latent(narrow, x.cast<float>().eval(), raw.cast<float>().eval());
  CHECK((z_float.value.template cast<double>() - z.value).norm() < 1e-5);
  const auto back = transform_to_target(narrow, z_float.value, raw.cast<float>().eval());
  CHECK((back.value.template cast<double>() - x).norm() < 2e-5);
}

}  // namespace variate_tests

#pragma once
/// What every generative model and every guide must satisfy.
#include <cmath>

#include "support/catch.hpp"
#include "support/moments.hpp"
#include "variate/core/concepts.hpp"
#include "variate/random/rng.hpp"

namespace variate_tests {

using variate::Batch;
using variate::Index;
using variate::Row;
using variate::Vector;

/// The weighted score against central differences, in every parameter; `bound(part)` gives what `part` binds to the data.
template <class Part, class Bind>
void check_score(Part part, const Batch<double>& points, Bind bind, double tolerance = 1e-7) {
  const Vector<double> at = part.params();
  Row<double> w(points.cols());
  for (Index c = 0; c < w.size(); ++c) w(c) = std::sin(1.0 + 2.3 * static_cast<double>(c));
  Vector<double> score;
  {
    const auto bound = bind(part);
    const auto e = bound.evaluate(points);
    score = e.pullback(w);
  }
  REQUIRE(score.size() == at.size());
  double worst = 0;
  for (Index i = 0; i < at.size(); ++i) {
    const double step = 1e-5;
    double sides[2];
    for (int side : {0, 1}) {
      Vector<double> moved = at;
      moved(i) += side == 0 ? step : -step;
      part.set_params(moved);
      const auto bound = bind(part);
      const auto e = bound.evaluate(points);
      sides[side] = e.value.dot(w);
    }
    worst = std::max(worst, std::abs(score(i) - (sides[0] - sides[1]) / (2 * step)) / (1 + std::abs(score(i))));
  }
  CHECK(worst < tolerance);
}
/// The slopes by the points against central differences.
template <class Bound>
void check_slopes(const Bound& bound, const Batch<double>& points, double tolerance = 1e-7) {
  Row<double> w(points.cols());
  for (Index c = 0; c < w.size(); ++c) w(c) = std::cos(0.4 + 1.3 * static_cast<double>(c));
  Batch<double> g;
  {
    const auto e = bound.evaluate(points);
    const Vector<double> with_points = e.pullback(w, g), without = e.pullback(w);
    CHECK((with_points - without).norm() < 1e-12 * (1 + without.norm()));
  }
  REQUIRE(g.rows() == points.rows());
  REQUIRE(g.cols() == points.cols());
  double worst = 0;
  for (Index r = 0; r < points.rows(); ++r)
    for (Index c = 0; c < points.cols(); ++c) {
      const double step = 1e-5;
      Batch<double> up = points, down = points;
      up(r, c) += step;
      down(r, c) -= step;
      const auto above = bound.evaluate(up);
      const auto below = bound.evaluate(down);
      worst = std::max(worst, std::abs(g(r, c) - (above.value.dot(w) - below.value.dot(w)) / (2 * step)));
    }
  CHECK(worst < tolerance);
}
/// E over dreams of the score of the model at (x, h) is zero: dream() and log p are of the same joint. Largest z-score; by chance
/// above 4.5 once in 150 000 / parameters.
template <class M>
double dream_z(const M& model, Index dreams, std::uint64_t seed) {
  variate::Rng rng(seed);
  Moments moments;
  for (Index i = 0; i < dreams; ++i) {
    const auto dream = model.dream(rng, 4);
    const auto bound = model.at(dream.x);
    const auto e = bound.evaluate(dream.h);
    moments.add(e.pullback(Row<double>::Constant(4, 0.25)));
  }
  return moments.worst_z(Vector<double>::Zero(moments.mean().size()));
}

}  // namespace variate_tests

#pragma once
/// What every flow must do.
#include <cmath>
#include <functional>

#include "support/catch.hpp"
#include "variate/core/concepts.hpp"
#include "variate/flows/flow.hpp"
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

/// A flow of any type, as functions of its parameters.
struct AnyFlow {
  Index d;
  Vector<double> params;
  std::function<variate::SampleWithLogProb<double>(const Vector<double>&, variate::Rng, Index)> draw;
  std::function<Row<double>(const Vector<double>&, const Batch<double>&)> log_prob;
  /// Value, gradient by the parameters and by the points.
  std::function<Row<double>(const Batch<double>&, const Row<double>&, Vector<double>&, Batch<double>&)> evaluate;
  std::function<variate::SampleWithLogProb<double>(variate::Rng, const Batch<double>&, const Row<double>&, Vector<double>&)>
      rsample;
};
inline bool same(const Batch<double>& a, const Batch<double>& b) { return (a - b).norm() == 0; }
inline void agree(double a, double b) { CHECK(a == Approx(b).epsilon(2e-6).margin(1e-6)); }

/// Densities of draws three times over, and the four pullbacks against central differences.
inline void check_any_flow(const AnyFlow& q) {
  const variate::Rng seed(41);
  variate::Rng rng(42);
  const Index n = 19;
  const Batch<double> v = 0.1 * variate::normals<double>(rng, q.d, n), slopes = variate::normals<double>(rng, q.d, n);
  const Row<double> w = variate::normals<double>(rng, 1, n);
  const auto s = q.draw(q.params, seed, n);
  Vector<double> of_draw, of_params;
  const auto draw = q.rsample(seed, slopes, w, of_draw);
  CHECK(same(draw.value, s.value));
  CHECK(same(draw.log_prob, s.log_prob));
  CHECK((q.log_prob(q.params, s.value) - s.log_prob).cwiseAbs().maxCoeff() < 1e-9);
  Batch<double> g;
  CHECK(same(q.evaluate(s.value, w, of_params, g), q.log_prob(q.params, s.value)));

  const double h = 1e-6;
  const Vector<double> along = variate::normals<double>(rng, q.params.size(), 1);
  const Vector<double> up = q.params + h * along, down = q.params - h * along;
  agree(of_params.dot(along), w.dot(q.log_prob(up, s.value) - q.log_prob(down, s.value)) / (2 * h));
  const Batch<double> right = s.value + h * v, left = s.value - h * v;
  agree(g.cwiseProduct(v).sum(), w.dot(q.log_prob(q.params, right) - q.log_prob(q.params, left)) / (2 * h));
  const auto above = q.draw(up, seed, n), below = q.draw(down, seed, n);
  const double moved = slopes.cwiseProduct(above.value - below.value).sum() / (2 * h);
  agree(of_draw.dot(along), moved + w.dot(above.log_prob - below.log_prob) / (2 * h));
  q.rsample(seed, slopes, Row<double>(), of_draw);
  agree(of_draw.dot(along), moved);
}

template <class Q>
void check_flow(const Q& q) {
  const auto with = [&q](const Vector<double>& params) {
    Q other = q;
    other.set_params(params);
    return other;
  };
  check_any_flow({q.event_size(), q.params(),
                  [&](const Vector<double>& params, variate::Rng rng, Index n) {
                    auto same_rng = rng;
                    const Q other = with(params);
                    auto s = other.sample_with_log_prob(rng, n);
                    CHECK(same(other.sample(same_rng, n), s.value));
                    return s;
                  },
                  [&](const Vector<double>& params, const Batch<double>& x) { return with(params).log_prob(x); },
                  [&](const Batch<double>& x, const Row<double>& w, Vector<double>& of_params, Batch<double>& g) {
                    const auto e = q.evaluate(x);
                    of_params = e.pullback(w, g);
                    CHECK((e.pullback(w) - of_params).norm() <= 1e-13 * of_params.norm());
                    return e.value;
                  },
                  [&](variate::Rng rng, const Batch<double>& g, const Row<double>& w, Vector<double>& of_params) {
                    const auto draw = q.rsample(rng, g.cols());
                    of_params = w.size() == 0 ? draw.pullback(g) : draw.pullback(g, w);
                    return variate::SampleWithLogProb<double>{draw.value, draw.log_prob};
                  }});
}

}  // namespace variate_tests

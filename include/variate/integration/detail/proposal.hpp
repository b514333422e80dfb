#pragma once
/// A learned distribution on the unit cube, with a share of uniform points, as a proposal for importance sampling.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "variate/core/concepts.hpp"
#include "variate/core/types.hpp"
#include "variate/integration/box.hpp"
#include "variate/integration/vegas_map.hpp"
#include "variate/parallel/executor.hpp"
#include "variate/random/fill.hpp"

namespace variate::detail {

/// f(x) dx/dy with x = map(y), a function of the unit cube.
template <class F>
struct MappedFunction {
  F f;
  VegasMap map;

  Row<double> operator()(const Batch<double>& y) const {
    const MappedPoints x = map.forward(y);
    return integrand_values(f, x.points).array() * x.jacobian.array();
  }
};

/// A family that moves latent points to points of its own, with their log densities.
template <class Q>
concept FromUniforms = requires(const Q& q, const Batch<ScalarOf<Q>>& z) {
  q.from_latent(q.latent().from_standard(z)).value;
  q.from_latent(z).log_prob;
  { q.latent().is_normal() } -> std::convertible_to<bool>;
};
template <class Q>
bool moves_uniforms(const Q& q) {
  if constexpr (FromUniforms<Q>) return !q.latent().is_normal();
  else return false;
}

/// The points that uniform numbers of the unit cube (d x n) become, one for one, with their log densities.
template <FromUniforms Q>
auto points_from_uniforms(const Q& q, const Batch<double>& u) {
  return q.from_latent(q.latent().from_standard(u.template cast<ScalarOf<Q>>()));
}

/// The numbers of the columns of y in the unit cube; whether all are.
inline bool inside_unit_cube(const Batch<double>& y, std::vector<Index>& inside) {
  inside.clear();
  for (Index c = 0; c < y.cols(); ++c) {
    bool good = true;
    for (Index i = 0; i < y.rows(); ++i) good = good && y(i, c) >= 0 && y(i, c) <= 1;
    if (good) inside.push_back(c);
  }
  return static_cast<Index>(inside.size()) == y.cols();
}

/// f on the unit cube and zero elsewhere, where f is not called.
template <class F, Executor E>
Row<double> values_inside(const F& f, const Batch<double>& y, E& executor, Index chunk) {
  std::vector<Index> inside;
  if (inside_unit_cube(y, inside)) return integrand_values(f, y, executor, chunk);
  Batch<double> good(y.rows(), static_cast<Index>(inside.size()));
  for (Index c = 0; c < good.cols(); ++c) good.col(c) = y.col(inside[static_cast<std::size_t>(c)]);
  const Row<double> some = integrand_values(f, good, executor, chunk);
  Row<double> all = Row<double>::Zero(y.cols());
  for (Index c = 0; c < good.cols(); ++c) all[inside[static_cast<std::size_t>(c)]] = some[c];
  return all;
}

/// Density of the mixture share + (1 - share) q, the uniform part only inside of the unit cube. log_q of -infinity is none.
inline double mixture_density(double log_q, double share, bool inside) {
  return (1 - share) * std::exp(log_q) + (inside ? share : 0);
}
template <class Q>
Row<double> mixture_densities(const Q& q, const Batch<double>& y, double share) {
  std::vector<Index> inside;
  inside_unit_cube(y, inside);
  Row<double> p = Row<double>::Zero(y.cols());
  for (const Index c : inside) p[c] = share;
  if (share == 1) return p;
  const Row<ScalarOf<Q>> log_q = q.log_prob(y.template cast<ScalarOf<Q>>());
  for (Index c = 0; c < y.cols(); ++c) p[c] += (1 - share) * std::exp(static_cast<double>(log_q[c]));
  return p;
}

/// round(share n) uniform points, then points of q: d x n.
template <class Q, class R>
Batch<double> mixture_points(const Q& q, Index d, Index n, double& share, R& rng) {
  const auto flat = std::min(n, static_cast<Index>(std::llround(share * static_cast<double>(n))));
  share = static_cast<double>(flat) / static_cast<double>(n);
  Batch<double> y(d, n);
  if (flat > 0) y.leftCols(flat) = uniforms<double>(rng, d, flat);
  if (flat < n) y.rightCols(n - flat) = q.sample(rng, n - flat).template cast<double>();
  return y;
}

/// The part of the integral that q's points see, as a function of the uniform numbers they are made of:
/// (1 - share) f(y)/(share + (1 - share) q(y)) at y = y(z).
template <class F, class Q>
struct LearnedPart {
  MappedFunction<F> f;
  Q q;
  double share;

  Row<double> operator()(const Batch<double>& z) const {
    const auto drawn = points_from_uniforms(q, z);
    const Batch<double> y = drawn.value.template cast<double>();
    Row<double> value = f(y);
    for (Index c = 0; c < value.size(); ++c)
      value[c] *= (1 - share) / mixture_density(static_cast<double>(drawn.log_prob[c]), share, true);
    return value;
  }
};
/// The rest, as a function of the unit cube: share f(y)/(share + (1 - share) q(y)).
template <class F, class Q>
struct UniformPart {
  MappedFunction<F> f;
  Q q;
  double share;

  Row<double> operator()(const Batch<double>& y) const { return f(y).array() * share / mixture_densities(q, y, share).array(); }
};

}  // namespace variate::detail

#pragma once
/// The families of docs/combinations.md, and their exact means: sums over all points, or integrals.
#include <type_traits>

#include "combinations.hpp"
#include "variate/distributions/categorical.hpp"
#include "variate/distributions/gamma.hpp"
#include "variate/distributions/gaussian_mixture.hpp"
#include "variate/distributions/multivariate_normal.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/distributions/one_hot_categorical.hpp"
#include "variate/distributions/poisson.hpp"

namespace combinations {

/// row(name, q) for each.
template <class Each>
void each_continuous(Each row) {
  row("Normal", Normal<double>(Vector<double>{{0.4, -0.2}}, Vector<double>{{0.8, 0.5}}));
  row("MultivariateNormal", MultivariateNormal<double>(Vector<double>{{0.4, -0.2}}, Batch<double>{{0.8, 0.0}, {0.3, 0.6}}));
  row("Gamma", Gamma<double>(Vector<double>{{2.5, 3.0}}, Vector<double>{{1.5, 2.0}}));
  const Normal<double> left(Vector<double>{{-0.5}}, Vector<double>{{0.7}}), right(Vector<double>{{0.9}}, Vector<double>{{0.5}});
  row("GaussianMixture", GaussianMixture<Normal<double>>(Batch<double>{{0.3}, {-0.2}}, {left, right}));
}
template <class Each>
void each_discrete(Each row) {
  row("Bernoulli", Bernoulli<double>(Vector<double>{{0.4, -0.7}}));
  row("OneHotCategorical", OneHotCategorical<double>(Batch<double>{{0.4}, {-0.7}, {0.1}}));
  row("Categorical", Categorical<double>(Batch<double>{{0.4}, {-0.7}, {0.1}}));
  row("Poisson", Poisson<double>(Vector<double>{{1.5, 0.8}}));
}

/// Another of the same family, not far away.
template <class Q>
Q shifted(Q q) {
  Vector<double> params = q.params();
  for (Index i = 0; i < params.size(); ++i) params(i) += 0.25 * std::sin(1.0 + 2.0 * static_cast<double>(i));
  q.set_params(params);
  return q;
}

/// sum_i (x_i - 0.3)^2.
inline Row<double> bowl(const Batch<double>& x) { return (x.array() - 0.3).square().colwise().sum(); }
/// The same in the vocabulary of autodiff, with a factor.
struct Bowl {
  double factor = 1;
  auto operator()(const auto& x) const { return factor * sum(square(x - 0.3)); }
};

/// Points and weights: sum_i w_i q(x_i) f(x_i) is the mean of f under q, and under any member of its family that is not far away.
struct Everything {
  Batch<double> x;
  Row<double> w;
};
template <class Q>
Everything everything(const Q& q, Index per_dimension = 200) {
  if constexpr (Enumerable<Q>) {
    const Batch<double> points = q.support();
    return {points, Row<double>::Ones(points.cols())};
  } else {
    constexpr bool counts = std::is_same_v<Q, Poisson<double>>, positive = counts || std::is_same_v<Q, Gamma<double>>;
    const Index d = q.event_size(), n = counts ? 40 : per_dimension;
    const Batch<double> mean = q.mean(), deviation = q.variance().cwiseSqrt();
    Vector<double> low(d), step(d);
    for (Index i = 0; i < d; ++i) {
      low(i) = positive ? 0 : mean(i, 0) - 8 * deviation(i, 0);
      step(i) = counts ? 1 : (mean(i, 0) + (positive ? 16 : 8) * deviation(i, 0) - low(i)) / static_cast<double>(n);
    }
    const Index all = d == 1 ? n : n * n;
    Everything grid{Batch<double>(d, all), Row<double>::Constant(all, step.prod())};
    for (Index c = 0; c < all; ++c)
      for (Index i = 0; i < d; ++i)
        grid.x(i, c) = low(i) + step(i) * (static_cast<double>(i == 0 ? c % n : c / n) + (counts ? 0 : 0.5));
    return grid;
  }
}
/// The mean of h(x, log q) over all points.
template <class Q, class H>
double mean_over(const Everything& all, const Q& q, H h) {
  const Row<double> log_q = q.log_prob(all.x), values = h(all.x, log_q);
  double total = 0;
  for (Index c = 0; c < values.size(); ++c)
    if (const double share = all.w(c) * std::exp(log_q(c)); share > 0) total += share * values(c);
  return total;
}

/// The gradient of f by a vector, by central differences.
template <class F>
Vector<double> slopes(const Vector<double>& at, F f) {
  Vector<double> g(at.size());
  for (Index i = 0; i < at.size(); ++i) {
    Vector<double> up = at, down = at;
    up(i) += 1e-5;
    down(i) -= 1e-5;
    g(i) = (f(up) - f(down)) / 2e-5;
  }
  return g;
}
/// The gradient of E_q[h(x, log q)] by q's parameters.
template <class Q, class H>
Vector<double> slopes_of_mean(const Q& q, H h) {
  const Everything all = everything(q);
  return slopes(q.params(), [&](const Vector<double>& params) {
    Q moved = q;
    moved.set_params(params);
    return mean_over(all, moved, h);
  });
}

/// The mean of many gradients: estimate(rng) gives one.
template <class Estimates>
Mean mean_gradient(Estimates estimate, Index count = draws) {
  Rng rng(11);
  Mean mean;
  for (Index i = 0; i < count; ++i) {
    const auto e = estimate(rng);
    if (!e.finite()) throw std::runtime_error("an estimate is not finite");
    Vector<double> both(e.q.size() + e.f.size());
    both << e.q, e.f;
    mean.add(both);
  }
  return mean;
}
/// The cell of an estimator whose mean is to be `want`, a vector or another mean.
template <class Estimates>
void cell(Table& table, Estimates estimate, bool unbiased, const Vector<double>& want, const Vector<double>& variance_of_want,
          const char* note = "", Index count = draws) {
  const Mean mean = mean_gradient(estimate, count);
  if (unbiased) table.passed(worst_z(mean, want, variance_of_want), note);
  else table.runs(mean.mean.allFinite());
}

}  // namespace combinations

#pragma once
/// Pairs of Bernoulli draws from one uniform number each: what ARM and DisARM share.
#include <string_view>
#include <type_traits>
#include <utility>

#include "variate/distributions/bernoulli.hpp"
#include "variate/estimators/detail/kept.hpp"
#include "variate/estimators/detail/relaxation.hpp"
#include "variate/random/fill.hpp"

namespace variate::detail {

template <class D>
inline constexpr bool is_bernoulli = false;
template <class S>
inline constexpr bool is_bernoulli<Bernoulli<S>> = true;

template <class Q>
concept LinkedBernoulli = Linked<Q> && is_bernoulli<std::remove_cvref_t<decltype(std::declval<const Q&>().distribution())>>;

/// b = [u > sigmoid(-logit)] beside b' = [u < sigmoid(logit)], n/2 pairs for each data point, evaluated in one call. A pair's
/// gradient is (f(b) - f(b')) weight(logit, u) for each logit. A pair with a value that is not finite is dropped.
template <class Q, class F, class R, class Weight>
Estimate<ScalarOf<Q>> antithetic(std::string_view name, const Q& q, const F& f, R& rng, Index n, Weight weight) {
  using T = ScalarOf<Q>;
  using V = Packet<T>;
  require_at_least(name, "n", n, 2);
  if (n % 2 != 0) throw InvalidArgument(complaint(name, "n", n, "an even number"));
  const Batch<T>& theta = q.distribution().theta();
  const Index d = theta.rows(), points = q.batch_size(), pairs = n / 2, half = pairs * points;
  const Lent<Batch<T>> u = uniforms<T>(rng, d, half);
  Lent<Batch<T>> x = spare<T>(d, 2 * half);
  x.leftCols(half) = Lent<Batch<T>>(map_cells(
      theta, half, [&](V phi, const auto& at) { return select(at.load(u.data()) > math::sigmoid(-phi), V(T(1)), V(T(0))); }));
  x.rightCols(half) = Lent<Batch<T>>(map_cells(
      theta, half, [&](V phi, const auto& at) { return select(at.load(u.data()) < math::sigmoid(phi), V(T(1)), V(T(0))); }));

  Kept<T> kept(pairs, points);
  Estimate<T> estimate;
  const auto attempt = [&] {
    estimate.evaluations += x.cols();
    const auto e = variate::evaluate(f, x);
    const Row<T>& values = e.value;
    if (kept.drop_non_finite(Eigen::Map<const Batch<T>>(values.data(), 2, half))) return false;
    const Lent<Row<T>> pair_weights = kept.weights();
    Lent<Row<T>> w = spare_row<T>(2 * half);
    w << pair_weights, pair_weights;
    w *= T(0.5);
    estimate.value = values.dot(w);
    const Lent<Row<T>> difference = (values.head(half) - values.tail(half)).cwiseProduct(pair_weights);
    Batch<T> g = map_cells(theta, half, [&](V phi, const auto& at) { return weight(phi, at.load(u.data())); });
    g.array().rowwise() *= difference.array();
    estimate.q = to_parameters<true>(q, std::move(g), e, w);
    estimate.f = e.pullback(w);
    return true;
  };
  bool done = attempt();
  while (!done && kept.patch(1, [&](Index to, Index from) {
    x.col(to) = x.col(from);
    x.col(half + to) = x.col(half + from);
  }))
    done = attempt();
  if (!done) return refused<T>(2 * kept.dropped(), estimate.evaluations);
  estimate.dropped = 2 * kept.dropped();
  return estimate;
}

}  // namespace variate::detail

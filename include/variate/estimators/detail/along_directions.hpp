#pragma once
/// Differences along random directions: what SPSA and evolution strategies share.
#include <string_view>
#include <type_traits>
#include <utility>

#include "variate/distributions/point.hpp"
#include "variate/estimators/detail/kept.hpp"

namespace variate::detail {

template <class D>
inline constexpr bool is_point = false;
template <class S>
inline constexpr bool is_point<Point<S>> = true;
template <class Q>
concept LinkedPoint = Linked<Q> && is_point<std::remove_cvref_t<decltype(std::declval<const Q&>().distribution())>>;

/// The mean over n/2 directions e for each data point (the columns of directions(d, pairs)) of e (f(x + width e) - f(x - width
/// e))/(2 width), all evaluated in one call. A pair with a value that is not finite is dropped.
template <class Q, class F, class Directions>
Estimate<ScalarOf<Q>> along_directions(std::string_view name, const Q& q, const F& f, ScalarOf<Q> width, Index n,
                                       Directions directions) {
  using T = ScalarOf<Q>;
  require_at_least(name, "n", n, 2);
  require_positive(name, "width", width);
  if (n % 2 != 0) throw InvalidArgument(complaint(name, "n", n, "an even number: values come in pairs"));
  const Batch<T>& at = q.distribution().theta();
  const Index d = at.rows(), points = q.batch_size(), pairs = n / 2, half = pairs * points;
  Batch<T> e = directions(d, half), x(d, 2 * half);
  const auto place = [&](Index c) {
    x.col(c) = at.col(c % points) + width * e.col(c);
    x.col(half + c) = at.col(c % points) - width * e.col(c);
  };
  for (Index c = 0; c < half; ++c) place(c);

  Kept<T> kept(pairs, points);
  Estimate<T> estimate;
  const auto attempt = [&] {
    estimate.evaluations += x.cols();
    const auto evaluation = variate::evaluate(f, x);
    const Row<T> values = evaluation.value;
    if (kept.drop_non_finite(Eigen::Map<const Batch<T>>(values.data(), 2, half))) return false;
    const Row<T> pair_weights = kept.weights();
    Row<T> w(2 * half);
    w << pair_weights, pair_weights;
    w *= T(0.5);
    estimate.value = values.dot(w);
    const Row<T> slope = (values.head(half) - values.tail(half)).cwiseProduct(pair_weights) / (T(2) * width);
    Batch<T> g = e;
    g.array().rowwise() *= slope.array();
    estimate.q = q.link_pullback(g);
    add_direct<T>(evaluation, w, estimate.q);
    estimate.f = evaluation.pullback(w);
    return true;
  };
  bool done = attempt();
  while (!done && kept.patch(1, [&](Index to, Index from) {
    e.col(to) = e.col(from);
    place(to);
  }))
    done = attempt();
  if (!done) return refused<T>(2 * kept.dropped(), estimate.evaluations);
  estimate.dropped = 2 * kept.dropped();
  return estimate;
}

/// What both say when they are given something else.
template <class Q, class F>
constexpr void explain_directions() {
  static_assert(
      LinkedPoint<Q>,
      "Spsa and EvolutionStrategies move plain parameters: give them a Point, or what is bound to one. For a distribution use "
      "Reinforce or MeasureValued.");
  if constexpr (LinkedPoint<Q>)
    explain_values<Q, F>();
}

}  // namespace variate::detail

#pragma once
/// The points of a finite support by their probabilities: sums over some of them, and samples without replacement.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "variate/core/concepts.hpp"
#include "variate/core/types.hpp"
#include "variate/estimators/detail/kept.hpp"

namespace variate::detail {

/// log probabilities of all M points for each data point: M x B.
template <class Q, class T = ScalarOf<Q>>
Batch<T> log_probs_of_support(const Q& q, const Batch<T>& support) {
  const Index points = q.batch_size(), count = support.cols();
  Batch<T> x(support.rows(), count * points);
  for (Index m = 0; m < count; ++m)
    for (Index b = 0; b < points; ++b) x.col(m * points + b) = support.col(m);
  const Row<T> log_prob = q.log_prob(x);
  return Eigen::Map<const Batch<T>>(log_prob.data(), count, points);
}

/// The numbers of the `count` largest keys, the largest first; of equals the first.
template <class T>
std::vector<Index> largest(const Vector<T>& keys, Index count) {
  std::vector<Index> order(static_cast<std::size_t>(keys.size()));
  std::iota(order.begin(), order.end(), Index{0});
  const auto before = [&](Index a, Index b) { return keys(a) > keys(b) || (keys(a) == keys(b) && a < b); };
  std::partial_sort(order.begin(), order.begin() + count, order.end(), before);
  order.resize(static_cast<std::size_t>(count));
  return order;
}

/// Points whose probability is not zero, even where it underflows.
template <class Column>
Index possible(const Column& log_probs) {
  return (log_probs.array() > -std::numeric_limits<typename Column::Scalar>::infinity()).count();
}

/// log of the sum of the exponentials of what `skip` does not skip; -inf if nothing is left.
template <class Column, class Skip>
double log_sum_without(const Column& log_probs, Skip skip) {
  double high = -std::numeric_limits<double>::infinity(), sum = 0;
  for (Index m = 0; m < log_probs.size(); ++m)
    if (!skip(m)) high = std::max(high, static_cast<double>(log_probs(m)));
  if (high == -std::numeric_limits<double>::infinity()) return high;
  for (Index m = 0; m < log_probs.size(); ++m)
    if (!skip(m)) sum += std::exp(static_cast<double>(log_probs(m)) - high);
  return high + std::log(sum);
}

/// sum_c by_value(c) f(x_c) and sum_c by_score(c) grad log q(x_c), the weights made of the values by weigh(values, by_value,
/// by_score). Not finite, and the bad columns counted, if any value is not finite.
template <class Q, class F, class Weigh, class T = ScalarOf<Q>>
Estimate<T> weighed_points(const Q& q, const F& f, const Batch<T>& x, Weigh weigh) {
  const auto e = variate::evaluate(f, x);
  const Row<T> values = e.value;
  Index bad = 0;
  for (Index c = 0; c < values.size(); ++c) bad += std::isfinite(values(c)) ? 0 : 1;
  if (bad > 0) return refused<T>(bad, x.cols());
  Row<T> by_value(values.size()), by_score(values.size());
  weigh(values, by_value, by_score);
  Estimate<T> estimate;
  estimate.evaluations = x.cols();
  estimate.value = values.dot(by_value);
  estimate.q = score<T>(e, q, x, by_score);
  add_direct_unless_zero_mean<T>(e, by_value, estimate.q);
  estimate.f = e.pullback(by_value);
  return estimate;
}

}  // namespace variate::detail

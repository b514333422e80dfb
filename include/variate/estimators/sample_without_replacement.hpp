#pragma once
/// Different points of a finite support, by Gumbel's trick.
#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "variate/estimators/detail/enumerated.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/expm1.hpp"
#include "variate/random/exponentials.hpp"

namespace variate {

/// n different points for each data point, and what weighs them.
template <class T>
struct WithoutReplacement {
  Batch<T> value;    ///< d x nB, in the order in which they were drawn
  Row<T> log_prob;   ///< 1 x nB: log q of each
  Batch<T> keys;     ///< n x B: log q plus Gumbel number, falling
  Row<T> threshold;  ///< 1 x B: the first key that was not taken; -inf if everything was

  /// Of each point: the probability that its key is above the threshold, the others' keys held: 1 - exp(-exp(log q - threshold)).
  /// The sum of f q/inclusion over the points is unbiased for E f (priority sampling: Duffield, Lund and Thorup 2007; Kool, van
  /// Hoof and Welling 2019, section 4.1).
  Row<T> inclusion() const {
    const Index points = threshold.size();
    Row<T> chance(log_prob.size());
    for (Index c = 0; c < chance.size(); ++c) chance(c) = -math::expm1(-math::exp(log_prob(c) - threshold(c % points)));
    return chance;
  }
};

/// Draws n different points of q for each data point, one after the other in proportion to what probability is left, all at once:
/// the n largest of log q + Gumbel number (Yellott 1977; Vieira 2014; Kool, van Hoof and Welling 2019). The first alone is a draw
/// of q. For distributions over a finite set; costs the log probabilities of the whole support. `UnorderedSet` is the gradient
/// estimator for such samples. Throws InvalidArgument if n < 1 or there are fewer than n possible points.
template <class Q, class R>
WithoutReplacement<ScalarOf<Q>> sample_without_replacement(const Q& q, R& rng, Index n) {
  static_assert(Enumerable<Q>,
                "sample_without_replacement needs q.support(), all points as columns: only distributions over a finite set have "
                "one.");
  using T = ScalarOf<Q>;
  detail::require_at_least("sample_without_replacement", "n", n, 1);
  const Batch<T> support = q.support(), log_probs = detail::log_probs_of_support(q, support);
  const Index points = q.batch_size(), all = support.cols();
  const Batch<T> keys = log_probs + gumbels<T>(rng, all, points);
  WithoutReplacement<T> drawn{Batch<T>(support.rows(), n * points), Row<T>(n * points), Batch<T>(n, points), Row<T>(points)};
  for (Index b = 0; b < points; ++b) {
    if (const Index most = detail::possible(log_probs.col(b)); n > most)
      throw InvalidArgument(
          detail::complaint("sample_without_replacement", "n", n, "at most the " + std::to_string(most) + " possible points"));
    const std::vector<Index> first = detail::largest(Vector<T>(keys.col(b)), std::min(n + 1, all));
    for (Index s = 0; s < n; ++s) {
      const Index m = first[static_cast<std::size_t>(s)];
      drawn.value.col(s * points + b) = support.col(m);
      drawn.log_prob(s * points + b) = log_probs(m, b);
      drawn.keys(s, b) = keys(m, b);
    }
    drawn.threshold(b) = n < all ? keys(first.back(), b) : -std::numeric_limits<T>::infinity();
  }
  return drawn;
}

}  // namespace variate

#pragma once
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "variate/estimators/detail/enumerated.hpp"
#include "variate/estimators/detail/set_probabilities.hpp"
#include "variate/random/exponentials.hpp"

namespace variate {

/// The unordered set estimator (Kool, van Hoof and Welling 2020): n different points, drawn without replacement by Gumbel's
/// trick (the n largest of log p + Gumbel number), none evaluated twice. With the leave-one-out ratios R of the set S,
///
///     sum over s in S of grad p(s) R(S, s) (f(s) - sum over s' in S of p(s') R^{D-s}(S, s') f(s')),   R^{D-s}(S, s) = 1,
///
/// the inner sum the built-in baseline, left out if `baseline` is false. Unbiased, and the better the more of the probability the
/// n points hold; with all points it is Exact. The ratios are computed in logarithms without cancellation, whatever the logits.
/// Needs only values of f and a q with a finite support (Categorical, OneHotCategorical, a few bits); n evaluations for each data
/// point, beside the log probabilities of the whole support. A value that is not finite makes the estimate not finite, since the
/// others say nothing about it. Throws InvalidArgument if n < 2 (1 without the baseline) or n is more than the possible points.
struct UnorderedSet {
  /// Whether values of the other points are subtracted.
  bool baseline = true;

  template <class Q, class F>
  static constexpr bool accepts = [] {
    if constexpr (Enumerable<Q>) return Integrand<F, ScalarOf<Q>>; else return false;
  }();

  template <class Q, class F>
  static constexpr detail::Never explain() {
    static_assert(
        Enumerable<Q>,
        "UnorderedSet needs q.support(), all points as columns, and q.evaluate(x): only distributions over a finite set have "
        "one. Use Reinforce<LeaveOneOut>.");
    if constexpr (Enumerable<Q>)
      detail::explain_values<Q, F>();
    return {};
  }

  template <class Q, class F, class R>
  Estimate<ScalarOf<Q>> operator()(const Q& q, const F& f, R& rng, Index n) const {
    if constexpr (!accepts<Q, F>) {
      return explain<Q, F>();
    } else {
      using T = ScalarOf<Q>;
      detail::require_at_least("UnorderedSet", "n", n, baseline ? 2 : 1);
      const Batch<T> support = q.support(), log_probs = detail::log_probs_of_support(q, support);
      const Index points = q.batch_size();
      for (Index b = 0; b < points; ++b)
        if (const Index most = detail::possible(log_probs.col(b)); n > most)
          throw InvalidArgument(
              detail::complaint("UnorderedSet", "n", n, "at most the " + std::to_string(most) + " possible points"));
      const Batch<T> keys = log_probs + gumbels<T>(rng, log_probs.rows(), points);

      Batch<T> x(support.rows(), n * points);
      std::vector<std::vector<Index>> sets;
      for (Index b = 0; b < points; ++b) {
        sets.push_back(detail::largest(Vector<T>(keys.col(b)), n));
        for (Index s = 0; s < n; ++s) x.col(s * points + b) = support.col(sets.back()[static_cast<std::size_t>(s)]);
      }
      return detail::weighed_points(q, f, x, [&](const Row<T>& values, Row<T>& by_value, Row<T>& by_score) {
        for (Index b = 0; b < points; ++b) {
          const auto& set = sets[static_cast<std::size_t>(b)];
          Vector<double> members(n);
          for (Index s = 0; s < n; ++s) members(s) = static_cast<double>(log_probs(set[static_cast<std::size_t>(s)], b));
          const double outside = detail::log_sum_without(
              log_probs.col(b), [&](Index m) { return std::find(set.begin(), set.end(), m) != set.end(); });
          const detail::SetProbabilities probabilities(members, outside);
          for (Index s = 0; s < n; ++s) {
            const double weight = std::exp(members(s) + probabilities.log_ratio(s)) / static_cast<double>(points);
            double others = 0;
            for (Index t = 0; baseline && t < n; ++t)
              others += std::exp(members(t) + probabilities.log_second_ratio(s, t)) * static_cast<double>(values(t * points + b));
            by_value(s * points + b) = static_cast<T>(weight);
            by_score(s * points + b) = static_cast<T>(weight * (static_cast<double>(values(s * points + b)) - others));
          }
        }
      });
    }
  }
};

}  // namespace variate

#pragma once
/// What estimators of multi-sample bounds have in common that need q's score and the values of log p - log q, and no slopes.
#include <utility>

#include "variate/estimators/detail/kept.hpp"
#include "variate/estimators/detail/log_weights.hpp"

namespace variate::detail {

template <class Q, class F>
inline constexpr bool accepts_scores = [] {
  if constexpr (Scoreable<Q>) return Integrand<F, ScalarOf<Q>>;
  else return false;
}();
template <class Q, class F>
constexpr Never explain_scores() {
  static_assert(Scoreable<Q>,
                "this estimator needs the score of q: give the distribution evaluate(x), whose result has .value (log q, one "
                "number a column) and pullback(w) = sum_c w_c grad log q(x_c).");
  if constexpr (Scoreable<Q>) explain_values<Q, F>();
  return {};
}

/// The estimate from the points x, n for each data point: `use(e, weights, estimate)` gets the evaluation of f once all that is
/// left is finite, puts value and gradients into the estimate, and says if all was well. A data point without a good sample makes
/// the estimate one that is refused.
template <class Q, class F, class Use>
Estimate<ScalarOf<Q>> from_log_weights(const Q& q, const F& f, Batch<ScalarOf<Q>> x, Index n, Use use) {
  using T = ScalarOf<Q>;
  LogWeights<T> weights(n, q.batch_size());
  Estimate<T> estimate;
  const bool done = settle(f, x, weights, estimate.evaluations, [&](const auto& e) { return use(e, weights, estimate); });
  if (!done) return refused<T>(weights.lost_columns(), estimate.evaluations);
  estimate.dropped = weights.lost_columns();
  return estimate;
}

}  // namespace variate::detail

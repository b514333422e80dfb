#pragma once
#include "variate/estimators/detail/kept.hpp"
#include "variate/estimators/detail/log_weights.hpp"

namespace variate {

/// The wake-phi step of reweighted wake-sleep (Bornschein and Bengio 2015): sum_k wn_k grad log q(x_k), wn the normalised weights
/// p/q of n samples of q. It lowers KL(p || q), the other way round than the ELBO does.
///
/// Biased as self-normalising is, consistent as n grows; for discrete and continuous q. The value is the importance-weighted
/// bound, and the gradient for the model's own parameters is that of the bound. The integrand is Elbo<SampledEntropy>. What is
/// dropped is as in `Vimco`. Throws InvalidArgument if n < 1.
struct ReweightedWake {
  static constexpr bool of_several_samples = true;  ///< its value is no mean of the integrand's columns

  template <class Q, class F>
  static constexpr bool accepts = [] {
    if constexpr (Scoreable<Q>) return Integrand<F, ScalarOf<Q>>;
    else return false;
  }();
  template <class Q, class F>
  static constexpr detail::Never explain() {
    static_assert(Scoreable<Q>,
                  "ReweightedWake needs the score of q: give the distribution evaluate(x), whose result has .value (log q, one "
                  "number a column) and pullback(w) = sum_c w_c grad log q(x_c).");
    if constexpr (Scoreable<Q>) detail::explain_values<Q, F>();
    return {};
  }

  template <class Q, class F, class R>
  Estimate<ScalarOf<Q>> operator()(const Q& q, const F& f, R& rng, Index n) const {
    if constexpr (!accepts<Q, F>) {
      return explain<Q, F>();
    } else {
      using T = ScalarOf<Q>;
      detail::require_at_least("ReweightedWake", "n", n, 1);
      Batch<T> x = q.sample(rng, n);
      detail::LogWeights<T> weights(n, q.batch_size());
      Estimate<T> estimate;
      const bool done = detail::settle(f, x, weights, estimate.evaluations, [&](const auto& e) {
        const Row<T> shares = weights.normalized();
        estimate.value = weights.bound();
        estimate.q = e.score(shares);
        estimate.f = e.pullback(shares);
        return true;
      });
      if (!done) return detail::refused<T>(weights.lost_columns(), estimate.evaluations);
      estimate.dropped = weights.lost_columns();
      return estimate;
    }
  }
};

}  // namespace variate

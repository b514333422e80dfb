#pragma once
#include "variate/estimators/detail/weighted_scores.hpp"

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
  static constexpr bool accepts = detail::accepts_scores<Q, F>;
  template <class Q, class F>
  static constexpr detail::Never explain() {
    return detail::explain_scores<Q, F>();
  }

  template <class Q, class F, class R>
  Estimate<ScalarOf<Q>> operator()(const Q& q, const F& f, R& rng, Index n) const {
    if constexpr (!accepts<Q, F>) {
      return explain<Q, F>();
    } else {
      using T = ScalarOf<Q>;
      detail::require_at_least("ReweightedWake", "n", n, 1);
      return detail::from_log_weights(q, f, q.sample(rng, n), n, [&](const auto& e, auto& weights, Estimate<T>& estimate) {
        const Row<T> shares = weights.normalized();
        estimate.value = weights.bound();
        estimate.q = e.score(shares);
        estimate.f = e.pullback(shares);
        return true;
      });
    }
  }
};

}  // namespace variate

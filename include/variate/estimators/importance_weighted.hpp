#pragma once
#include "variate/estimators/detail/weighted_scores.hpp"

namespace variate {
namespace detail {

template <class Q, class F>
inline constexpr bool accepts_paths_of_weights = [] {
  if constexpr (Reparameterizable<Q>) return DifferentiableIntegrand<F, ScalarOf<Q>>;
  else return false;
}();
template <class Q, class F>
constexpr Never explain_paths_of_weights() {
  static_assert(Reparameterizable<Q>,
                "this estimator needs q.rsample(rng, n), and this distribution has none (discrete ones cannot): use Vimco.");
  if constexpr (Reparameterizable<Q>) {
    explain_values<Q, F>();
    static_assert(DifferentiableIntegrand<F, ScalarOf<Q>> || !Integrand<F, ScalarOf<Q>>,
                  "this estimator needs the model's gradient by x: write value_and_gradient(x, gradient), "
                  "or wrap a generic model in differentiable(model), or use Vimco.");
  }
  return {};
}

/// Sends dl_k/dx through the draw with weights path(weights), and adds direct(direct_weights) where there are any; the model's
/// own gradient has the weights `shares`. Each is a function of the LogWeights.
template <class Q, class F, class R, class Path, class Direct, class Shares, class Value>
Estimate<ScalarOf<Q>> through_weights(const Q& q, const F& f, R& rng, Index n, Path path, Direct direct, Shares shares,
                                      Value value) {
  using T = ScalarOf<Q>;
  const auto draw = q.rsample(rng, n);
  return from_log_weights(q, f, Batch<T>(draw.value), n, [&](const auto& e, auto& weights, Estimate<T>& estimate) {
    const Row<T> w = path(weights);
    Batch<T> g;
    e.pullback(Row<T>(Row<T>::Ones(w.size())), g);
    if (weights.drop(g)) return false;
    g.array().rowwise() *= w.array();
    estimate.value = value(weights);
    estimate.q = draw.pullback(g);
    if (const Row<T> d = direct(weights); d.size() != 0) estimate.q += e.direct(d);
    estimate.f = e.pullback(shares(weights));
    return true;
  });
}

}  // namespace detail

/// The importance-weighted bound log mean_k w_k (Burda, Grosse and Salakhutdinov 2016), or the variational Renyi bound
/// log mean_k w_k^(1 - alpha) / (1 - alpha) (Li and Turner 2016), by the path of the draws: sum_k wn_k dlog w_k/dparams, wn the
/// normalised w^(1 - alpha). Its noise swamps its signal as n grows; `Dreg` has not that fault.
///
/// Unbiased for the bound's gradient. `sticking_the_landing` leaves out the direct derivative of log q (Roeder et al. 2017),
/// which for n > 1 is biased. The value is the mean bound over the data points. The integrand is Elbo<SampledEntropy>, with
/// df/dx. What is dropped is as in `Vimco`. Throws InvalidArgument if n < 1, DomainError unless 0 <= alpha < 1.
struct ImportanceWeighted {
  double alpha = 0;                   ///< of the Renyi bound, in [0, 1)
  bool sticking_the_landing = false;  ///< leave out the direct derivative of log q

  static constexpr bool of_several_samples = true;  ///< its value is no mean of the integrand's columns

  template <class Q, class F>
  static constexpr bool accepts = detail::accepts_paths_of_weights<Q, F>;
  template <class Q, class F>
  static constexpr detail::Never explain() {
    return detail::explain_paths_of_weights<Q, F>();
  }

  template <class Q, class F, class R>
  Estimate<ScalarOf<Q>> operator()(const Q& q, const F& f, R& rng, Index n) const {
    if constexpr (!accepts<Q, F>) {
      return explain<Q, F>();
    } else {
      using T = ScalarOf<Q>;
      using W = detail::LogWeights<T>;
      detail::require_at_least("ImportanceWeighted", "n", n, 1);
      if (!(alpha >= 0 && alpha < 1))
        throw DomainError(detail::complaint("ImportanceWeighted", "alpha", alpha, "a number in [0, 1)"));
      const T a = static_cast<T>(alpha);
      const auto shares = [&](const W& w) { return w.normalized(a); };
      const auto direct = [&](const W& w) { return sticking_the_landing ? Row<T>() : w.normalized(a); };
      return detail::through_weights(q, f, rng, n, shares, direct, shares, [&](const W& w) { return w.bound(a); });
    }
  }
};

}  // namespace variate

#pragma once
/// How far q is from the prior: what generalised variational inference adds to the loss.
#include <cmath>
#include <type_traits>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/core/finite.hpp"
#include "variate/distributions/kl.hpp"
#include "variate/estimators/pathwise.hpp"
#include "variate/estimators/reinforce.hpp"
#include "variate/objectives/elbo.hpp"

namespace variate {

/// KL(q || prior) as the mean of log q - log prior over n draws of q, with its whole gradient: through the draws, of log q and log
/// prior both (BlackBIRDS loses the path of log q, so that its Gaussians shrink), and directly. A q that cannot be reparameterised is
/// differentiated by its score. The prior is a distribution or any log density (an integrand).
struct SampledKl {
  template <class Q, class Prior, class R>
  Estimate<ScalarOf<Q>> operator()(const Q& q, const Prior& prior, R& rng, Index n) const {
    using T = ScalarOf<Q>;
    Estimate<T> e;
    if constexpr (Scoreable<Prior> && DifferentiableIntegrand<Prior, T> &&
                  requires(Batch<T> g, Row<T> w) { q.rsample(rng, n).pullback(g, w); }) {
      // the draw knows its own density: a flow is gone through once
      const auto draw = q.rsample(rng, n);
      const auto of_prior = prior.evaluate(draw.value);
      e.value = (draw.log_prob - of_prior.value).mean();
      const Row<T> w = Row<T>::Constant(n, T(1) / static_cast<T>(n));
      Batch<T> g;
      of_prior.pullback(Row<T>(-w), g);
      e.q = draw.pullback(g, w);
      e.evaluations = n;
      return e;
    } else if constexpr (Reparameterizable<Q> && DifferentiableIntegrand<Prior, T>)
      e = Pathwise{}(q, Elbo<SampledEntropy>{}(q, prior), rng, n);
    else
      e = Reinforce<LeaveOneOut>{}(q, Elbo<SampledEntropy>{}(q, prior), rng, n);
    e.value = -e.value;
    e.q = -e.q;
    e.f.resize(0);
    return e;
  }
};

/// KL(q || prior), exact where there is a closed form (then nothing is drawn), else as `SampledKl`.
struct Kl {
  template <class Q, class Prior, class R>
  Estimate<ScalarOf<Q>> operator()(const Q& q, const Prior& prior, R& rng, Index n) const {
    if constexpr (HasKl<Q, Prior>) {
      using T = ScalarOf<Q>;
      Estimate<T> e;
      e.value = kl(q, prior)(0);
      e.q = kl_pullback(q, prior, Row<T>::Ones(1));
      return e;
    } else {
      return SampledKl{}(q, prior, rng, n);
    }
  }
};

/// Renyi's divergence D_alpha(q || prior) = log E_q[(q/prior)^(alpha - 1)] / (alpha - 1) from n draws of q, with its gradient: that
/// of KL with the draws weighed by (q/prior)^(alpha - 1), normalised to one. alpha -> 1 is KL; below 1 it forgives a q that is wide,
/// above 1 it does not. The value is low by about (alpha - 1)/2 times the weights' variance over n. q must be reparameterisable.
struct Renyi {
  double alpha = 0.5;  ///< positive, not 1

  /// DomainError for an alpha that is none.
  template <class Q, class Prior, class R>
  Estimate<ScalarOf<Q>> operator()(const Q& q, const Prior& prior, R& rng, Index n) const {
    using T = ScalarOf<Q>;
    static_assert(Reparameterizable<Q>, "Renyi differentiates through the draw: q needs rsample(rng, n).");
    if (!(alpha > 0) || alpha == 1 || !std::isfinite(alpha))
      throw DomainError(detail::complaint("Renyi", "alpha", alpha, "a positive finite number other than 1 (for 1 use Kl)"));
    const T power = static_cast<T>(alpha) - 1;
    const auto draw = q.rsample(rng, n);
    const auto integrand = Elbo<SampledEntropy>{}(q, prior);
    const auto e = integrand.evaluate(draw.value);
    Estimate<T> estimate;
    estimate.evaluations = n;
    Row<T> w = -power * e.value;
    if (!detail::all_finite(w)) return detail::refused<T>(n, n);
    const T highest = w.maxCoeff();
    w = (w.array() - highest).exp().matrix();
    const T sum = w.sum();
    estimate.value = (highest + std::log(sum / static_cast<T>(n))) / power;
    w /= sum;
    Batch<T> g;
    e.pullback(w, g);
    estimate.q = -(draw.pullback(g) + e.direct(w));
    return estimate;
  }
};

/// KL(q || prior): exact where it is known, else the mean over n draws; 0 for two equal ones. See `Kl`.
template <class Q, class Prior, class R>
ScalarOf<Q> compute_regularisation_loss(const Q& q, const Prior& prior, R& rng, Index n) {
  detail::require_at_least("compute_regularisation_loss", "n", n, 1);
  if constexpr (HasKl<Q, Prior>) {
    return kl(q, prior)(0);
  } else {
    const Batch<ScalarOf<Q>> x = q.sample(rng, n);
    return (q.log_prob(x) - variate::values(prior, x)).mean();
  }
}

}  // namespace variate

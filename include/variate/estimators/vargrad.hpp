#pragma once
/// VarGrad: the ELBO's gradient as that of the variance of log weights.
#include "variate/estimators/reinforce.hpp"

namespace variate {

/// VarGrad (Richter, Boustati, Nuesken, Ruiz and Akyildiz 2020): the gradient of half the sample variance of l = log p - log q,
/// the n samples held where q drew them (their log-variance loss), with its sign turned:
///
///     1/(n - 1) sum_k (l_k - mean of l) grad log q(x_k).
///
/// That is leave-one-out REINFORCE on the ELBO, without the direct part whose mean is zero, number by number; this is its name,
/// for those who look for it, and it insists on the integrand for which the two agree: Elbo<SampledEntropy> or
/// Elbo<StickingTheLanding>. Unbiased. Everything else as `Reinforce<LeaveOneOut>`: InvalidArgument if n < 2.
struct VarGrad : private Reinforce<LeaveOneOut> {
  template <class Q, class F>
  static constexpr bool accepts = [] {
    if constexpr (Reinforce<LeaveOneOut>::accepts<Q, F>)
      return requires(const F& f, const Batch<ScalarOf<Q>>& x, const Row<ScalarOf<Q>>& w) { variate::evaluate(f, x).score(w); };
    else return false;
  }();

  template <class Q, class F>
  static constexpr detail::Never explain() {
    if constexpr (Reinforce<LeaveOneOut>::accepts<Q, F>) {
      static_assert(accepts<Q, F>,
                    "VarGrad is for log p - log q: give it Elbo<SampledEntropy>{}(q, log_density); for other integrands the same "
                    "is Reinforce<LeaveOneOut>.");
      return {};
    } else {
      return Reinforce<LeaveOneOut>::explain<Q, F>();
    }
  }

  template <class Q, class F, class R>
  Estimate<ScalarOf<Q>> operator()(const Q& q, const F& f, R& rng, Index n) const {
    if constexpr (!accepts<Q, F>) return explain<Q, F>();
    else return Reinforce<LeaveOneOut>::operator()(q, f, rng, n);
  }
};

}  // namespace variate

#pragma once
#include "variate/estimators/detail/antithetic.hpp"

namespace variate {

/// ARM, augment-REINFORCE-merge (Yin and Zhou 2019): for a pair of antithetic draws b = [u > sigmoid(-logit)], b' = [u <
/// sigmoid(logit)] the gradient by each Bernoulli logit is (f(b) - f(b')) (u - 1/2).
///
/// Unbiased; `Disarm` is the same with less variance. Needs only values of f; n must be even, and counts evaluations. What is
/// dropped and thrown is as in `Disarm`.
struct Arm {
  template <class Q, class F>
  static constexpr bool accepts = [] {
    if constexpr (detail::LinkedBernoulli<Q>) return Integrand<F, ScalarOf<Q>>;
    else return false;
  }();

  template <class Q, class F>
  static constexpr detail::Never explain() {
    static_assert(detail::LinkedBernoulli<Q>,
                  "Arm is for Bernoulli distributions, bound or not: use Reinforce<LeaveOneOut> for other discrete ones.");
    if constexpr (detail::LinkedBernoulli<Q>) detail::explain_values<Q, F>();
    return {};
  }

  template <class Q, class F, class R>
  Estimate<ScalarOf<Q>> operator()(const Q& q, const F& f, R& rng, Index n) const {
    if constexpr (!accepts<Q, F>) {
      return explain<Q, F>();
    } else {
      using T = ScalarOf<Q>;
      using V = detail::Packet<T>;
      return detail::antithetic("Arm", q, f, rng, n, [](V, V u) { return u - T(0.5); });
    }
  }
};

}  // namespace variate

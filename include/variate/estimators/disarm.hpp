#pragma once
#include "variate/estimators/detail/antithetic.hpp"

namespace variate {

/// DisARM (Dong, Mnih and Tucker 2020), the same as U2G (Yin et al. 2020): ARM with its uniform number integrated out. For a pair
/// of antithetic draws b, b' and each Bernoulli logit,
///
///     (f(b) - f(b'))/2 (-1)^b' [b != b'] sigmoid(|logit|).
///
/// Unbiased, and of no larger variance than ARM. Needs only values of f; n must be even, and counts evaluations: n/2 pairs for
/// each data point, in one call of f. For Bernoulli q, bound or not. A pair with a value that is not finite is dropped and
/// counted; a data point without a good pair makes the estimate not finite. Throws InvalidArgument if n < 2 or odd.
struct Disarm {
  template <class Q, class F>
  static constexpr bool accepts = [] {
    if constexpr (detail::LinkedBernoulli<Q>) return Integrand<F, ScalarOf<Q>>;
    else return false;
  }();

  template <class Q, class F>
  static constexpr detail::Never explain() {
    static_assert(detail::LinkedBernoulli<Q>,
                  "Disarm is for Bernoulli distributions, bound or not: use Reinforce<LeaveOneOut> for other discrete ones.");
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
      return detail::antithetic("Disarm", q, f, rng, n, [](V phi, V u) {
        const auto b = u > math::sigmoid(-phi), other = u < math::sigmoid(phi);
        const V size = T(0.5) * math::sigmoid(math::abs(phi)), one = select(other, V(T(0)), size),
                zero = select(other, -size, V(T(0)));
        return select(b, one, zero);
      });
    }
  }
};

}  // namespace variate

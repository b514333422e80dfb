#pragma once
#include "variate/estimators/straight_through.hpp"

namespace variate {

/// Gumbel-Rao (Paulus, Maddison and Krause 2021): straight-through Gumbel-softmax with the noise averaged over `draws` draws given the hard
/// one, each constant in the derivative.
///
/// The same mean as `StraightThroughGumbelSoftmax`, so as biased, with less variance; f is evaluated as often. Needs df/dx. As
/// `StraightThrough` otherwise; DomainError unless temperature > 0, InvalidArgument unless draws >= 1.
struct GumbelRao {
  double temperature = 0.5;  ///< of the relaxation, positive
  Index draws = 10;          ///< of the noise given the hard draw

  template <class Q, class F>
  static constexpr bool accepts = detail::accepts_smooth<Q, F>;
  template <class Q, class F>
  static constexpr detail::Never explain() {
    return detail::explain_smooth<Q, F>();
  }

  template <class Q, class F, class R>
  Estimate<ScalarOf<Q>> operator()(const Q& q, const F& f, R& rng, Index n) const {
    if constexpr (!accepts<Q, F>) {
      return explain<Q, F>();
    } else {
      using T = ScalarOf<Q>;
      using B = Batch<T>;
      detail::require_positive("GumbelRao", "temperature", temperature);
      detail::require_at_least("GumbelRao", "draws", draws, 1);
      const T inverse = static_cast<T>(1 / temperature);
      return detail::through_hard_draws("GumbelRao", q, f, rng, n, [&](const auto& smooth, const B&, const B& b, const B& g) -> B {
        B sum = B::Zero(b.rows(), b.cols());
        for (Index m = 0; m < draws; ++m) {
          const B z = smooth.conditional(b, uniforms<T>(rng, b.rows(), b.cols()));
          sum += smooth.slope(smooth.smooth(z * inverse), g);
        }
        return sum * (inverse / static_cast<T>(draws));
      });
    }
  }
};

}  // namespace variate

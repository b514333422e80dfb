#pragma once
#include "variate/estimators/straight_through.hpp"

namespace variate {

/// ReinMax (Liu et al. 2023): a second-order straight-through. With J(p) the slope of a softmax (a sigmoid for bits) at probabilities p,
///
///     2 J((smooth(logits/temperature) + b)/2) f'(b) - J(smooth(logits)) f'(b)/2.
///
/// Biased; at temperature 1 exact for a quadratic f of one bit. Needs df/dx. As `StraightThrough` otherwise, and DomainError unless
/// temperature > 0 (the authors recommend 1 or more).
struct ReinMax {
  double temperature = 1;  ///< of the first slope, positive

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
      detail::require_positive("ReinMax", "temperature", temperature);
      return detail::through_hard_draws("ReinMax", q, f, rng, n, [&](const auto& smooth, const B&, const B& b, const B& g) -> B {
        const B& theta = q.distribution().theta();
        const Index points = theta.cols();
        const B mean = smooth.mean(), warm = smooth.smooth(theta / static_cast<T>(temperature));
        B half(b.rows(), b.cols()), whole(b.rows(), b.cols());
        for (Index c = 0; c < b.cols(); c += points) {
          half.middleCols(c, points) = T(0.5) * (warm + b.middleCols(c, points));
          whole.middleCols(c, points) = mean;
        }
        return T(2) * smooth.slope(half, g) - T(0.5) * smooth.slope(whole, g);
      });
    }
  }
};

}  // namespace variate

#pragma once
#include "variate/estimators/detail/smooth_draw.hpp"

namespace variate {

/// Gumbel-softmax, or Concrete (Jang, Gu and Poole 2017; Maddison, Mnih and Teh 2017): f is evaluated at relaxed points
/// y = sigmoid((logit + logit(u))/temperature), for one-hot variables softmax((logits + gumbels)/temperature), and differentiated through them.
///
/// Biased (the value too is that of relaxed points), of low variance; the bias falls and the variance grows as the temperature does
/// towards 0. Change `temperature` between steps to anneal it. Needs df/dx, and f defined between the points of q. One call of f on n
/// columns for each data point. Samples whose value or gradient is not finite are dropped and counted. Throws InvalidArgument if n < 1,
/// DomainError unless temperature > 0.
struct GumbelSoftmax {
  double temperature = 0.5;  ///< of the relaxation, positive

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
      const detail::RelaxationOf<Q> smooth(q.distribution());
      detail::require_at_least("GumbelSoftmax", "n", n, 1);
      detail::require_positive("GumbelSoftmax", "temperature", temperature);
      const T inverse = static_cast<T>(1 / temperature);
      const detail::Lent<Batch<T>> u = uniforms<T>(rng, q.distribution().theta().rows(), n * q.batch_size());
      Batch<T> z = smooth.noisy(u);
      z *= inverse;
      detail::Lent<Batch<T>> y = smooth.smooth(std::move(z));
      return detail::through_points(
          q, f, y, n, [&](const Batch<T>& g) -> detail::Lent<Batch<T>> { return smooth.slope(y, g) * inverse; },
          [&](Index to, Index from) { y.col(to) = y.col(from); });
    }
  }
};

}  // namespace variate

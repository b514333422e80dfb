#pragma once
#include "variate/estimators/detail/smooth_draw.hpp"

namespace variate {
namespace detail {

/// f at hard draws b, made from z = theta + noise; to_theta(relaxation, z, b, g) sends its gradients on.
template <class Q, class F, class R, class ToTheta>
Estimate<ScalarOf<Q>> through_hard_draws(std::string_view name, const Q& q, const F& f, R& rng, Index n, ToTheta to_theta) {
  using T = ScalarOf<Q>;
  require_at_least(name, "n", n, 1);
  const RelaxationOf<Q> smooth(q.distribution());
  Batch<T> z = smooth.noisy(uniforms<T>(rng, q.distribution().theta().rows(), n * q.batch_size())), b = smooth.hard(z);
  const Batch<T> x = b;
  return through_points(
      q, f, x, n, [&](const Batch<T>& g) -> Batch<T> { return to_theta(smooth, z, b, g); },
      [&](Index to, Index from) {
        z.col(to) = z.col(from);
        b.col(to) = b.col(from);
      });
}

}  // namespace detail

/// Straight-through (Hinton 2012; Bengio, Leonard and Courville 2013): the gradient of f at a hard draw b goes to the logits as if b were
/// its mean: (dE[b]/dlogits)^T f'(b).
///
/// Biased, except for linear f. Needs df/dx. One call of f on n columns for each data point. Samples whose value or gradient is not
/// finite are dropped and counted. Throws InvalidArgument if n < 1.
struct StraightThrough {
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
      using B = Batch<ScalarOf<Q>>;
      return detail::through_hard_draws("StraightThrough", q, f, rng, n, [](const auto& smooth, const B&, const B&, const B& g) {
        return smooth.mean_pullback(g);
      });
    }
  }
};

/// Straight-through Gumbel-softmax (Jang, Gu and Poole 2017): the gradient of f at a hard draw goes through the relaxed point made from the
/// same noise, y = smooth((logits + noise)/temperature).
///
/// Biased; the values are those of hard draws. As `StraightThrough` otherwise, and DomainError unless temperature > 0.
struct StraightThroughGumbelSoftmax {
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
      using B = Batch<T>;
      detail::require_positive("StraightThroughGumbelSoftmax", "temperature", temperature);
      const T inverse = static_cast<T>(1 / temperature);
      return detail::through_hard_draws("StraightThroughGumbelSoftmax", q, f, rng, n,
                                        [&](const auto& smooth, const B& z, const B&, const B& g) -> B {
                                          return smooth.slope(smooth.smooth(z * inverse), g) * inverse;
                                        });
    }
  }
};

}  // namespace variate

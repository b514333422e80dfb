#pragma once
#include <cmath>
#include <type_traits>
#include <utility>

#include "variate/distributions/gamma.hpp"
#include "variate/estimators/baselines/none.hpp"
#include "variate/estimators/detail/corrected_path.hpp"
#include "variate/estimators/detail/marsaglia_tsang.hpp"
#include "variate/random/fill.hpp"
#include "variate/random/gammas.hpp"

namespace variate {
namespace detail {

template <class D>
inline constexpr bool is_gamma = false;
template <class S>
inline constexpr bool is_gamma<Gamma<S>> = true;
template <class Q>
concept LinkedGamma = Linked<Q> && is_gamma<std::remove_cvref_t<decltype(std::declval<const Q&>().distribution())>>;

}  // namespace detail

/// Reparameterisation through a rejection sampler, RSVI (Naesseth, Ruiz, Linderman and Blei 2017), for gamma distributions: the
/// accepted proposal e of Marsaglia and Tsang's sampler makes x = h(e, a)/rate, and since its law depends on the concentration
/// a,
///
///     grad E f = E[ df/dx dh/da + (f - baseline) d/da(log q(h) + log dh/de) ].
///
/// `augmentation` raises the concentration by that much and takes it back by as many uniform numbers, x prod_i u_i^(1/(a + i -
/// 1)): the larger, the nearer the correction is to 0. Unbiased with every baseline. Needs f and its gradient; n evaluations
/// with gradients for each data point. Samples that are not finite, or whose gradient is not, are dropped and counted. Throws
/// InvalidArgument if n < Baseline::least or augmentation < 0, DomainError if concentration + augmentation < 1.
template <class Baseline = NoBaseline>
struct Rsvi {
  /// Steps by which the concentration is raised before drawing.
  Index augmentation = 1;
  /// What is taken from the values before they weigh the corrections.
  [[no_unique_address]] Baseline baseline{};

  template <class Q, class F>
  static constexpr bool accepts = [] {
    if constexpr (detail::LinkedGamma<Q>) return DifferentiableIntegrand<F, ScalarOf<Q>> && BaselineFor<Baseline, Q>;
    else return false;
  }();

  template <class Q, class F>
  static constexpr detail::Never explain() {
    static_assert(detail::LinkedGamma<Q>,
                  "Rsvi is for Gamma distributions, bound or not: use Pathwise for other continuous ones.");
    if constexpr (detail::LinkedGamma<Q>) {
      static_assert(
          DifferentiableIntegrand<F, ScalarOf<Q>>,
          "the model must give its gradient by the points: differentiable(f), value_and_gradient(x, gradient), or evaluate(x) "
          "with pullback(w, g).");
      static_assert(BaselineFor<Baseline, Q>,
                    "the baseline must be callable as baseline(values, keep, q) and return a Row of recentred values.");
    }
    return {};
  }

  template <class Q, class F, class R>
  Estimate<ScalarOf<Q>> operator()(const Q& q, const F& f, R& rng, Index n) const {
    if constexpr (!accepts<Q, F>) {
      return explain<Q, F>();
    } else {
      using T = ScalarOf<Q>;
      detail::require_at_least("Rsvi", "n", n, Baseline::least > 1 ? Baseline::least : 1);
      detail::require_at_least("Rsvi", "augmentation", augmentation, 0);
      const Batch<T>& theta = q.distribution().theta();
      const Index d = theta.rows() / 2, points = q.batch_size(), cols = n * points;
      const Batch<T> shapes = theta.topRows(d).array().exp() + static_cast<T>(augmentation);
      detail::require_each<DomainError>("Rsvi", "concentration + augmentation", shapes, "at least 1: raise the augmentation",
                                        [](T a) { return a >= T(1); });
      const Batch<T> log_z = log_gammas<T>(rng, shapes, n), u = uniforms<T>(rng, augmentation * d, cols);
      detail::CorrectedPath<T> path{Batch<T>(d, cols), Batch<T>(2 * d, cols), Batch<T>::Zero(2 * d, cols)};
      for (Index i = 0; i < d; ++i)
        for (Index b = 0; b < points; ++b) {
          const double a = std::exp(static_cast<double>(theta(i, b))), log_rate = static_cast<double>(theta(d + i, b));
          const detail::MarsagliaTsang sampler(a + static_cast<double>(augmentation));
          for (Index c = b; c < cols; c += points) {
            const auto slopes = sampler.at(static_cast<double>(log_z(i, c)));
            double log_x = static_cast<double>(log_z(i, c)) - log_rate, by_a = slopes.log_z;
            for (Index j = 0; j < augmentation; ++j) {
              const double lift = a + static_cast<double>(j), wait = std::log(static_cast<double>(u(j * d + i, c)));
              log_x += wait / lift;
              by_a -= wait / (lift * lift);
            }
            const double x = std::exp(log_x);
            path.x(i, c) = static_cast<T>(x);
            path.slope(i, c) = static_cast<T>(a * x * by_a);
            path.slope(d + i, c) = static_cast<T>(-x);
            path.correction(i, c) = static_cast<T>(a * slopes.correction);
          }
        }
      return detail::corrected_path(q, f, n, std::move(path), baseline);
    }
  }

  /// Hands the baseline what it was to learn from an estimate whose step was taken.
  template <class T>
    requires requires(Baseline& b, const Vector<T>& own) { b.learn(own); }
  void learn(const Vector<T>& own) {
    baseline.learn(own);
  }
  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.baseline);
  }
};

}  // namespace variate

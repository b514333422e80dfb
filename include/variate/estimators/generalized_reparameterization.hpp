#pragma once
#include <type_traits>
#include <utility>

#include "variate/estimators/baselines/none.hpp"
#include "variate/estimators/detail/corrected_path.hpp"
#include "variate/estimators/detail/standardized.hpp"

namespace variate {
namespace detail {

template <class Q>
concept LinkedStandardized =
    Linked<Q> && Standardized<std::remove_cvref_t<decltype(std::declval<const Q&>().distribution())>>::exists;

}  // namespace detail

/// The generalised reparameterisation gradient, G-REP (Ruiz, Titsias and Blei 2016): a draw x = T(e, theta) whose noise e is
/// standardised, so that its law hardly depends on theta; what dependence is left is corrected by a score,
///
///     grad E f = E[ df/dx h + (f - baseline)(grad log q + h dlog q/dx + u) ],   h = dT/dtheta,   u = dlog|dT/de|/dtheta.
///
/// Gamma standardises log x, Beta the logit of x. Unbiased with every baseline. Needs f and its gradient, no derivative of a
/// distribution function (Pathwise, which needs it, has less noise); n evaluations with gradients for each data point. Samples
/// that are not finite, or whose gradient is not, are dropped and counted; so are draws that underflow to 0 (or round to 1), as
/// they do for concentrations far below 0.1. Throws InvalidArgument if n < max(1, Baseline::least).
template <class Baseline = NoBaseline>
struct GeneralizedReparameterization {
  /// What is taken from the values before they weigh the corrections.
  [[no_unique_address]] Baseline baseline{};

  template <class Q, class F>
  static constexpr bool accepts = [] {
    if constexpr (detail::LinkedStandardized<Q>)
      return DifferentiableIntegrand<F, ScalarOf<Q>> && BaselineFor<Baseline, Q>;
    else
      return false;
  }();

  template <class Q, class F>
  static constexpr detail::Never explain() {
    static_assert(detail::LinkedStandardized<Q>,
                  "GeneralizedReparameterization is for Gamma and Beta distributions, bound or not: use Pathwise for other "
                  "continuous ones.");
    if constexpr (detail::LinkedStandardized<Q>) {
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
      using Law = detail::Standardized<std::remove_cvref_t<decltype(q.distribution())>>;
      detail::require_at_least("GeneralizedReparameterization", "n", n, Baseline::least > 1 ? Baseline::least : 1);
      const Batch<T>& theta = q.distribution().theta();
      detail::CorrectedPath<T> path;
      path.x = q.sample(rng, n);
      const Index d = path.x.rows(), cols = path.x.cols(), points = q.batch_size();
      path.slope.resize(2 * d, cols);
      path.correction.resize(2 * d, cols);
      for (Index i = 0; i < d; ++i)
        for (Index b = 0; b < points; ++b) {
          const Law law(static_cast<double>(theta(i, b)), static_cast<double>(theta(d + i, b)));
          for (Index c = b; c < cols; c += points) {
            const auto slopes = law.at(static_cast<double>(path.x(i, c)));
            for (const Index p : {0, 1}) {
              path.slope(p * d + i, c) = static_cast<T>(slopes.h[static_cast<std::size_t>(p)]);
              path.correction(p * d + i, c) = static_cast<T>(slopes.correction[static_cast<std::size_t>(p)]);
            }
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
template <class B>
GeneralizedReparameterization(B) -> GeneralizedReparameterization<B>;
GeneralizedReparameterization() -> GeneralizedReparameterization<NoBaseline>;

}  // namespace variate

#pragma once
/// One pass of estimators that send a gradient of f through a draw of a discrete family, biased or not.
#include <string_view>
#include <utility>

#include "variate/estimators/detail/kept.hpp"
#include "variate/estimators/detail/relaxation.hpp"
#include "variate/estimators/detail/relaxation_categorical.hpp"
#include "variate/random/fill.hpp"

namespace variate::detail {

/// f at the points x, whose gradients g go to theta by `to_theta(g)`: both K x nB. Samples with a value or gradient that is not finite
/// are dropped: `copy(to, from)` overwrites what else belongs to a column of x.
template <class Q, class F, class ToTheta, class Copy>
Estimate<ScalarOf<Q>> through_points(const Q& q, const F& f, Lent<Batch<ScalarOf<Q>>> x, Index n, ToTheta to_theta,
                                    Copy copy) {
  using T = ScalarOf<Q>;
  Kept<T> kept(n, q.batch_size());
  Estimate<T> estimate;
  const auto attempt = [&] {
    estimate.evaluations += x.cols();
    const auto e = variate::evaluate(f, x);
    if (kept.drop_non_finite(e.value)) return false;
    const Lent<Row<T>> w = kept.weights();
    Lent<Batch<T>> g;
    estimate.f = e.pullback(w, g);
    if (kept.drop_non_finite(g)) return false;
    estimate.value = e.value.dot(w);
    estimate.q = to_parameters<false>(q, to_theta(g), e, w);
    return true;
  };
  bool done = attempt();
  while (!done && kept.patch(1, [&](Index to, Index from) {
    x.col(to) = x.col(from);
    copy(to, from);
  }))
    done = attempt();
  if (!done) return refused<T>(kept.dropped(), estimate.evaluations);
  estimate.dropped = kept.dropped();
  return estimate;
}

template <class Q, class F>
inline constexpr bool accepts_smooth = [] {
  if constexpr (Relaxable<Q>) return DifferentiableIntegrand<F, ScalarOf<Q>>; else return false;
}();

/// What those estimators say when they are given something else.
template <class Q, class F>
constexpr Never explain_smooth() {
  static_assert(Relaxable<Q>, "this estimator needs a distribution with a relaxation: Bernoulli or OneHotCategorical, bound or not.");
  if constexpr (Relaxable<Q>) {
    explain_values<Q, F>();
    static_assert(DifferentiableIntegrand<F, ScalarOf<Q>> || !Integrand<F, ScalarOf<Q>>,
                  "this estimator needs the model's gradient by x: write value_and_gradient(x, gradient), "
                  "or wrap a generic model in differentiable(model), or use Disarm or Reinforce.");
  }
  return {};
}

}  // namespace variate::detail

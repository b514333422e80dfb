#pragma once
/// The gradient of E_q[loss] by q's parameters, and what it is made of, as free functions.
#include "variate/estimators/baselines/none.hpp"
#include "variate/estimators/pathwise.hpp"
#include "variate/estimators/reinforce.hpp"
#include "variate/inference/loss_integrand.hpp"
#include "variate/parallel/executor.hpp"

namespace variate {

/// One estimate and the samples it was made from.
template <class T>
struct LossSamples {
  Estimate<T> estimate;   ///< mean loss of the kept samples, and its gradient by q's parameters
  Batch<T> theta;         ///< d x n: the samples
  Row<T> losses;          ///< of each; NaN where there is none
  Batch<T> jacobians;     ///< d x n: dloss/dtheta of each; empty where none was asked for
  Index skipped = 0;      ///< outputs that losses left out
};

namespace detail {

/// Can the estimator do without Jacobians?
template <class Estimator, class Q, class L, class R, class E>
inline constexpr bool needs_jacobians = !accepts<Estimator, Q, LossIntegrand<L, ScalarOf<Q>, R, E, false>>;

template <class Estimator, class Q, class L, class R, class E>
LossSamples<ScalarOf<Q>> estimate_loss(const Estimator& estimator, const L& loss, const Q& q, const Batch<ScalarOf<Q>>& data,
                                       R& rng, Index n, const Differentiation& how, E& executor) {
  using T = ScalarOf<Q>;
  static_assert(Loss<L, T, R>,
                "a loss is called with a Vector<T> of parameters, a Batch<T> of data and an engine (or the first of these alone), "
                "and returns a number.");
  constexpr bool jacobians = needs_jacobians<Estimator, Q, L, R, E>;
  static_assert(!jacobians || DifferentiableLoss<L, T, R>,
                "this estimator needs the loss's derivatives, and the loss can be called with plain numbers alone: write it as a "
                "template of the number type (Dual, Reverse), give it value_and_gradient(theta, data, rng, gradient), or estimate "
                "by the score: Reinforce<LeaveOneOut>{}.");
  if constexpr (Loss<L, T, R> && (!jacobians || DifferentiableLoss<L, T, R>)) {
    const LossIntegrand<L, T, R, E, jacobians> f(loss, data, rng, executor, how);
    LossSamples<T> samples{estimator(q, f, rng, n), {}, {}, {}, 0};
    samples.estimate.evaluations = f.runs();
    samples.theta = f.points();
    samples.losses = f.losses();
    samples.jacobians = f.jacobians();
    samples.skipped = f.skipped();
    return samples;
  } else {
    return {};
  }
}

}  // namespace detail

/// E_q[loss] and its gradient from n samples by any estimator. Samples whose loss or Jacobian is not finite are dropped and counted;
/// if none is left the estimate is not finite. InvalidArgument if there are fewer samples than the estimator needs.
template <class L, class Q, class R, class Estimator = Pathwise, Executor E = const SerialExecutor>
LossSamples<ScalarOf<Q>> compute_and_differentiate_loss(const L& loss, const Q& q, const Batch<ScalarOf<Q>>& data, R& rng, Index n,
                                                        const Estimator& estimator, const Differentiation& how, E& executor) {
  return detail::estimate_loss(estimator, loss, q, data, rng, n, how, executor);
}
template <class L, class Q, class R, class Estimator = Pathwise>
LossSamples<ScalarOf<Q>> compute_and_differentiate_loss(const L& loss, const Q& q, const Batch<ScalarOf<Q>>& data, R& rng, Index n,
                                                        const Estimator& estimator = {}, const Differentiation& how = {}) {
  const SerialExecutor here;
  return detail::estimate_loss(estimator, loss, q, data, rng, n, how, here);
}
/// Its pathwise half: (1/n) sum_i J_i dtheta_i/dparams, with J_i = dloss/dtheta at sample i.
template <class L, class Q, class R>
LossSamples<ScalarOf<Q>> compute_and_differentiate_loss_pathwise(const L& loss, const Q& q, const Batch<ScalarOf<Q>>& data, R& rng,
                                                                 Index n, const Differentiation& how = {}) {
  return compute_and_differentiate_loss(loss, q, data, rng, n, Pathwise{}, how);
}
/// Its score half: (1/n) sum_i loss_i dlog q(theta_i)/dparams, the losses recentred by a baseline. Losses are only evaluated.
template <class Baseline = NoBaseline, class L, class Q, class R>
LossSamples<ScalarOf<Q>> compute_and_differentiate_loss_score(const L& loss, const Q& q, const Batch<ScalarOf<Q>>& data, R& rng,
                                                              Index n, const Baseline& baseline = {}) {
  return compute_and_differentiate_loss(loss, q, data, rng, n, Reinforce<Baseline>{baseline});
}

}  // namespace variate

#pragma once
#include "variate/estimators/detail/kept.hpp"

namespace variate {

/// Reparameterisation gradient (Kingma and Welling 2014; Rezende et al. 2014): draw x = T(eps, params) and pull df/dx back through T.
///
/// grad E_q[f(x)] = E[(dx/dparams)^T df/dx] + E[partial of f by q's parameters, x held]; the second term exists only for objectives
/// that look at q, such as the ELBO, and `Elbo<StickingTheLanding>` leaves it out. Unbiased. Needs `q.rsample` and df/dx.
/// One call of f on n columns for each data point. Samples whose value or gradient is not finite are dropped and counted; if a data
/// point has none left, the estimate is not finite and steppers refuse it. Throws InvalidArgument if n < 1.
struct Pathwise {
  template <class Q, class F>
  static constexpr bool accepts = [] {
    if constexpr (Reparameterizable<Q>) return DifferentiableIntegrand<F, ScalarOf<Q>>; else return false;
  }();

  template <class Q, class F>
  static constexpr detail::Never explain() {
    static_assert(Reparameterizable<Q>,
                  "Pathwise needs q.rsample(rng, n), and this distribution has none (discrete ones cannot): "
                  "use Reinforce<LeaveOneOut>, or a relaxation of it.");
    if constexpr (Reparameterizable<Q>) {
      detail::explain_values<Q, F>();
      static_assert(DifferentiableIntegrand<F, ScalarOf<Q>> || !Integrand<F, ScalarOf<Q>>,
                    "Pathwise needs the model's gradient by x: write value_and_gradient(x, gradient), "
                    "or wrap a generic model in differentiable(model), or use Reinforce.");
    }
    return {};
  }

  template <class Q, class F, class R>
  Estimate<ScalarOf<Q>> operator()(const Q& q, const F& f, R& rng, Index n) const {
    if constexpr (!accepts<Q, F>) {
      return explain<Q, F>();
    } else {
      using T = ScalarOf<Q>;
      detail::require_at_least("Pathwise", "n", n, 1);
      const auto draw = q.rsample(rng, n);
      detail::Kept<T> kept(n, q.batch_size());
      Index evaluations = 0;
      Estimate<T> estimate;
      const auto attempt = [&](const Batch<T>& x) {
        evaluations += x.cols();
        const auto e = variate::evaluate(f, x);
        if (kept.drop_non_finite(e.value)) return false;
        const detail::Lent<Row<T>> w = kept.weights();
        detail::Lent<Batch<T>> g;
        estimate.f = e.pullback(w, g);
        if (kept.drop_non_finite(g)) return false;
        estimate.value = e.value.dot(w);
        if constexpr (requires { e.direct_theta(w); draw.theta_pullback(g); }) {
          estimate.q = detail::to_parameters<false>(q, draw.theta_pullback(g), e, w);
        } else {
          estimate.q = draw.pullback(g);
          detail::add_direct<T>(e, w, estimate.q);
        }
        return true;
      };
      bool done = attempt(draw.value);
      if (!done) {
        Batch<T> x = draw.value;
        while (!done && kept.patch(x, 1)) done = attempt(x);
      }
      if (!done) return detail::refused<T>(kept.dropped(), evaluations);
      estimate.dropped = kept.dropped();
      estimate.evaluations = evaluations;
      return estimate;
    }
  }
};

}  // namespace variate

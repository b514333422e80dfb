#pragma once
#include "variate/estimators/detail/kept.hpp"
#include "variate/math/exp.hpp"

namespace variate {

/// No sampling: the expectation and its gradient by summing over every point q can take. The oracle for discrete estimators, and the
/// best estimator where the support is small.
///
/// grad E_q[f] = sum_x q(x) f(x) grad log q(x) (+ the partial by q's own parameters, for objectives that look at q). The arguments rng
/// and n are not used. A point of positive probability whose value is not finite makes the estimate not finite; points of
/// probability zero do not count. One call of f on M x B columns, M = number of points.
struct Exact {
  template <class Q, class F>
  static constexpr bool accepts = [] {
    if constexpr (Enumerable<Q>) return Integrand<F, ScalarOf<Q>>; else return false;
  }();

  template <class Q, class F>
  static constexpr detail::Never explain() {
    static_assert(Enumerable<Q>,
                  "Exact needs q.support(), all points as columns, and q.evaluate(x): only distributions over a finite set have "
                  "one. Use Pathwise or Reinforce.");
    if constexpr (Enumerable<Q>)
      detail::explain_values<Q, F>();
    return {};
  }

  template <class Q, class F, class R>
  Estimate<ScalarOf<Q>> operator()(const Q& q, const F& f, R& /*rng*/, Index /*n*/) const {
    if constexpr (!accepts<Q, F>) {
      return explain<Q, F>();
    } else {
      using T = ScalarOf<Q>;
      const Batch<T> support = q.support();
      const Index points = q.batch_size();
      Batch<T> x(support.rows(), support.cols() * points);
      for (Index i = 0; i < x.rows(); ++i)
        for (Index m = 0; m < support.cols(); ++m) x.row(i).segment(m * points, points).setConstant(support(i, m));

      const auto log_q = q.evaluate(x);
      Row<T> w = log_q.value;
      math::exp(w.data(), w.data(), w.size());  // Eigen's own exp never reaches zero
      w /= static_cast<T>(points);
      for (Index c = 0; c < w.size(); ++c)  // impossible points: evaluated at a possible one, so that nothing is 0 * infinity
        if (w(c) == T(0)) {
          Index good = c % points;
          while (w(good) == T(0)) good += points;
          x.col(c) = x.col(good);
        }
      const auto e = variate::evaluate(f, x);
      const Row<T> values = e.value;
      Estimate<T> estimate;
      estimate.evaluations = x.cols();
      estimate.value = values.dot(w);
      estimate.q = q.evaluate(x).pullback(Row<T>(w.cwiseProduct(values)));
      detail::add_direct<T>(e, w, estimate.q);
      estimate.f = e.pullback(w);
      return estimate;
    }
  }
};

}  // namespace variate

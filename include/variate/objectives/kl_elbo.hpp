#pragma once
/// The evidence lower bound with the divergence from the prior in closed form.
#include <utility>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/distributions/kl.hpp"

namespace variate {
namespace detail {

/// f - KL(q || prior) on a batch.
template <class T, class FE, class Q, class Prior>
struct KlElboEvaluation {
  FE f;
  const Q& q;
  const Prior& prior;
  Row<T> value;

  Vector<T> pullback(const Row<T>& w) const { return f.pullback(w); }
  Vector<T> pullback(const Row<T>& w, Batch<T>& g) const
    requires DifferentiableEvaluation<FE, T>
  {
    return f.pullback(w, g);
  }
  void slopes(const Row<T>& w, Batch<T>& g) const
    requires DifferentiableEvaluation<FE, T>
  {
    if constexpr (requires { f.slopes(w, g); }) f.slopes(w, g);
    else f.pullback(w, g);
  }
  Vector<T> direct(const Row<T>& w) const { return q.link_pullback(direct_theta(w)); }
  /// The same for q's theta, K x B.
  Batch<T> direct_theta(const Row<T>& w) const {
    const Index points = q.batch_size();
    Row<T> of_point = Row<T>::Zero(points);
    for (Index c = 0; c < w.size(); c += points) of_point -= w.segment(c, points);
    return closed_kl(q.distribution(), prior.distribution(), &of_point).gradient;
  }
};

template <class Q, class F, class Prior>
struct KlElboIntegrand {
  using T = ScalarOf<Q>;
  using FE = decltype(variate::evaluate(std::declval<const F&>(), std::declval<const Batch<T>&>()));

  const Q& q;
  const F& f;
  const Prior& prior;
  Row<T> divergence = kl(q, prior);

  KlElboEvaluation<T, FE, Q, Prior> evaluate(const Batch<T>& x) const {
    KlElboEvaluation<T, FE, Q, Prior> e{variate::evaluate(f, x), q, prior, {}};
    e.value = e.f.value;
    subtract(e.value);
    return e;
  }
  /// Second derivatives are those of f: the divergence does not depend on x.
  auto hessian_vector_product(const Batch<T>& x, const Batch<T>& v, const Row<T>& w) const
    requires requires { f.hessian_vector_product(x, v, w); }
  {
    auto second = f.hessian_vector_product(x, v, w);
    subtract(second.value);
    return second;
  }
  auto hessian_vector_product(const Batch<T>& x, const Batch<T>& v, const Row<T>& w, PointsOnly only) const
    requires requires { f.hessian_vector_product(x, v, w, only); }
  {
    auto second = f.hessian_vector_product(x, v, w, only);
    subtract(second.value);
    return second;
  }

 private:
  void subtract(Row<T>& value) const {
    for (Index c = 0; c < value.size(); c += divergence.size()) value.segment(c, divergence.size()) -= divergence;
  }
};

}  // namespace detail

/// ELBO = E_q[log p(x | z)] - KL(q || prior), the divergence and its gradient exact (Kingma and Welling 2014, equation 10):
/// `KlElbo{prior}(q, log_likelihood)` is what an estimator is given. It borrows all three. `log_likelihood` is log p(x | z) without
/// the prior, one number a column. Needs a pair of families of known divergence (see kl.hpp); the prior's parameters do not learn.
template <class Prior>
struct KlElbo {
  Prior prior;  ///< for one data point (the same for all), or for as many as q has

  template <class Q, class F>
  static constexpr bool accepts = [] {
    if constexpr (HasKl<Q, Prior>) return Integrand<F, ScalarOf<Q>>;
    else return false;
  }();
  template <class Q, class F>
  static constexpr detail::Never explain() {
    static_assert(HasKl<Q, Prior>,
                  "KlElbo needs a closed form of KL(q || prior), and there is none for this pair: put the prior into the model and "
                  "use Elbo<StickingTheLanding>.");
    if constexpr (HasKl<Q, Prior>)
      static_assert(Integrand<F, ScalarOf<Q>>,
                    "the model must be callable on a batch and return one number a column: "
                    "Row<T> operator()(const Batch<T>& x) const (or evaluate(x), or value_and_gradient(x, gradient)).");
    return {};
  }

  template <class Q, class F>
  detail::KlElboIntegrand<Q, F, Prior> operator()(const Q& q, const F& log_likelihood) const {
    return {q, log_likelihood, prior};
  }
};
template <class P>
KlElbo(P) -> KlElbo<P>;

}  // namespace variate

#pragma once
/// The evidence lower bound with the divergence from the prior in closed form.
#include <utility>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/distributions/kl.hpp"
#include "variate/objectives/detail/with_term.hpp"

namespace variate {
namespace detail {

/// -KL(q || prior), see WithTerm.
template <class Q, class Prior>
struct KlTerm {
  using T = ScalarOf<Q>;
  const Q& q;
  const Prior& prior;

  Lent<Row<T>> values() const {
    Lent<Row<T>> terms = kl(q, prior);
    terms = -terms;
    return terms;
  }
  Vector<T> pullback(const Row<T>& w) const { return q.link_pullback(theta_pullback(w)); }
  Lent<Batch<T>> theta_pullback(const Row<T>& w) const {
    const Lent<Row<T>> negative = -w;
    return closed_kl(q.distribution(), prior.distribution(), &negative).gradient;
  }
};

}  // namespace detail

/// ELBO = E_q[log p(x | z)] - KL(q || prior), the divergence and its gradient exact (Kingma and Welling 2014, equation 10):
/// `KlElbo{prior}(q, log_likelihood)` is what an estimator is given. It borrows all three. `log_likelihood` is log p(x | z)
/// without the prior, one number a column. Needs a pair of families of known divergence (see kl.hpp); the prior's parameters do
/// not learn.
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
    static_assert(
        HasKl<Q, Prior>,
        "KlElbo needs a closed form of KL(q || prior), and there is none for this pair: put the prior into the model and "
        "use Elbo<StickingTheLanding>.");
    if constexpr (HasKl<Q, Prior>)
      static_assert(Integrand<F, ScalarOf<Q>>,
                    "the model must be callable on a batch and return one number a column: "
                    "Row<T> operator()(const Batch<T>& x) const (or evaluate(x), or value_and_gradient(x, gradient)).");
    return {};
  }

  template <class Q, class F>
  detail::WithTerm<ScalarOf<Q>, F, detail::KlTerm<Q, Prior>> operator()(const Q& q, const F& log_likelihood) const {
    return {log_likelihood, {q, prior}};
  }
};
template <class P>
KlElbo(P) -> KlElbo<P>;

}  // namespace variate

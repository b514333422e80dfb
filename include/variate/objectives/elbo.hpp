#pragma once
/// The evidence lower bound as an integrand of q: ELBO = E_q[log p(x) - log q(x)] = E_q[log p] + H(q).
#include <optional>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/core/spare.hpp"
#include "variate/objectives/detail/with_term.hpp"

namespace variate {

/// Log q is sampled and differentiated in full: through the draw, and directly by q's parameters (mean zero, but not variance
/// zero).
struct SampledEntropy {};
/// Log q is sampled; its direct derivative, whose mean is zero, is left out, so that the pathwise gradient's variance vanishes
/// where q is the posterior (Roeder, Wu and Duvenaud 2017). For score estimators the same as SampledEntropy.
struct StickingTheLanding {};
/// E_q[log p] is sampled, H(q) and its gradient are exact. Needs a family that knows its entropy.
struct ClosedFormEntropy {};

namespace detail {

/// log p - log q on a batch, with every way back.
template <class T, class FE, class QE, class Entropy>
struct ElboEvaluation {
  static constexpr bool direct_mean_is_zero = true;
  static constexpr bool direct_is_whole = std::is_same_v<Entropy, SampledEntropy>;

  FE f;
  QE q;
  Lent<Row<T>> value;

  Vector<T> score(const Row<T>& w) const { return q.pullback(w); }
  Vector<T> pullback(const Row<T>& w) const { return f.pullback(w); }
  Vector<T> pullback(const Row<T>& w, Batch<T>& g) const
    requires DifferentiableEvaluation<FE, T> && DifferentiableEvaluation<QE, T>
  {
    Vector<T> own = f.pullback(w, g);
    subtract_slopes_of_q(w, g);
    return own;
  }
  /// G alone, without the partials by the parameters of either.
  void slopes(const Row<T>& w, Batch<T>& g) const
    requires DifferentiableEvaluation<FE, T> && DifferentiableEvaluation<QE, T>
  {
    if constexpr (requires { f.slopes(w, g); }) f.slopes(w, g);
    else f.pullback(w, g);
    subtract_slopes_of_q(w, g);
  }
  Vector<T> direct(const Row<T>& w) const {
    if constexpr (std::is_same_v<Entropy, SampledEntropy>) return -q.pullback(w);
    else return {};
  }
  /// The same for q's theta, K x B.
  Batch<T> direct_theta(const Row<T>& w) const
    requires requires(const QE& e) { e.theta_pullback(w); }
  {
    if constexpr (std::is_same_v<Entropy, SampledEntropy>) return -q.theta_pullback(w);
    else return {};
  }

 private:
  void subtract_slopes_of_q(const Row<T>& w, Batch<T>& g) const {
    Lent<Batch<T>> from_q;
    if constexpr (requires { q.theta_pullback(w, from_q); }) Lent<Batch<T>>(q.theta_pullback(w, from_q));
    else Lent<Vector<T>>(q.pullback(w, from_q));
    g -= from_q;
  }
};

/// H(q), see WithTerm.
template <class Q>
struct EntropyTerm {
  using T = ScalarOf<Q>;
  const Q& q;

  Lent<Row<T>> values() const { return q.entropy(); }
  Vector<T> pullback(const Row<T>& w) const { return q.entropy_pullback(w); }
  Lent<Batch<T>> theta_pullback(const Row<T>& w) const
    requires requires(const Q& bound) { bound.distribution().entropy_pullback(w); }
  {
    const Lent<Vector<T>> flat = q.distribution().entropy_pullback(w);
    return Eigen::Map<const Batch<T>>(flat.data(), flat.size() / q.batch_size(), q.batch_size());
  }
};

template <class Q, class F, class Entropy>
struct ElboIntegrand {
  using T = ScalarOf<Q>;
  using FE = decltype(variate::evaluate(std::declval<const F&>(), std::declval<const Batch<T>&>()));
  using QE = decltype(std::declval<const Q&>().evaluate(std::declval<const Batch<T>&>()));

  const Q& q;
  const F& f;

  ElboEvaluation<T, FE, QE, Entropy> evaluate(const Batch<T>& x) const {
    ElboEvaluation<T, FE, QE, Entropy> e{variate::evaluate(f, x), q.evaluate(x), {}};
    e.value = e.f.value - e.q.value;
    return e;
  }
};

template <class Q, class F>
struct ElboIntegrand<Q, F, ClosedFormEntropy> : WithTerm<ScalarOf<Q>, F, EntropyTerm<Q>> {
  ElboIntegrand(const Q& q, const F& log_density) : WithTerm<ScalarOf<Q>, F, EntropyTerm<Q>>(log_density, {q}) {}
};

}  // namespace detail

/// `Elbo<Entropy>{}(q, log_density)` is what an estimator is given: it borrows both. `log_density` is log p(data, x), one number
/// a column, up to a constant. `Entropy` is SampledEntropy, StickingTheLanding (the default) or ClosedFormEntropy.
template <class Entropy = StickingTheLanding>
struct Elbo {
  template <class Q, class F>
  static constexpr bool accepts = [] {
    if constexpr (!Scoreable<Q>) return false;
    else if constexpr (std::is_same_v<Entropy, ClosedFormEntropy>) return HasEntropy<Q> && Integrand<F, ScalarOf<Q>>;
    else return Integrand<F, ScalarOf<Q>>;
  }();

  template <class Q, class F>
  static constexpr detail::Never explain() {
    static_assert(
        Scoreable<Q>,
        "The ELBO needs log q with its way back: give the distribution evaluate(x), whose result has .value (one number a "
        "column) and pullback(w) = sum_c w_c grad log q(x_c).");
    if constexpr (Scoreable<Q>) {
      static_assert(!std::is_same_v<Entropy, ClosedFormEntropy> || HasEntropy<Q>,
                    "ClosedFormEntropy needs q.entropy() and q.entropy_pullback(w), and this family has none: "
                    "use Elbo<StickingTheLanding>.");
      static_assert(Integrand<F, ScalarOf<Q>>,
                    "the model must be callable on a batch and return one number a column: "
                    "Row<T> operator()(const Batch<T>& x) const (or evaluate(x), or value_and_gradient(x, gradient)).");
    }
    return {};
  }

  template <class Q, class F>
  detail::ElboIntegrand<Q, F, Entropy> operator()(const Q& q, const F& log_density) const {
    return {q, log_density};
  }
};

}  // namespace variate

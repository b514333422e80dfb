#pragma once
/// f plus a term that depends on q alone, one number for each data point: its entropy, minus its divergence from a prior.
#include <utility>

#include "variate/core/concepts.hpp"
#include "variate/core/spare.hpp"

namespace variate::detail {

/// f + term on a batch. `Term` borrows what it is of: `values()` 1 x B, `pullback(w)` = sum_b w_b dterm_b/dparams of q, and,
/// where it has it, `theta_pullback(w)`, the same for q's theta, K x B.
template <class T, class FE, class Term>
struct WithTermEvaluation {
  FE f;
  Term term;
  Index points;
  Lent<Row<T>> value;

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
  Vector<T> direct(const Row<T>& w) const { return term.pullback(summed(w)); }
  Batch<T> direct_theta(const Row<T>& w) const
    requires requires(const Term& t) { t.theta_pullback(w); }
  {
    return term.theta_pullback(summed(w));
  }

 private:
  /// Over the samples of each data point.
  Lent<Row<T>> summed(const Row<T>& w) const {
    Lent<Row<T>> of_point = Row<T>::Zero(points);
    for (Index c = 0; c < w.size(); c += points) of_point += w.segment(c, points);
    return of_point;
  }
};

/// The integrand f + term. The term is the same whatever the points: computed once.
template <class T, class F, class Term>
class WithTerm {
  using FE = decltype(variate::evaluate(std::declval<const F&>(), std::declval<const Batch<T>&>()));

 public:
  WithTerm(const F& integrand, Term term) : f(integrand), term_(std::move(term)), values_(term_.values()) {}

  WithTermEvaluation<T, FE, Term> evaluate(const Batch<T>& x) const {
    WithTermEvaluation<T, FE, Term> e{variate::evaluate(f, x), term_, values_.size(), {}};
    e.value = e.f.value;
    add_to(e.value);
    return e;
  }
  /// Second derivatives are those of f. `only` may be PointsOnly.
  template <class... Only>
    requires requires(const F& g, const Batch<T>& x, const Row<T>& w, Only... only) {
      g.hessian_vector_product(x, x, w, only...);
    }
  auto hessian_vector_product(const Batch<T>& x, const Batch<T>& v, const Row<T>& w, Only... only) const {
    auto second = f.hessian_vector_product(x, v, w, only...);
    add_to(second.value);
    return second;
  }

  const F& f;

 private:
  void add_to(Row<T>& value) const {
    for (Index c = 0; c < value.size(); c += values_.size()) value.segment(c, values_.size()) += values_;
  }

  Term term_;
  Lent<Row<T>> values_;
};

}  // namespace variate::detail

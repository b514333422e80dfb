#pragma once
/// Independent choices among few values: what a coordinate can be, and how it is written into a batch. `FiniteChoice<D>` for
/// each family that is made of such coordinates.
#include <cmath>

#include "variate/core/types.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/distributions/categorical.hpp"
#include "variate/distributions/one_hot_categorical.hpp"

namespace variate::detail {

/// `classes(q)`; `labels(q, x)` is what was chosen, d x columns; `probs(q)` has variable i's class k in row i*K + k, (d*K) x B;
/// `put(q, i, k, column)` writes class k of variable i into a column; `pull(q, g)` takes slopes by the log weights of all
/// classes, (d*K) x columns, to slopes by theta.
template <class D>
struct FiniteChoice {
  static constexpr bool exists = false;
};

template <class S>
struct FiniteChoice<Bernoulli<S>> {
  static constexpr bool exists = true;
  static Index classes(const Bernoulli<S>&) { return 2; }
  static Batch<S> labels(const Bernoulli<S>&, const Batch<S>& x) { return x; }
  static Batch<S> probs(const Bernoulli<S>& q) {
    const Batch<S>& logits = q.logits();
    Batch<S> p(2 * logits.rows(), logits.cols());
    for (Index i = 0; i < logits.rows(); ++i)
      for (Index b = 0; b < logits.cols(); ++b) {
        const S odds = std::exp(-std::abs(logits(i, b))), high = S(1) / (S(1) + odds), low = odds * high;
        p(2 * i, b) = logits(i, b) > S(0) ? low : high;
        p(2 * i + 1, b) = logits(i, b) > S(0) ? high : low;
      }
    return p;
  }
  template <class Column>
  static void put(const Bernoulli<S>&, Index i, Index k, Column&& x) {
    x(i) = static_cast<S>(k);
  }
  static Batch<S> pull(const Bernoulli<S>&, const Batch<S>& g) {
    Batch<S> of_logits(g.rows() / 2, g.cols());
    for (Index i = 0; i < of_logits.rows(); ++i) of_logits.row(i) = g.row(2 * i + 1);
    return of_logits;
  }
};

template <class S>
struct FiniteChoice<Categorical<S>> {
  static constexpr bool exists = true;
  static Index classes(const Categorical<S>& q) { return q.classes(); }
  static Batch<S> labels(const Categorical<S>&, const Batch<S>& x) { return x; }
  static Batch<S> probs(const Categorical<S>& q) { return q.probs(); }
  template <class Column>
  static void put(const Categorical<S>&, Index i, Index k, Column&& x) {
    x(i) = static_cast<S>(k);
  }
  static Batch<S> pull(const Categorical<S>&, Batch<S> g) { return g; }
};

template <class S>
struct FiniteChoice<OneHotCategorical<S>> {
  static constexpr bool exists = true;
  static Index classes(const OneHotCategorical<S>& q) { return q.classes(); }
  static Batch<S> labels(const OneHotCategorical<S>& q, const Batch<S>& x) { return q.labels(x); }
  static Batch<S> probs(const OneHotCategorical<S>& q) { return q.probs(); }
  template <class Column>
  static void put(const OneHotCategorical<S>& q, Index i, Index k, Column&& x) {
    x.segment(i * q.classes(), q.classes()).setZero();
    x(i * q.classes() + k) = S(1);
  }
  static Batch<S> pull(const OneHotCategorical<S>&, Batch<S> g) { return g; }
};

}  // namespace variate::detail

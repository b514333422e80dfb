#pragma once
/// Which samples count: the one place where samples with a non-finite value or gradient are dropped.
#include <cmath>
#include <limits>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/core/finite.hpp"
#include "variate/core/spare.hpp"

namespace variate::detail {

/// The columns of an S x B table that are kept. A weight of zero does not drop a sample (0 * infinity is NaN on the way back), so
/// a bad column is overwritten by a good one of the same data point, evaluated again, and weighed by zero.
template <class T>
class Kept {
 public:
  Kept(Index samples, Index points) : samples_(samples), points_(points) {}

  Index dropped() const { return dropped_; }
  /// 1 for a column that counts, 0 for one that was dropped.
  Lent<Row<T>> keep() const {
    if (dropped_ == 0) return Row<T>::Ones(samples_ * points_);
    return keep_;
  }

  /// Drops the columns where some row is not finite; true if there were any.
  template <class Derived>
  bool drop_non_finite(const Eigen::DenseBase<Derived>& values) {
    if (all_finite(values)) return false;
    if (dropped_ == 0) keep_.setOnes(samples_ * points_);
    for (Index c = 0; c < keep_.size(); ++c)
      if (!all_finite(values.derived().col(c)) && keep_(c) != T(0)) {
        keep_(c) = T(0);
        ++dropped_;
      }
    return true;
  }

  /// As below, for one batch of points.
  bool patch(Batch<T>& x, Index least) {
    return patch(least, [&](Index to, Index from) { x.col(to) = x.col(from); });
  }
  /// Has copy(to, from) overwrite what belongs to each dropped column. False, and the step is to be refused, if a data point has
  /// fewer than `least` good ones or if nothing more could be dropped (the integrand is not a function of its points).
  template <class Copy>
  bool patch(Index least, Copy copy) {
    if (dropped_ == patched_) return false;
    patched_ = dropped_;
    for (Index b = 0; b < points_; ++b) {
      Index good = -1, count = 0;
      for (Index s = 0; s < samples_; ++s)
        if (keep_(s * points_ + b) != T(0)) {
          good = s * points_ + b;
          ++count;
        }
      if (count < least) return false;
      for (Index s = 0; s < samples_; ++s)
        if (keep_(s * points_ + b) == T(0)) copy(s * points_ + b, good);
    }
    return true;
  }

  /// The mean of the kept values of each data point, and over the data points.
  T mean(const Row<T>& values) const { return dropped_ == 0 ? values.mean() : values.dot(weights()); }
  /// The weight of each column in the mean over the kept samples of each data point and over the data points.
  Lent<Row<T>> weights() const {
    if (dropped_ == 0) return Row<T>::Constant(samples_ * points_, T(1) / static_cast<T>(samples_ * points_));
    Row<T> count = Row<T>::Zero(points_);
    for (Index s = 0; s < samples_; ++s) count += keep_.segment(s * points_, points_);
    Row<T> w(keep_.size());
    for (Index s = 0; s < samples_; ++s)
      w.segment(s * points_, points_) = keep_.segment(s * points_, points_).array() / (count.array() * static_cast<T>(points_));
    return w;
  }

 private:
  Index samples_, points_, dropped_ = 0, patched_ = 0;
  Row<T> keep_;  ///< made when the first is dropped
};

/// There is nothing to pull back to: a plain call, or one with a gradient by its points alone.
template <class E, class T>
inline constexpr bool without_parameters = std::is_same_v<E, PlainEvaluation<T>> || std::is_same_v<E, GradientEvaluation<T>>;

/// What an estimator answers when there is nothing to average: not finite, so that the step is not taken.
template <class T>
Estimate<T> refused(Index dropped, Index evaluations) {
  Estimate<T> estimate;
  estimate.value = std::numeric_limits<T>::quiet_NaN();
  estimate.dropped = dropped;
  estimate.evaluations = evaluations;
  return estimate;
}

/// The partial of the objective by q's own parameters, where the evaluation has one (see DirectEvaluation).
template <class T, class E>
void add_direct(const E& evaluation, const Row<T>& w, Vector<T>& gradient) {
  if constexpr (DirectEvaluation<E, T>) {
    const Lent<Vector<T>> direct = evaluation.direct(w);
    if (direct.size() != 0) gradient += direct;
  }
}

/// As above, for score estimators: left out where the objective says that its mean is zero (E_q[score] = 0).
template <class T, class E>
void add_direct_unless_zero_mean(const E& evaluation, const Row<T>& w, Vector<T>& gradient) {
  if constexpr (!requires { requires E::direct_mean_is_zero; }) add_direct<T>(evaluation, w, gradient);
}

/// From theta to q's parameters, the direct partial with it: the link is gone through once. g is K x SB; the direct partial of
/// objectives whose own says that its mean is zero is left out if `scored`.
template <bool scored, class T, class Q, class E>
Vector<T> to_parameters(const Q& q, Batch<T> g, const E& e, const Row<T>& w) {
  const GivesBack at_end(g);
  constexpr bool left_out = scored && requires { requires E::direct_mean_is_zero; };
  if constexpr (!left_out && requires { e.direct_theta(w); }) {
    const Lent<Batch<T>> direct = e.direct_theta(w);
    if (direct.size() != 0) g.leftCols(direct.cols()) += direct;
    return q.link_pullback(g);
  } else {
    Vector<T> gradient = q.link_pullback(g);
    if constexpr (!left_out) add_direct<T>(e, w, gradient);
    return gradient;
  }
}

/// g_c = w_c df/dx_c alone, where the evaluation can leave its parameters out.
template <class T, class E>
void slopes(const E& e, const Row<T>& w, Batch<T>& g) {
  if constexpr (requires { e.slopes(w, g); }) e.slopes(w, g);
  else e.pullback(w, g);
}

/// sum_c w_c grad log q(x_c): from the objective's own evaluation of q where it has one, from q's score without the density where
/// it has that, else by evaluating q.
template <class T, class E, class Q>
Vector<T> score(const E& evaluation, const Q& q, const Batch<T>& x, const Row<T>& w) {
  if constexpr (requires { evaluation.score(w); }) return evaluation.score(w);
  else if constexpr (requires { q.score(x, w); }) return q.score(x, w);
  else return q.evaluate(x).pullback(w);
}
/// The same with the objective's direct partial, w those of the mean over the samples and `recentred` those of the scores.
template <class T, class E, class Q>
Vector<T> score_with_direct(const E& e, const Q& q, const Batch<T>& x, const Row<T>& recentred, const Row<T>& w) {
  if constexpr (
      !requires { q.score(x, w); } &&
      requires {
        e.direct_theta(w);
        q.distribution().score(x, w);
      }) {
    Lent<Batch<T>> g = e.direct_theta(w);
    const Lent<Vector<T>> flat = q.distribution().score(x, recentred);
    if (g.size() == 0) g.setZero(flat.size() / q.batch_size(), q.batch_size());
    g += Eigen::Map<const Batch<T>>(flat.data(), g.rows(), g.cols());
    return q.link_pullback(g);
  } else {
    Vector<T> gradient = score<T>(e, q, x, recentred);
    add_direct_unless_zero_mean<T>(e, w, gradient);
    return gradient;
  }
}

/// What estimators that need no more than values say of a model that gives none.
template <class Q, class F>
constexpr void explain_values() {
  static_assert(Integrand<F, ScalarOf<Q>>,
                "the model must be callable on a batch and return one number a column: "
                "Row<T> operator()(const Batch<T>& x) const (or evaluate(x), or value_and_gradient(x, gradient)).");
}

}  // namespace variate::detail

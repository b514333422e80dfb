#pragma once
/// Data points seen as coordinates: the rows of a matrix as one event.
#include <memory>
#include <string>
#include <utility>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/distributions/detail/composite.hpp"
#include "variate/distributions/detail/theta.hpp"

namespace variate {

template <class D>
class Independent;

namespace detail {

/// d x (S n B) to (n d) x (S B): copy j's coordinates in rows j*d .. j*d+d-1.
template <class T>
Batch<T> copies_to_rows(const Batch<T>& x, Index n, Index batch) {
  const Index d = x.rows(), columns = x.cols() / n;
  Batch<T> y(n * d, columns);
  for (Index j = 0; j < n; ++j)
    for (Index i = 0; i < d; ++i)
      for (Index c = 0; c < columns; c += batch)
        for (Index b = 0; b < batch; ++b) y(j * d + i, c + b) = x(i, c * n + j * batch + b);
  return y;
}
/// And back.
template <class T>
Batch<T> rows_to_copies(const Batch<T>& y, Index n, Index batch) {
  const Index d = y.rows() / n, columns = y.cols();
  Batch<T> x(d, n * columns);
  for (Index j = 0; j < n; ++j)
    for (Index i = 0; i < d; ++i)
      for (Index c = 0; c < columns; c += batch)
        for (Index b = 0; b < batch; ++b) x(i, c * n + j * batch + b) = y(j * d + i, c + b);
  return x;
}
/// 1 x (S n B) to 1 x (S B): the sum over copies; and weights for each copy.
template <class T>
Row<T> sum_of_copies(const Row<T>& x, Index n, Index batch) {
  return copies_to_rows<T>(Batch<T>(x), n, batch).colwise().sum();
}
template <class T>
Row<T> for_each_copy(const Row<T>& w, Index n, Index batch) {
  Row<T> all(n * w.size());
  for (Index c = 0; c < w.size(); c += batch)
    for (Index j = 0; j < n; ++j) all.segment(c * n + j * batch, batch) = w.segment(c, batch);
  return all;
}

}  // namespace detail

/// A draw of every copy.
template <class D>
class IndependentDraw {
 public:
  /// Of the numbers.
  using T = ScalarOf<D>;
  Batch<T> value;  ///< (n d) x SB

  /// sum_c (dvalue_c/dparams)^T G_c, flat; and the same, K x B.
  Vector<T> pullback(const Batch<T>& g) const {
    detail::require_slopes("Independent", g, value);
    return draw_.pullback(detail::rows_to_copies(g, copies_, batch_));
  }
  Batch<T> theta_pullback(const Batch<T>& g) const { return detail::as_batch(pullback(g), batch_); }

 private:
  friend class Independent<D>;
  IndependentDraw(detail::DrawOf<D> draw, Index copies, Index batch) : draw_(std::move(draw)), copies_(copies), batch_(batch) {
    value = detail::copies_to_rows<T>(draw_.value, copies, batch);
  }

  detail::DrawOf<D> draw_;
  Index copies_, batch_;
};

/// The sum of the copies' log densities, and the ways back.
template <class D>
class IndependentEvaluation {
 public:
  /// Of the numbers.
  using T = ScalarOf<D>;
  Row<T> value;  ///< 1 x SB

  /// The weighted score, flat; and G_c = w_c dvalue_c/dx_c.
  Vector<T> pullback(const Row<T>& w) const { return piece_.pullback(weights(w)); }
  Vector<T> pullback(const Row<T>& w, Batch<T>& g) const
    requires detail::ScoreableByPoint<D>
  {
    Batch<T> slope;
    Vector<T> flat = piece_.pullback(weights(w), slope);
    g = detail::copies_to_rows(slope, copies_, batch_);
    return flat;
  }
  /// The same, K x B.
  Batch<T> theta_pullback(const Row<T>& w) const { return detail::as_batch(pullback(w), batch_); }
  Batch<T> theta_pullback(const Row<T>& w, Batch<T>& g) const
    requires detail::ScoreableByPoint<D>
  {
    return detail::as_batch(pullback(w, g), batch_);
  }

 private:
  friend class Independent<D>;
  IndependentEvaluation(const D& base, Batch<T> x, Index copies, Index batch)
      : x_(std::make_unique<const Batch<T>>(std::move(x))), piece_(base.evaluate(*x_)), copies_(copies), batch_(batch) {
    value = detail::sum_of_copies<T>(piece_.value, copies, batch);
  }
  Row<T> weights(const Row<T>& w) const {
    return detail::for_each_copy(detail::weights_inside("Independent", w, value), copies_, batch_);
  }

  std::unique_ptr<const Batch<T>> x_;  // stays where it is: the evaluation of D refers to it
  detail::EvaluationOf<D> piece_;
  Index copies_, batch_;
};

/// D's data points as coordinates of one event: `Independent(Dirichlet(c))` with c of 5 x 10 is a single distribution of ten rows
/// of five numbers; `Independent(MultivariateNormal)` has one full covariance for each block of coordinates.
///
/// D has nB data points; data point j*B + b becomes copy j of data point b, in rows j*d .. j*d+d-1 of the event. Each copy has
/// its own parameters; they lie in memory as D has them (`params()` is D's), so theta is (n K) x B, with D's row k of copy j in
/// row k*n + j. A family of independent coordinates needs none of this: `Normal` of d coordinates is already one event, its log
/// density summed.
///
/// It has what D has: `rsample`, a slope in x, `entropy`, `mean`, `variance`, `mode`, `support`, `kl`. Where one copy is outside
/// its support the log density is -inf and the whole gradient 0.
template <class D>
class Independent : public detail::Theta<ScalarOf<D>> {
  static_assert(detail::Part<D>, "Independent takes a family: one that owns its parameters and knows its score");

 public:
  using Scalar = ScalarOf<D>;

  /// All data points of `base` become one event.
  explicit Independent(D base) : Independent(std::move(base), 0) {}
  /// `copies` data points become one event. InvalidArgument unless they are a divisor of D's data points.
  Independent(D base, Index copies) : base_(std::move(base)), copies_(copies == 0 ? base_.batch_size() : copies) {
    if (copies < 0 || base_.batch_size() % copies_ != 0)
      throw InvalidArgument(detail::complaint("Independent", "number of copies", copies,
                                              "a divisor of the " + std::to_string(base_.batch_size()) + " data points"));
    prepare();
  }

  Index event_size() const { return copies_ * base_.event_size(); }
  /// Copies n in one event.
  Index copies() const { return copies_; }
  /// The distribution of the copies, with n data points for each of this.
  const D& base() const { return base_; }

  /// Takes new parameters, as D does.
  void set_params(const Vector<Scalar>& v) {
    detail::require_size("Independent", "size of params", v.size(), this->theta_.size());
    base_.set_params(v);
    prepare();
  }

  /// n draws for each data point.
  template <class Rng>
  Batch<Scalar> sample(Rng& rng, Index n) const {
    detail::columns_for("Independent", n, this->batch_size());
    return rows_of(base_.sample(rng, n));
  }
  /// n draws for each data point that remember how they were made. The draw borrows this distribution.
  template <class Rng>
    requires Reparameterizable<D>
  IndependentDraw<D> rsample(Rng& rng, Index n) const& {
    detail::columns_for("Independent", n, this->batch_size());
    return {base_.rsample(rng, n), copies_, this->batch_size()};
  }
  template <class Rng>
  void rsample(Rng& rng, Index n) const&& = delete;

  /// log density of each column (1 x columns).
  Row<Scalar> log_prob(const Batch<Scalar>& x) const { return summed(base_.log_prob(copies_of(x))); }
  /// log density with its ways back. The evaluation borrows this distribution, not x.
  IndependentEvaluation<D> evaluate(const Batch<Scalar>& x) const& { return {base_, copies_of(x), copies_, this->batch_size()}; }
  IndependentEvaluation<D> evaluate(const Batch<Scalar>& x) const&& = delete;

  /// Every combination of the copies' points, the last copy's fastest. InvalidArgument beyond 2^20.
  Batch<Scalar> support() const
    requires Enumerable<D>
  {
    const Batch<Scalar> points = base_.support();
    Batch<Scalar> all = points;
    for (Index j = 1; j < copies_; ++j) all = detail::every_pair<Scalar>("Independent", all, points);
    return all;
  }

  /// Of each coordinate, (n d) x B.
  Batch<Scalar> mean() const
    requires detail::HasMoments<D>
  {
    return rows_of(base_.mean());
  }
  Batch<Scalar> variance() const
    requires detail::HasMoments<D>
  {
    return rows_of(base_.variance());
  }
  Batch<Scalar> stddev() const
    requires detail::HasMoments<D>
  {
    return variance().cwiseSqrt();
  }
  Batch<Scalar> mode() const
    requires detail::HasMode<D>
  {
    return rows_of(base_.mode());
  }

  /// The sum of the copies' entropies, 1 x B, and sum_b w_b dH_b/dtheta, flat.
  Row<Scalar> entropy() const
    requires HasEntropy<D>
  {
    return summed(base_.entropy());
  }
  Vector<Scalar> entropy_pullback(const Row<Scalar>& w) const
    requires HasEntropy<D>
  {
    detail::require_size("Independent", "number of weights", w.size(), this->batch_size());
    return base_.entropy_pullback(detail::for_each_copy(w, copies_, this->batch_size()));
  }

  /// Itself: its own distribution behind the identity link.
  const Independent& distribution() const { return *this; }

 private:
  Batch<Scalar> rows_of(const Batch<Scalar>& x) const { return detail::copies_to_rows(x, copies_, this->batch_size()); }
  Batch<Scalar> copies_of(const Batch<Scalar>& x) const {
    detail::require_points("Independent", x, event_size(), this->batch_size());
    return detail::rows_to_copies(x, copies_, this->batch_size());
  }
  Row<Scalar> summed(const Row<Scalar>& x) const { return detail::sum_of_copies(x, copies_, this->batch_size()); }
  void prepare() { this->theta_ = detail::as_batch<Scalar>(base_.params(), base_.batch_size() / copies_); }

  D base_;
  Index copies_;
};

namespace detail {

/// The sum over copies, as many in q as in p, with as many data points.
template <class P, class Q>
  requires HasClosedKl<P, Q>
auto closed_kl(const Independent<P>& p, const Independent<Q>& q, const Row<ScalarOf<P>>* w) {
  using T = ScalarOf<P>;
  require_size("kl", "copies of q", q.copies(), p.copies());
  require_size("kl", "data points of q", q.batch_size(), p.batch_size());
  KlTerms<T> terms;
  if (w) {
    require_size("kl", "number of weights", w->size(), p.batch_size());
    const Row<T> weights = for_each_copy(*w, p.copies(), p.batch_size());
    const Batch<T> gradient = closed_kl(p.base().distribution(), q.base().distribution(), &weights).gradient;
    terms.gradient = Eigen::Map<const Batch<T>>(gradient.data(), p.theta().rows(), p.theta().cols());
  } else {
    terms.value =
        sum_of_copies<T>(closed_kl(p.base().distribution(), q.base().distribution(), w).value, p.copies(), p.batch_size());
  }
  return terms;
}

}  // namespace detail
}  // namespace variate

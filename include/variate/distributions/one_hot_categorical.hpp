#pragma once
/// Independent choices among K classes as one-hot vectors.
#include <utility>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/distributions/categorical.hpp"
#include "variate/distributions/detail/over_categorical.hpp"
#include "variate/distributions/detail/theta.hpp"

namespace variate {

template <class S>
class OneHotCategoricalEvaluation;

/// `Categorical` whose values are vectors: a 1 for the class chosen and 0 elsewhere, d variables of K numbers each, variable i's
/// class k in row i*K + k, as in the logits. theta is the logits, (d*K) x B; -inf forbids a class.
///
/// Draws are Categorical's, from the same uniforms. `log_prob` is -inf where a variable's numbers are not one 1 and else 0; that
/// variable has score 0.
template <class S = double>
class OneHotCategorical : public detail::OverCategorical<S> {
 public:
  /// One variable for each `classes` rows of logits; 0 means a single variable with as many classes as there are rows. What is
  /// refused is what Categorical refuses.
  explicit OneHotCategorical(Batch<S> logits, Index classes = 0)
      : detail::OverCategorical<S>(Categorical<S>(std::move(logits), classes)) {}
  static OneHotCategorical from_theta(Batch<S> logits, Index classes = 0) {
    return OneHotCategorical(std::move(logits), classes);
  }
  /// From probabilities (or weights that need not sum to 1): none negative, not all of a variable 0.
  static OneHotCategorical from_probs(const Batch<S>& probs, Index classes = 0) {
    return OneHotCategorical(Categorical<S>::from_probs(probs, classes).logits(), classes);
  }

  /// Takes new logits. ShapeError if their number differs, InvalidArgument if one is NaN or +inf or a variable has only -inf;
  /// then nothing has changed.
  void set_params(const Vector<S>& v) { this->set_logits(name, v); }

  /// n draws for each data point, (d*K) x nB. InvalidArgument if n < 1.
  template <class Rng>
  Batch<S> sample(Rng& rng, Index n) const {
    detail::require_at_least(name, "number of samples", n, 1);
    return vectors(this->choice_.sample(rng, n));
  }
  /// log probability of each column (1 x columns).
  Row<S> log_prob(const Batch<S>& x) const { return this->choice_.log_prob(labels(x)); }
  /// log probability with its way back. The evaluation borrows this distribution.
  OneHotCategoricalEvaluation<S> evaluate(const Batch<S>& x) const& { return {*this, labels(x)}; }
  OneHotCategoricalEvaluation<S> evaluate(const Batch<S>& x) const&& = delete;

  /// All K^d points, (d*K) x K^d; the last variable changes fastest. InvalidArgument beyond 2^20 points.
  Batch<S> support() const { return vectors(this->choice_.support()); }

  /// Moments of each number, (d*K) x B.
  Batch<S> mean() const { return this->probs(); }
  Batch<S> variance() const { return this->spread(); }
  Batch<S> stddev() const { return variance().cwiseSqrt(); }
  /// The most probable class, the first of equals.
  Batch<S> mode() const { return vectors(this->choice_.mode()); }

  /// In nats, 1 x B.
  Row<S> entropy() const { return this->choice_.entropy(); }
  /// sum_b w_b dH_b/dtheta, flat.
  Vector<S> entropy_pullback(const Row<S>& w) const {
    detail::require_size(name, "number of weights", w.size(), this->batch_size());
    return this->choice_.entropy_pullback(w);
  }

  /// Class numbers as vectors: d x columns to (d*K) x columns. A number that is no class is all 0.
  Batch<S> vectors(const Batch<S>& classes) const {
    const Index k = this->classes();
    Batch<S> x(classes.rows() * k, classes.cols());
    for (Index r = 0; r < x.rows(); ++r) x.row(r) = (classes.row(r / k).array() == static_cast<S>(r % k)).template cast<S>();
    return x;
  }
  /// Vectors as class numbers, -1 for what is not one-hot. ShapeError unless x fits.
  Batch<S> labels(const Batch<S>& x) const {
    detail::require_points(name, x, this->event_size(), this->batch_size());
    const Index k = this->classes();
    Batch<S> classes = Batch<S>::Zero(x.rows() / k, x.cols());
    Row<S> ones(x.cols()), zeros(x.cols());
    for (Index i = 0; i < classes.rows(); ++i) {
      ones.setZero();
      zeros.setZero();
      for (Index c = 0; c < k; ++c) {
        const auto row = x.row(i * k + c).array();
        const Row<S> one = (row == S(1)).template cast<S>();
        ones += one;
        zeros += (row == S(0)).template cast<S>().matrix();
        classes.row(i) += static_cast<S>(c) * one;
      }
      classes.row(i) = (ones.array() == S(1) && zeros.array() == static_cast<S>(k - 1)).select(classes.row(i).array(), S(-1));
    }
    return classes;
  }

  /// Itself: a plain family is its own distribution behind the identity link.
  const OneHotCategorical& distribution() const { return *this; }

 private:
  friend class OneHotCategoricalEvaluation<S>;
  static constexpr const char* name = "OneHotCategorical";
};

/// The log probability of a batch of points, and the way back from it.
template <class S>
class OneHotCategoricalEvaluation {
 public:
  Row<S> value;  ///< 1 x SB

  /// (d*K) x B: for each data point, sum over its samples of w (x - p).
  Batch<S> theta_pullback(const Row<S>& w) const {
    detail::require_size(OneHotCategorical<S>::name, "number of weights", w.size(), value.size());
    return q_->categorical().evaluate(labels_).theta_pullback(w);
  }
  /// The weighted score, flat.
  Vector<S> pullback(const Row<S>& w) const { return detail::flattened(theta_pullback(w)); }

 private:
  friend class OneHotCategorical<S>;
  OneHotCategoricalEvaluation(const OneHotCategorical<S>& q, Batch<S> labels)
      : value(q.categorical().log_prob(labels)), q_(&q), labels_(std::move(labels)) {}

  const OneHotCategorical<S>* q_;
  Batch<S> labels_;
};

template <class A>
OneHotCategorical(const Eigen::MatrixBase<A>&, Index = 0) -> OneHotCategorical<typename A::Scalar>;

namespace detail {

/// That of the classes' numbers.
template <class T>
auto closed_kl(const OneHotCategorical<T>& p, const OneHotCategorical<T>& q, const Row<T>* w)
    -> decltype(closed_kl(p.categorical(), q.categorical(), w)) {
  return closed_kl(p.categorical(), q.categorical(), w);
}

}  // namespace detail
}  // namespace variate

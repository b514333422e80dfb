#pragma once
/// A choice among distributions of one family.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/distributions/detail/composite.hpp"
#include "variate/distributions/detail/theta.hpp"
#include "variate/math/log_sum_exp.hpp"
#include "variate/random/fill.hpp"

namespace variate {

template <class D>
class Mixture;

namespace detail {

/// softmax of each column for use as weights: what is so small that its products would be subnormal numbers, which processors are
/// many times slower with, is 0.
template <class T>
Batch<T> weights_of(const Batch<T>& log_weights) {
  constexpr T least = std::numeric_limits<T>::min() / (std::numeric_limits<T>::epsilon() * std::numeric_limits<T>::epsilon());
  Batch<T> weights = math::softmax(log_weights);
  T* w = weights.data();
  for (Index i = 0; i < weights.size(); ++i) w[i] = w[i] < least ? T(0) : w[i];
  return weights;
}

}  // namespace detail

/// log sum_k w_k p_k(x), and the ways back.
template <class D>
class MixtureEvaluation {
 public:
  /// Of the numbers.
  using T = ScalarOf<D>;
  Row<T> value;  ///< 1 x SB

  /// The weighted score, flat; and G_c = w_c dvalue_c/dx_c.
  Vector<T> pullback(const Row<T>& w) const {
    return pulled(w, [](const auto& piece, const Row<T>& weights) { return Vector<T>(piece.pullback(weights)); });
  }
  Vector<T> pullback(const Row<T>& w, Batch<T>& g) const
    requires detail::ScoreableByPoint<D>
  {
    g.resize(0, 0);
    Batch<T> slope;
    return pulled(w, [&](const auto& piece, const Row<T>& weights) {
      Vector<T> flat = piece.pullback(weights, slope);
      if (g.size() == 0) g = slope;
      else g += slope;
      return flat;
    });
  }
  /// The same, K x B.
  Batch<T> theta_pullback(const Row<T>& w) const { return detail::as_batch(pullback(w), q_->batch_size()); }
  Batch<T> theta_pullback(const Row<T>& w, Batch<T>& g) const
    requires detail::ScoreableByPoint<D>
  {
    return detail::as_batch(pullback(w, g), q_->batch_size());
  }
  /// Probability of each component given each point, K x SB; 0 where no component has the point, and below 4e-277 (float:
  /// 8e-25).
  const Batch<T>& responsibilities() const { return responsibilities_; }

 private:
  friend class Mixture<D>;
  MixtureEvaluation(const Mixture<D>& q, const Batch<T>& x) : q_(&q) {
    detail::require_points("Mixture", x, q.event_size(), q.batch_size());
    Batch<T> joint(q.components(), x.cols());
    for (Index k = 0; k < q.components(); ++k) {
      pieces_.push_back(q.component(k).evaluate(x));
      joint.row(k) = pieces_.back().value;
    }
    q.add_log_weights(joint);
    value = math::log_sum_exp(joint);
    responsibilities_ = detail::weights_of(joint);
  }

  template <class F>
  Vector<T> pulled(const Row<T>& w, F of_piece) const {
    const Row<T> inside = detail::weights_inside("Mixture", w, value);
    const Index batch = q_->batch_size();
    // dvalue/dlogit_k = responsibility - weight; each component's score counts by its responsibility.
    Batch<T> weighted = responsibilities_ * inside.asDiagonal();
    const Row<T> total = detail::folded<T>(Batch<T>(inside), batch);
    const Batch<T> logits = detail::folded<T>(weighted, batch) - q_->weights() * total.asDiagonal();
    Vector<T> flat(q_->params().size());
    flat.head(logits.size()) = detail::flattened(logits);
    Index at = logits.size();
    for (std::size_t k = 0; k < pieces_.size(); ++k) {
      const Vector<T> part = of_piece(pieces_[k], Row<T>(weighted.row(static_cast<Index>(k))));
      flat.segment(at, part.size()) = part;
      at += part.size();
    }
    return flat;
  }

  const Mixture<D>* q_;
  std::vector<detail::EvaluationOf<D>> pieces_;
  Batch<T> responsibilities_;
};

/// p(x) = sum_k w_k p_k(x), K distributions of one family D on the same space, w = softmax(logits). theta: K rows of logits, then
/// each component's theta; one column a data point.
///
/// `log_prob` is a log-sum-exp, the score weighs each component's by its responsibility. `sample` takes a uniform number for each
/// column (`uniforms(rng, 1, nB)`) for the choice, then the components draw in turn. There is no `rsample`: a choice has no
/// derivative; `GaussianMixture` has one. Sums over the choice are exact by `weights()`, `component_log_prob` and
/// `responsibilities`.
template <class D>
class Mixture : public detail::Theta<ScalarOf<D>> {
  static_assert(detail::Part<D>, "the components of a Mixture are families: they own their parameters and know their score");

 public:
  using Scalar = ScalarOf<D>;

  /// Equal weights. InvalidArgument if there is no component, ShapeError if they differ in event size or data points.
  explicit Mixture(const std::vector<D>& components) : Mixture(equal_logits(components), components) {}
  /// Unnormalised log weights, K x B finite numbers.
  Mixture(const Batch<Scalar>& logits, std::vector<D> components) : components_(std::move(components)) {
    detail::require_at_least("Mixture", "number of components", this->components(), 1);
    detail::require_size("Mixture", "rows of logits", logits.rows(), this->components());
    detail::require_finite("Mixture", "logits", logits);
    for (Index k = 0; k < this->components(); ++k) {
      const std::string which = " of component " + std::to_string(k);
      detail::require_size("Mixture", "event size" + which, component(k).event_size(), component(0).event_size());
      detail::require_size("Mixture", "data points" + which, component(k).batch_size(), component(0).batch_size());
    }
    detail::require_size("Mixture", "columns of logits", logits.cols(), component(0).batch_size());
    prepare(logits);
  }

  Index event_size() const { return component(0).event_size(); }
  /// Number of components K.
  Index components() const { return static_cast<Index>(components_.size()); }
  /// The k-th of them.
  const D& component(Index k) const { return components_[static_cast<std::size_t>(k)]; }
  /// Normalised, K x B.
  const Batch<Scalar>& weights() const { return weights_; }
  /// Their logarithms.
  const Batch<Scalar>& log_weights() const { return log_weights_; }

  /// Takes new parameters. ShapeError if their number differs, InvalidArgument if a logit is not finite; what the components
  /// refuse; then nothing has changed.
  void set_params(const Vector<Scalar>& v) {
    detail::require_size("Mixture", "size of params", v.size(), this->theta_.size());
    detail::require_finite("Mixture", "params", v);
    std::vector<D> changed = components_;
    Index at = log_weights_.size();
    for (D& one : changed) {
      const Index size = one.params().size();
      one.set_params(v.segment(at, size));
      at += size;
    }
    components_ = std::move(changed);
    prepare(Eigen::Map<const Batch<Scalar>>(v.data(), log_weights_.rows(), log_weights_.cols()));
  }

  /// n draws for each data point, d x nB.
  template <class Rng>
  Batch<Scalar> sample(Rng& rng, Index n) const {
    const Index batch = this->batch_size(), cols = detail::columns_for("Mixture", n, batch);
    const std::vector<Index> chosen = choices(uniforms<Scalar>(rng, 1, cols));
    Batch<Scalar> x(event_size(), cols);
    std::vector<Index> count(static_cast<std::size_t>(batch));
    const auto counted = [&](Index k, auto&& found) {
      std::fill(count.begin(), count.end(), Index{0});
      for (Index c = 0; c < cols; ++c)
        if (chosen[static_cast<std::size_t>(c)] == k) found(c, count[static_cast<std::size_t>(c % batch)]++);
      return *std::max_element(count.begin(), count.end());
    };
    for (Index k = 0; k < components(); ++k) {
      const Index most = counted(k, [](Index, Index) {});
      if (most == 0) continue;
      const Batch<Scalar> draws = component(k).sample(rng, most);
      counted(k, [&](Index c, Index i) { x.col(c) = draws.col(i * batch + c % batch); });
    }
    return x;
  }

  /// log density of each column (1 x columns).
  Row<Scalar> log_prob(const Batch<Scalar>& x) const { return math::log_sum_exp(joint_log_prob(x)); }
  /// log density with its ways back. The evaluation borrows x and this distribution.
  MixtureEvaluation<D> evaluate(const Batch<Scalar>& x) const& { return {*this, x}; }
  MixtureEvaluation<D> evaluate(const Batch<Scalar>& x) const&& = delete;
  MixtureEvaluation<D> evaluate(Batch<Scalar>&& x) const& = delete;

  /// log p_k of each column, K x columns.
  Batch<Scalar> component_log_prob(const Batch<Scalar>& x) const {
    detail::require_points("Mixture", x, event_size(), this->batch_size());
    Batch<Scalar> value(components(), x.cols());
    for (Index k = 0; k < components(); ++k) value.row(k) = component(k).log_prob(x);
    return value;
  }
  /// Log probability of each component given each column, K x columns; -inf where no component has the point.
  Batch<Scalar> log_responsibilities(const Batch<Scalar>& x) const { return math::log_softmax(joint_log_prob(x)); }
  /// The probabilities themselves; 0 where no component has the point.
  Batch<Scalar> responsibilities(const Batch<Scalar>& x) const { return math::softmax(joint_log_prob(x)); }

  /// Every point of the components. InvalidArgument if they do not share one support.
  Batch<Scalar> support() const
    requires Enumerable<D>
  {
    const Batch<Scalar> points = component(0).support();
    for (Index k = 1; k < components(); ++k) {
      const Batch<Scalar> others = component(k).support();
      if (others.cols() != points.cols() || others != points)
        throw InvalidArgument("Mixture: component " + std::to_string(k) +
                              " has another support than component 0, expected the same");
    }
    return points;
  }

  /// P(X_i <= x_i) of each coordinate alone, d x columns.
  Batch<Scalar> cdf(const Batch<Scalar>& x) const
    requires requires(const D& d) { d.cdf(x); }
  {
    detail::require_points("Mixture", x, event_size(), this->batch_size());
    return averaged([&](const D& d) { return d.cdf(x); });
  }
  /// Of each coordinate, d x B.
  Batch<Scalar> mean() const
    requires detail::HasMoments<D>
  {
    return averaged([](const D& d) { return d.mean(); });
  }
  /// Within the components and between their means.
  Batch<Scalar> variance() const
    requires detail::HasMoments<D>
  {
    const Batch<Scalar> centre = mean();
    return averaged([&](const D& d) { return Batch<Scalar>(d.variance().array() + (d.mean() - centre).array().square()); });
  }
  Batch<Scalar> stddev() const
    requires detail::HasMoments<D>
  {
    return variance().cwiseSqrt();
  }

  /// Itself: its own distribution behind the identity link.
  const Mixture& distribution() const { return *this; }

 protected:
  /// log w_k + log p_k of each column.
  Batch<Scalar> joint_log_prob(const Batch<Scalar>& x) const {
    Batch<Scalar> joint = component_log_prob(x);
    add_log_weights(joint);
    return joint;
  }

 private:
  friend class MixtureEvaluation<D>;

  static Batch<Scalar> equal_logits(const std::vector<D>& components) {
    return Batch<Scalar>::Zero(static_cast<Index>(components.size()), components.empty() ? 0 : components[0].batch_size());
  }

  void prepare(const Batch<Scalar>& logits) {
    log_weights_ = math::log_softmax(logits);
    weights_ = math::softmax(logits);
    Index rows = logits.rows();
    for (const D& one : components_) rows += one.params().size() / logits.cols();
    Batch<Scalar> theta(rows, logits.cols());
    theta.topRows(logits.rows()) = logits;
    rows = logits.rows();
    for (const D& one : components_) {
      const Batch<Scalar> part = detail::as_batch<Scalar>(one.params(), logits.cols());
      theta.middleRows(rows, part.rows()) = part;
      rows += part.rows();
    }
    this->theta_ = std::move(theta);
  }

  /// joint(k, c) += log w_k of column c's data point.
  void add_log_weights(Batch<Scalar>& joint) const {
    const Index batch = this->batch_size();
    for (Index k = 0; k < joint.rows(); ++k) {
      if (batch == 1) joint.row(k).array() += log_weights_(k, 0);
      else
        for (Index c = 0; c < joint.cols(); c += batch) joint.row(k).segment(c, batch) += log_weights_.row(k);
    }
  }
  /// The component whose stretch of (0, 1) holds each number.
  std::vector<Index> choices(const Batch<Scalar>& u) const {
    std::vector<Index> chosen(static_cast<std::size_t>(u.cols()));
    for (Index c = 0; c < u.cols(); ++c) {
      const Index b = c % this->batch_size();
      Index k = 0, likely = 0;
      Scalar left = u(0, c);
      for (; k < components(); ++k) {
        if (weights_(k, b) > weights_(likely, b)) likely = k;
        left -= weights_(k, b);
        if (left < 0) break;
      }
      chosen[static_cast<std::size_t>(c)] = k < components() ? k : likely;  // weights may add up to a little less than 1
    }
    return chosen;
  }
  /// sum_k w_k f(component k), for d x SB tables.
  template <class F>
  Batch<Scalar> averaged(F f) const {
    const Index batch = this->batch_size();
    Batch<Scalar> sum;
    for (Index k = 0; k < components(); ++k) {
      Batch<Scalar> part = f(component(k));
      for (Index c = 0; c < part.cols(); ++c) part.col(c) *= weights_(k, c % batch);
      if (k == 0) sum = std::move(part);
      else sum += part;
    }
    return sum;
  }

  std::vector<D> components_;
  Batch<Scalar> log_weights_, weights_;
};

template <class A, class D>
Mixture(const Eigen::MatrixBase<A>&, std::vector<D>) -> Mixture<D>;

}  // namespace variate

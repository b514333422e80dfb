#pragma once
/// Independent choices among K classes, by their logits.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/distributions/detail/cells.hpp"
#include "variate/distributions/detail/enumerate.hpp"
#include "variate/distributions/detail/theta.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/log.hpp"
#include "variate/math/log1p.hpp"
#include "variate/random/fill.hpp"

namespace variate {

template <class S>
class CategoricalEvaluation;

/// d independent variables, each one of K classes; a value is the class's number 0 .. K-1. theta is the logits, (d*K) x B:
/// variable i's class k in row i*K + k. A logit of -inf forbids its class, as long as one class of the variable remains.
///
/// `sample` takes u from `uniforms(rng, d*K, nB)` and the class with the largest logit - log(-log u): Gumbel's trick, so that
/// the relaxed estimators couple with it. `log_prob` is -inf for a forbidden class and for a number that is no class; the
/// latter has score 0.
template <class S = double>
class Categorical : public detail::Theta<S> {
 public:
  using Scalar = S;

  /// One variable for each `classes` rows of logits; 0 means a single variable with as many classes as there are rows.
  explicit Categorical(Batch<S> logits, Index classes = 0)
      : detail::Theta<S>(checked(std::move(logits), classes)), classes_(classes) {
    if (classes_ == 0) classes_ = this->theta_.rows();
    prepare();
  }
  static Categorical from_theta(Batch<S> logits, Index classes = 0) { return Categorical(std::move(logits), classes); }
  /// From probabilities (or weights that need not sum to 1): none negative, not all of a variable 0.
  static Categorical from_probs(const Batch<S>& probs, Index classes = 0) {
    detail::require_each<DomainError>("Categorical", "probs", probs, "a finite number >= 0",
                                      [](S p) { return p >= 0 && std::isfinite(p); });
    return Categorical(Batch<S>(probs.array().log().matrix()), classes);
  }

  /// Number of variables d.
  Index event_size() const { return this->theta_.rows() / classes_; }
  /// Number of classes K of each variable.
  Index classes() const { return classes_; }
  /// Unnormalised log probabilities, as given.
  const Batch<S>& logits() const { return this->theta_; }
  /// Normalised, (d*K) x B.
  const Batch<S>& probs() const { return probs_; }
  /// Normalised log probabilities.
  const Batch<S>& log_probs() const { return log_probs_; }

  /// Takes new logits. ShapeError if their number differs, InvalidArgument if one is NaN or +inf or a variable has only -inf;
  /// then nothing has changed.
  void set_params(const Vector<S>& v) {
    detail::require_size("Categorical", "size of params", v.size(), this->theta_.size());
    this->theta_ = checked(Eigen::Map<const Batch<S>>(v.data(), this->theta_.rows(), this->theta_.cols()), classes_);
    prepare();
  }

  /// n draws for each data point, d x nB. InvalidArgument if n < 1.
  template <class Rng>
  Batch<S> sample(Rng& rng, Index n) const {
    const Index batch = this->batch_size(), cols = detail::columns_for("Categorical", n, batch);
    const Batch<S> u = uniforms<S>(rng, this->theta_.rows(), cols);
    // The largest logit - log(-log u) is the smallest -log(u)/p: whichever exponential clock of rate p rings first.
    using V = detail::Packet<S>;
    constexpr Index lanes = detail::packet_size<S>;
    const Batch<S> wait = probs_.cwiseInverse();
    Batch<S> x(event_size(), cols);
    for (Index i = 0; i < x.rows(); ++i) {
      // `count` columns from c on, their mean waits by mean_wait(row)
      const auto race = [&](Index c, Index count, auto mean_wait) {
        V first(-std::numeric_limits<S>::infinity()), winner(S(0));
        for (Index k = 0; k < classes_; ++k) {
          const Index row = i * classes_ + k;
          const V rings = math::log(detail::load_some(u.data() + row * cols + c, count, S(0.5))) * mean_wait(row);  // less than 0
          const auto wins = rings > first;
          winner = select(wins, V(static_cast<S>(k)), winner);
          first = select(wins, rings, first);
        }
        detail::store_some(winner, x.data() + i * cols + c, count);
      };
      if (batch == 1) {
        constexpr std::size_t wide = 4;  // registers side by side: a logarithm waits for itself
        Index c = 0;
        for (; c + static_cast<Index>(wide) * lanes <= cols; c += static_cast<Index>(wide) * lanes) {
          std::array<V, wide> first, winner;
          first.fill(V(-std::numeric_limits<S>::infinity()));
          winner.fill(V(S(0)));
          for (Index k = 0; k < classes_; ++k) {
            const S* from = u.data() + (i * classes_ + k) * cols + c;
            const V mean_wait(wait(i * classes_ + k, 0)), label(static_cast<S>(k));
            for (std::size_t j = 0; j < wide; ++j) {
              const V rings = math::log(V::load(from + static_cast<Index>(j) * lanes)) * mean_wait;
              const auto wins = rings > first[j];
              winner[j] = select(wins, label, winner[j]);
              first[j] = select(wins, rings, first[j]);
            }
          }
          for (std::size_t j = 0; j < wide; ++j) winner[j].store(x.data() + i * cols + c + static_cast<Index>(j) * lanes);
        }
        for (; c < cols; c += lanes) race(c, std::min(lanes, cols - c), [&](Index row) { return V(wait(row, 0)); });
      } else {
        for (Index s = 0; s < cols; s += batch)
          for (Index b = 0; b < batch; b += lanes) {
            const Index count = std::min(lanes, batch - b);
            race(s + b, count, [&](Index row) { return detail::load_some(wait.data() + row * batch + b, count, S(1)); });
          }
      }
    }
    return x;
  }

  /// log probability of each column (1 x columns).
  Row<S> log_prob(const Batch<S>& x) const {
    const Index batch = this->batch_size(), cols = x.cols();
    detail::require_points("Categorical", x, event_size(), batch);
    Row<S> value = Row<S>::Zero(cols);
    for (Index i = 0; i < x.rows(); ++i)
      for (Index s = 0; s < cols; s += batch)
        for (Index b = 0; b < batch; ++b) {
          const Index k = class_of(x(i, s + b));
          value[s + b] += k < 0 ? -std::numeric_limits<S>::infinity() : log_probs_(i * classes_ + k, b);
        }
    return value;
  }
  /// log probability with its way back. The evaluation borrows x and this distribution.
  CategoricalEvaluation<S> evaluate(const Batch<S>& x) const& { return {*this, x}; }
  CategoricalEvaluation<S> evaluate(const Batch<S>& x) const&& = delete;
  CategoricalEvaluation<S> evaluate(Batch<S>&& x) const& = delete;

  /// All K^d points, d x K^d; the last variable changes fastest. InvalidArgument beyond 2^20 points.
  Batch<S> support() const { return detail::all_points<S>("Categorical", event_size(), classes_); }

  /// Moments of the class's number, d x B.
  Batch<S> mean() const {
    return by_variable([this](Index i, Index b) { return expected(i, b, [](S k) { return k; }); });
  }
  Batch<S> variance() const {
    const Batch<S> centre = mean();
    return by_variable([&](Index i, Index b) { return expected(i, b, [m = centre(i, b)](S k) { return (k - m) * (k - m); }); });
  }
  Batch<S> stddev() const { return variance().cwiseSqrt(); }
  /// The most probable class, the first of equals, d x B.
  Batch<S> mode() const {
    return by_variable([this](Index i, Index b) {
      Index best = 0;
      for (Index k = 1; k < classes_; ++k)
        if (log_probs_(i * classes_ + k, b) > log_probs_(i * classes_ + best, b)) best = k;
      return static_cast<S>(best);
    });
  }

  /// In nats, 1 x B. A forbidden class adds nothing.
  Row<S> entropy() const { return entropies().colwise().sum(); }
  /// sum_b w_b dH_b/dtheta, flat: -p (log p + H of the variable).
  Vector<S> entropy_pullback(const Row<S>& w) const {
    detail::require_size("Categorical", "number of weights", w.size(), this->batch_size());
    const Batch<S> h = entropies();
    Batch<S> g(this->theta_.rows(), this->theta_.cols());
    for (Index r = 0; r < g.rows(); ++r)
      for (Index b = 0; b < g.cols(); ++b)
        g(r, b) = probs_(r, b) > 0 ? -w[b] * probs_(r, b) * (log_probs_(r, b) + h(r / classes_, b)) : S(0);
    return detail::flattened(g);
  }

  /// Itself: a plain family is its own distribution behind the identity link.
  const Categorical& distribution() const { return *this; }

 private:
  friend class CategoricalEvaluation<S>;

  static Batch<S> checked(Batch<S> logits, Index classes) {
    detail::require_at_least("Categorical", "rows of logits", logits.rows(), 1);
    detail::require_at_least("Categorical", "columns of logits", logits.cols(), 1);
    detail::require_at_least("Categorical", "classes", classes, 0);
    const Index k = classes == 0 ? logits.rows() : classes;
    if (logits.rows() % k != 0)
      throw ShapeError(detail::complaint("Categorical", "rows of logits", logits.rows(),
                                         "a multiple of the " + std::to_string(k) + " classes"));
    detail::require_each<InvalidArgument>("Categorical", "logits", logits, "a finite number or -inf",
                                          [](S v) { return v < std::numeric_limits<S>::infinity(); });
    for (Index i = 0; i < logits.rows(); i += k)
      for (Index b = 0; b < logits.cols(); ++b)
        if (logits.col(b).segment(i, k).maxCoeff() == -std::numeric_limits<S>::infinity())
          throw InvalidArgument("Categorical: all logits of variable " + std::to_string(i / k) +
                                " are -inf, expected a finite one");
    return logits;
  }

  /// The class a number stands for, or -1.
  Index class_of(S x) const {
    if (!(x >= 0 && x < static_cast<S>(classes_))) return -1;
    const auto k = static_cast<Index>(x);
    return static_cast<S>(k) == x ? k : -1;
  }

  void prepare() {
    const Index batch = this->batch_size();
    log_probs_ = this->theta_;
    for (Index i = 0; i < log_probs_.rows(); i += classes_)
      for (Index b = 0; b < batch; ++b) {
        const S largest = log_probs_.col(b).segment(i, classes_).maxCoeff();
        for (Index k = i; k < i + classes_; ++k) log_probs_(k, b) -= largest;
      }
    probs_.resize(log_probs_.rows(), batch);
    math::exp(log_probs_.data(), probs_.data(), probs_.size());
    // log sum exp = log1p(all but one largest), which keeps the log probability of a near-certain class.
    Batch<S> rest(event_size(), batch), log_total(event_size(), batch);
    for (Index i = 0; i < rest.rows(); ++i)
      for (Index b = 0; b < batch; ++b) {
        bool found = false;
        S others = 0;
        for (Index k = i * classes_; k < (i + 1) * classes_; ++k) {
          const bool largest = !found && log_probs_(k, b) == 0;
          found = found || largest;
          others += largest ? S(0) : probs_(k, b);
        }
        rest(i, b) = others;
      }
    math::log1p(rest.data(), log_total.data(), rest.size());
    for (Index r = 0; r < probs_.rows(); ++r) {
      log_probs_.row(r) -= log_total.row(r / classes_);
      probs_.row(r).array() /= S(1) + rest.row(r / classes_).array();
    }
  }

  template <class F>
  Batch<S> by_variable(F f) const {
    Batch<S> out(event_size(), this->batch_size());
    for (Index i = 0; i < out.rows(); ++i)
      for (Index b = 0; b < out.cols(); ++b) out(i, b) = f(i, b);
    return out;
  }
  template <class F>
  S expected(Index i, Index b, F f) const {
    S total = 0;
    for (Index k = 0; k < classes_; ++k) total += probs_(i * classes_ + k, b) * f(static_cast<S>(k));
    return total;
  }
  /// Of each variable, d x B.
  Batch<S> entropies() const {
    return by_variable([this](Index i, Index b) {
      S h = 0;
      for (Index r = i * classes_; r < (i + 1) * classes_; ++r)
        if (probs_(r, b) > 0) h -= probs_(r, b) * log_probs_(r, b);
      return h;
    });
  }

  Index classes_;
  Batch<S> log_probs_, probs_;  ///< (d*K) x B
};

/// The log probability of a batch of points, and the way back from it.
template <class S>
class CategoricalEvaluation {
 public:
  Row<S> value;  ///< 1 x SB

  /// (d*K) x B: for each data point, sum over its samples of w (onehot(x) - p).
  Batch<S> theta_pullback(const Row<S>& w) const {
    detail::require_size("Categorical", "number of weights", w.size(), value.size());
    const Index batch = q_->batch_size(), classes = q_->classes();
    Batch<S> g = Batch<S>::Zero(q_->theta().rows(), batch);
    Row<S> total(batch);
    for (Index i = 0; i < x_->rows(); ++i) {
      total.setZero();
      for (Index s = 0; s < w.size(); s += batch)
        for (Index b = 0; b < batch; ++b)
          if (const Index k = q_->class_of((*x_)(i, s + b)); k >= 0) {
            g(i * classes + k, b) += w[s + b];
            total[b] += w[s + b];
          }
      for (Index k = i * classes; k < (i + 1) * classes; ++k) g.row(k).array() -= q_->probs().row(k).array() * total.array();
    }
    return g;
  }
  /// The weighted score, flat.
  Vector<S> pullback(const Row<S>& w) const { return detail::flattened(theta_pullback(w)); }

 private:
  friend class Categorical<S>;
  CategoricalEvaluation(const Categorical<S>& q, const Batch<S>& x) : value(q.log_prob(x)), q_(&q), x_(&x) {}

  const Categorical<S>* q_;
  const Batch<S>* x_;
};

template <class A>
Categorical(const Eigen::MatrixBase<A>&, Index = 0) -> Categorical<typename A::Scalar>;

}  // namespace variate

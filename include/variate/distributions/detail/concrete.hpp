#pragma once
/// What the relaxed one-hot families share: points on the simplex y or their logarithms x = log y, with
///   log y_i = (logit_i + g_i)/T - log sum_j exp((logit_j + g_j)/T),   g_i Gumbel numbers,
///   log f(x) = log (K-1)! + (K-1) log T + sum_i log w_i,   w = softmax(logits - T x),   log f(y) = log f(x) - sum_i x_i
/// (C. J. Maddison, A. Mnih and Y. W. Teh, "The Concrete distribution", ICLR 2017, appendices B and C).
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/distributions/detail/classes.hpp"
#include "variate/distributions/detail/theta.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/log.hpp"
#include "variate/random/exponentials.hpp"

namespace variate::detail {

template <class S, bool logarithmic>
class ConcreteDraw;
template <class S, bool logarithmic>
class ConcreteEvaluation;

template <class S, bool logarithmic>
class Concrete : public Theta<S> {
 public:
  using Scalar = S;

  /// Numbers in a point: K for each variable.
  Index event_size() const { return this->theta_.rows(); }
  /// Number of classes K of each variable.
  Index classes() const { return classes_; }
  /// What the logits and the noise are divided by.
  S temperature() const { return temperature_; }
  /// Another temperature, for annealing. DomainError unless it is positive and finite; then nothing has changed.
  void set_temperature(S temperature) {
    require_positive(name, "temperature", temperature);
    temperature_ = temperature;
  }
  /// Unnormalised log probabilities of the classes, (d*K) x B.
  const Batch<S>& logits() const { return this->theta_; }

  /// Takes new logits. ShapeError if their number differs, InvalidArgument if one is not finite; then nothing has changed.
  void set_params(const Vector<S>& v) { this->assign(name, v); }

  /// n draws for each data point, (d*K) x nB. InvalidArgument if n < 1.
  template <class Rng>
  Batch<S> sample(Rng& rng, Index n) const {
    Batch<S> x = log_points(rng, n);
    if constexpr (!logarithmic) math::exp(x.data(), x.data(), x.size());
    return x;
  }
  /// n draws for each data point that remember their noise. The draw borrows this distribution.
  template <class Rng>
  ConcreteDraw<S, logarithmic> rsample(Rng& rng, Index n) const& {
    return {*this, log_points(rng, n)};
  }
  template <class Rng>
  ConcreteDraw<S, logarithmic> rsample(Rng& rng, Index n) const&& = delete;

  /// log density of each column (1 x columns).
  Row<S> log_prob(const Batch<S>& x) const { return evaluate(x).value; }
  /// log density with its way back. The evaluation borrows x and this distribution.
  ConcreteEvaluation<S, logarithmic> evaluate(const Batch<S>& x) const& { return {*this, x}; }
  ConcreteEvaluation<S, logarithmic> evaluate(const Batch<S>& x) const&& = delete;
  ConcreteEvaluation<S, logarithmic> evaluate(Batch<S>&& x) const& = delete;

 protected:
  Concrete(S temperature, Batch<S> logits, Index classes)
      : Theta<S>(std::move(logits)), classes_(classes_of(name, this->theta_.rows(), classes)), temperature_(temperature) {
    require_at_least(name, "columns of logits", this->theta_.cols(), 1);
    require_positive(name, "temperature", temperature);
    require_finite(name, "logits", this->theta_);
  }

 private:
  friend class ConcreteDraw<S, logarithmic>;
  friend class ConcreteEvaluation<S, logarithmic>;
  static constexpr const char* name = logarithmic ? "ExpRelaxedOneHotCategorical" : "RelaxedOneHotCategorical";

  template <class Rng>
  Batch<S> log_points(Rng& rng, Index n) const {
    Batch<S> x = gumbels<S>(rng, this->theta_.rows(), columns_for(name, n, this->batch_size()));
    const S inverse = 1 / temperature_;
    beside_logits(x, [inverse](const auto& g, const auto& logit) { return (g + logit) * inverse; });
    normalise(x);
    return x;
  }
  /// x = f(x, logits), entry by entry.
  template <class F>
  void beside_logits(Batch<S>& x, F f) const {
    const Index batch = this->batch_size();
    for (Index r = 0; r < x.rows(); ++r) {
      if (batch == 1) {
        auto row = x.row(r).array();
        row = f(row, this->theta_(r, 0));
        continue;
      }
      for (Index s = 0; s < x.cols(); s += batch) {
        auto part = x.row(r).segment(s, batch).array();
        part = f(part, this->theta_.row(r).array());
      }
    }
  }
  void normalise(Batch<S>& x) const {
    for (Index r = 0; r < x.rows(); r += classes_) log_normalise(x.data() + r * x.cols(), classes_, x.cols());
  }

  Index classes_;
  S temperature_;
};

/// A draw that remembers its noise.
template <class S, bool logarithmic>
class ConcreteDraw {
 public:
  Batch<S> value;  ///< (d*K) x SB: points, or their logarithms if that is what the family draws

  /// Logarithms of the points.
  const Batch<S>& log_value() const {
    if constexpr (logarithmic) return value;
    else return log_y_;
  }
  /// (d*K) x B: for each data point, sum over its samples of (dvalue/dlogits)^T G.
  Batch<S> theta_pullback(const Batch<S>& g) const {
    Batch<S> out = Batch<S>::Zero(q_->theta().rows(), q_->batch_size());
    const S inverse = 1 / q_->temperature();
    over_rows(g, [&](Index r, const auto& y, const auto& h, const auto& total) {
      const Row<S> each = (h - y * total) * inverse;
      out.row(r) += folded<S>(Batch<S>(each), q_->batch_size());
    });
    return out;
  }
  /// The same, flat.
  Vector<S> pullback(const Batch<S>& g) const { return flattened(theta_pullback(g)); }
  /// sum over all columns of (dvalue/dtemperature)^T G.
  S temperature_pullback(const Batch<S>& g) const {
    S sum = 0;
    over_rows(g, [&](Index r, const auto& y, const auto& h, const auto& total) {
      sum += ((h - y * total) * log_value().row(r).array()).sum();
    });
    return -sum / q_->temperature();
  }

 private:
  friend class Concrete<S, logarithmic>;
  ConcreteDraw(const Concrete<S, logarithmic>& q, Batch<S> log_y) : q_(&q) {
    if constexpr (logarithmic) {
      value = std::move(log_y);
    } else {
      value.resize(log_y.rows(), log_y.cols());
      math::exp(log_y.data(), value.data(), value.size());
      log_y_ = std::move(log_y);
    }
  }

  /// f(r, y, h, sum of h over the variable) for each row, where h is the slope by log y.
  template <class F>
  void over_rows(const Batch<S>& g, F f) const {
    require_size(q_->name, "rows of G", g.rows(), value.rows());
    require_size(q_->name, "columns of G", g.cols(), value.cols());
    const Index k = q_->classes();
    Row<S> total(value.cols()), y(value.cols());
    for (Index first = 0; first < value.rows(); first += k) {
      total.setZero();
      for (Index r = first; r < first + k; ++r) {
        if constexpr (logarithmic) total += g.row(r);
        else total.array() += g.row(r).array() * value.row(r).array();
      }
      for (Index r = first; r < first + k; ++r) {
        if constexpr (logarithmic) {
          math::exp(value.data() + r * value.cols(), y.data(), y.size());
          f(r, y.array(), g.row(r).array(), total.array());
        } else {
          f(r, value.row(r).array(), g.row(r).array() * value.row(r).array(), total.array());
        }
      }
    }
  }

  const Concrete<S, logarithmic>* q_;
  Batch<S> log_y_;
};

/// The log density of a batch of points, and the way back from it.
template <class S, bool logarithmic>
class ConcreteEvaluation {
 public:
  Row<S> value;  ///< 1 x SB

  /// (d*K) x B: for each data point, sum over its samples of w dlog_prob/dlogits; and G_c = w_c dlog_prob/dx_c, which is 0 on the
  /// edge.
  Batch<S> theta_pullback(const Row<S>& w, Batch<S>& g) const {
    g.resize(x_->rows(), x_->cols());
    return pull(w, &g);
  }
  Batch<S> theta_pullback(const Row<S>& w) const { return pull(w, nullptr); }
  /// The weighted score, flat; and G.
  Vector<S> pullback(const Row<S>& w, Batch<S>& g) const { return flattened(theta_pullback(w, g)); }
  Vector<S> pullback(const Row<S>& w) const { return flattened(theta_pullback(w)); }
  /// sum_c w_c dlog_prob/dtemperature. Columns on the edge of the support add nothing.
  S temperature_pullback(const Row<S>& w) const {
    require_size(q_->name, "number of weights", w.size(), value.size());
    const S k = static_cast<S>(q_->classes()), variables = static_cast<S>(x_->rows()) / k;
    Row<S> weight = w, share(w.size()), log_y(w.size());
    set_odd(weight, S(0));
    S sum = weight.sum() * variables * (k - 1) / q_->temperature();
    for (Index r = 0; r < x_->rows(); ++r) {
      log_y = x_->row(r);
      if constexpr (!logarithmic) math::log(log_y.data(), log_y.data(), log_y.size());
      set_odd(log_y, S(0));
      math::exp(log_shares_.data() + r * w.size(), share.data(), share.size());
      sum += (weight.array() * log_y.array() * (k * share.array() - 1)).sum();
    }
    return sum;
  }

 private:
  friend class Concrete<S, logarithmic>;
  enum class Where { edge, outside, undefined };
  /// A column that is not inside the support.
  struct Odd {
    Index column;
    Where where;
  };
  static constexpr S inf = std::numeric_limits<S>::infinity(), nan = std::numeric_limits<S>::quiet_NaN();

  ConcreteEvaluation(const Concrete<S, logarithmic>& q, const Batch<S>& x) : q_(&q), x_(&x) {
    require_points(q.name, x, q.event_size(), q.batch_size());
    const Index k = q.classes(), cols = x.cols(), variables = x.rows() / k;
    find_odd();
    log_shares_ = x;
    if constexpr (!logarithmic) math::log(x.data(), log_shares_.data(), x.size());
    for (const Odd& odd : odd_) log_shares_.col(odd.column).setZero();
    Row<S> log_jacobian = Row<S>::Zero(cols);
    if constexpr (!logarithmic)
      for (Index r = 0; r < x.rows(); ++r) log_jacobian += log_shares_.row(r);
    const S t = q.temperature();
    q.beside_logits(log_shares_, [t](const auto& log_y, const auto& logit) { return logit - t * log_y; });
    for (const Odd& odd : odd_)
      if (odd.where == Where::edge) leave_zeros(odd.column);
    q.normalise(log_shares_);
    const S constant =
        static_cast<S>(variables) * (static_cast<S>(std::lgamma(static_cast<double>(k))) + static_cast<S>(k - 1) * std::log(t));
    value = -log_jacobian;
    for (Index r = 0; r < x.rows(); ++r) value += log_shares_.row(r);
    value.array() += constant;
    for (const Odd& odd : odd_)
      value[odd.column] = odd.where == Where::undefined ? nan
                          : odd.where == Where::outside ? -inf
                                                        : at_edge(odd.column, constant);
  }

  /// Numbers of one column that are no point: a sum further than 1e-3 from 1 is nobody's rounding.
  void find_odd() {
    const Index k = q_->classes(), cols = x_->cols();
    std::vector<bool> odd(static_cast<std::size_t>(cols), false);
    Row<S> sum(cols), least(cols), y(cols);
    for (Index first = 0; first < x_->rows(); first += k) {
      sum.setZero();
      least.setConstant(inf);
      for (Index r = first; r < first + k; ++r) {
        y = x_->row(r);
        if constexpr (logarithmic) math::exp(y.data(), y.data(), cols);
        sum += y;
        least = least.cwiseMin(x_->row(r));
      }
      const S lowest = logarithmic ? -inf : S(0);
      if (((sum.array() - 1).abs() <= S(1e-3) && least.array() > lowest).all()) continue;
      for (Index c = 0; c < cols; ++c)
        if (!(std::abs(sum[c] - 1) <= S(1e-3) && least[c] > lowest)) odd[static_cast<std::size_t>(c)] = true;
    }
    for (Index c = 0; c < cols; ++c)
      if (odd[static_cast<std::size_t>(c)]) odd_.push_back({c, where(c)});
  }
  Where where(Index c) const {
    const Index k = q_->classes();
    if (x_->col(c).hasNaN()) return Where::undefined;
    if (logarithmic || x_->col(c).minCoeff() < 0) return Where::outside;
    for (Index first = 0; first < x_->rows(); first += k)
      if (!(std::abs(x_->col(c).segment(first, k).sum() - 1) <= S(1e-3))) return Where::outside;
    return Where::edge;
  }

  // Where m of a variable's K numbers are 0, the density is that of all of them going to 0 together: e^(L (m + (m-K) T)) for L
  // towards infinity, and the shares are theirs alone.
  void leave_zeros(Index c) {
    const Index k = q_->classes();
    for (Index first = 0; first < x_->rows(); first += k) {
      const auto y = x_->col(c).segment(first, k);
      for (Index i = 0; i < k; ++i) {
        const S logit = q_->theta()(first + i, c % q_->batch_size());
        const bool zeros = y.minCoeff() == 0;
        log_shares_(first + i, c) = !zeros ? logit - q_->temperature() * std::log(y[i]) : y[i] == 0 ? logit : -inf;
      }
    }
  }
  S at_edge(Index c, S constant) const {
    const Index k = q_->classes();
    const S t = q_->temperature();
    S finite = constant, growth = 0;
    for (Index first = 0; first < x_->rows(); first += k) {
      S zeros = 0;
      for (Index i = first; i < first + k; ++i) zeros += (*x_)(i, c) == 0 ? S(1) : S(0);
      growth += zeros == 0 ? S(0) : zeros + (zeros - static_cast<S>(k)) * t;
      for (Index i = first; i < first + k; ++i) {
        const S y = (*x_)(i, c), logit = q_->theta()(i, c % q_->batch_size());
        if (zeros == 0) {
          finite += log_shares_(i, c) - std::log(y);
        } else if (y == 0) {
          finite += log_shares_(i, c);
        } else {
          // logit - log sum of the zeros' e^logit, which any zero tells
          Index zero = first;
          while ((*x_)(zero, c) != 0) ++zero;
          const S log_total = q_->theta()(zero, c % q_->batch_size()) - log_shares_(zero, c);
          finite += logit - log_total - (t + 1) * std::log(y);
        }
      }
    }
    return growth > 0 ? inf : growth < 0 ? -inf : finite;
  }

  void set_odd(Row<S>& row, S otherwise) const {
    for (const Odd& odd : odd_) row[odd.column] = odd.where == Where::undefined ? nan : otherwise;
  }
  Batch<S> pull(const Row<S>& w, Batch<S>* g) const {
    require_size(q_->name, "number of weights", w.size(), value.size());
    const S k = static_cast<S>(q_->classes()), t = q_->temperature();
    const Index batch = q_->batch_size(), cols = w.size();
    Batch<S> out = Batch<S>::Zero(x_->rows(), batch);
    Row<S> weight = w, share(cols), slope(cols);
    for (const Odd& odd : odd_)
      if (odd.where != Where::edge) weight[odd.column] = odd.where == Where::undefined ? nan : S(0);
    for (Index r = 0; r < x_->rows(); ++r) {
      math::exp(log_shares_.data() + r * cols, share.data(), cols);
      share.array() = weight.array() * (1 - k * share.array());
      if (batch == 1) out(r, 0) = share.sum();
      else
        for (Index s = 0; s < cols; s += batch) out.row(r) += share.segment(s, batch);
      if (!g) continue;
      if constexpr (logarithmic) slope = -t * share;
      else slope.array() = -(weight.array() + t * share.array()) / x_->row(r).array();
      set_odd(slope, S(0));
      g->row(r) = slope;
    }
    return out;
  }

  const Concrete<S, logarithmic>* q_;
  const Batch<S>* x_;
  Batch<S> log_shares_;  ///< log w
  std::vector<Odd> odd_;
};

}  // namespace variate::detail

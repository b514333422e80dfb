#pragma once
/// Multi-sample bounds: what follows from the log weights of the samples of each data point.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/log.hpp"

namespace variate::detail {

/// An evaluation whose values are log p - log q, with the whole of its derivative by q's parameters: Elbo<SampledEntropy>.
template <class E, class T>
concept LogWeightEvaluation = DirectEvaluation<E, T> && requires(const E& e, const Row<T>& w) {
  requires E::direct_is_whole;
  { e.score(w) } -> std::convertible_to<Vector<T>>;
};

template <class T>
T log_add(T a, T b) {
  const T top = std::max(a, b), rest = std::min(a, b);
  return std::isinf(top) ? top : top + std::log1p(std::exp(rest - top));
}

/// log sum_{i != j} exp(l_i) for every j, by sums from the left and from the right: nothing is subtracted, so nothing cancels.
template <class T>
std::vector<T> log_sums_of_others(const std::vector<T>& l) {
  const std::size_t k = l.size();
  std::vector<T> others(k, -std::numeric_limits<T>::infinity());
  T left = others.empty() ? T(0) : others[0];
  for (std::size_t j = 0; j < k; ++j) {
    others[j] = left;
    left = log_add(left, l[j]);
  }
  T right = -std::numeric_limits<T>::infinity();
  for (std::size_t j = k; j-- > 0;) {
    others[j] = log_add(others[j], right);
    right = log_add(right, l[j]);
  }
  return others;
}
template <class T>
T log_sum(const std::vector<T>& l) {
  T sum = -std::numeric_limits<T>::infinity();
  for (const T v : l) sum = log_add(sum, v);
  return sum;
}

/// The log weights of a batch, an S x B table. A sample whose weight is zero (-inf) counts; one that is NaN or +inf is lost, and
/// the data point has one sample fewer. Neither is pulled back: such a column is overwritten by a good one, evaluated again, and
/// weighed by 0.
template <class T>
class LogWeights {
 public:
  LogWeights(Index samples, Index points)
      : samples_(samples), points_(points), state_(static_cast<std::size_t>(samples * points), good) {}

  /// Takes the values of the columns that are still good. True if some of them are not finite: then `patch`, and evaluate again.
  bool take(const Row<T>& values) {
    if (log_weights_.size() == 0) log_weights_ = Row<T>::Zero(values.size());
    bool again = false;
    for (Index c = 0; c < values.size(); ++c) {
      auto& state = state_[static_cast<std::size_t>(c)];
      if (state != good) continue;
      log_weights_(c) = values(c);
      if (std::isfinite(values(c))) continue;
      state = values(c) == -std::numeric_limits<T>::infinity() ? zero : lost;
      again = true;
    }
    return again;
  }
  /// Drops columns for another reason: their gradients are not finite. True if there were any.
  bool drop(const Batch<T>& gradients) {
    bool again = false;
    for (Index c = 0; c < gradients.cols(); ++c) {
      auto& state = state_[static_cast<std::size_t>(c)];
      if (state == good && !gradients.col(c).allFinite()) {
        state = lost;
        again = true;
      }
    }
    return again;
  }
  /// copy(to, from) for every column that is not good. False if a data point has no good one.
  template <class Copy>
  bool patch(Copy copy) const {
    for (Index b = 0; b < points_; ++b) {
      Index from = -1;
      for (Index c = b; c < samples_ * points_; c += points_)
        if (state_[static_cast<std::size_t>(c)] == good) from = c;
      if (from < 0) return false;
      for (Index c = b; c < samples_ * points_; c += points_)
        if (state_[static_cast<std::size_t>(c)] != good) copy(c, from);
    }
    return true;
  }
  Index samples() const { return samples_; }
  Index lost_columns() const { return std::count(state_.begin(), state_.end(), lost); }

  /// body(l, out) for each data point: l its log weights, out one number for each. What comes of lost and zero samples is 0. The
  /// table of the results, and nothing more is known of who they belong to.
  template <class Body>
  Row<T> each(Body body) const {
    Row<T> table = Row<T>::Zero(samples_ * points_);
    std::vector<T> l, out;
    for (Index b = 0; b < points_; ++b) {
      l.clear();
      for (Index c = b; c < samples_ * points_; c += points_)
        if (state_[static_cast<std::size_t>(c)] != lost)
          l.push_back(state_[static_cast<std::size_t>(c)] == zero ? -std::numeric_limits<T>::infinity() : log_weights_(c));
      out.assign(l.size(), T(0));
      body(std::as_const(l), out);
      std::size_t next = 0;
      for (Index c = b; c < samples_ * points_; c += points_)
        if (const auto state = state_[static_cast<std::size_t>(c)]; state != lost) {
          if (state == good) table(c) = out[next];
          ++next;
        }
    }
    return table;
  }
  /// The mean over the data points of log mean_k w_k^(1 - alpha) / (1 - alpha): alpha = 0 is the importance-weighted bound.
  T bound(T alpha = T(0)) const {
    if (all_good()) return log_sums(T(1) - alpha, nullptr).mean() / (T(1) - alpha);
    T total = 0;
    each([&](const std::vector<T>& l, std::vector<T>&) {
      std::vector<T> scaled = l;
      for (T& v : scaled) v *= T(1) - alpha;
      total += (log_sum(scaled) - std::log(static_cast<T>(l.size()))) / (T(1) - alpha);
    });
    return total / static_cast<T>(points_);
  }
  /// softmax of (1 - alpha) l within each data point, over the number of data points.
  Row<T> normalized(T alpha = T(0)) const {
    if (all_good()) {
      Row<T> shares(log_weights_.size());
      log_sums(T(1) - alpha, &shares);
      return shares;
    }
    return each([&](const std::vector<T>& l, std::vector<T>& out) {
      std::vector<T> scaled = l;
      for (T& v : scaled) v *= T(1) - alpha;
      const T sum = log_sum(scaled);
      for (std::size_t k = 0; k < l.size(); ++k) out[k] = std::exp(scaled[k] - sum) / static_cast<T>(points_);
    });
  }
  /// 1 over the number of samples that count, for each of them: those that are lost do not, those of weight zero do. Over the
  /// number of data points.
  Row<T> equal() const {
    return each([&](const std::vector<T>& l, std::vector<T>& out) {
      std::fill(out.begin(), out.end(), T(1) / (static_cast<T>(l.size()) * static_cast<T>(points_)));
    });
  }
  /// The mean over the data points of the mean log weight; -inf where a weight is zero.
  T mean() const {
    T total = 0;
    each([&](const std::vector<T>& l, std::vector<T>&) {
      T sum = 0;
      for (const T v : l) sum += v;
      total += sum / static_cast<T>(l.size());
    });
    return total / static_cast<T>(points_);
  }

 private:
  enum State : char { good, zero, lost };
  bool all_good() const { return std::all_of(state_.begin(), state_.end(), [](State s) { return s == good; }); }
  /// log mean_s exp(power l_sb) for each data point, all samples being good; and, if asked, the shares of the samples over the
  /// number of data points.
  Row<T> log_sums(T power, Row<T>* shares) const {
    Row<T> top = log_weights_.head(points_), sum = Row<T>::Zero(points_), e(log_weights_.size());
    for (Index c = points_; c < e.size(); c += points_) top = top.cwiseMax(log_weights_.segment(c, points_));
    for (Index c = 0; c < e.size(); c += points_) e.segment(c, points_) = power * (log_weights_.segment(c, points_) - top);
    math::exp(e.data(), e.data(), e.size());
    for (Index c = 0; c < e.size(); c += points_) sum += e.segment(c, points_);
    if (shares) {
      const Row<T> scale = (sum.array() * static_cast<T>(points_)).inverse();
      for (Index c = 0; c < e.size(); c += points_) shares->segment(c, points_) = e.segment(c, points_).cwiseProduct(scale);
    }
    math::log(sum.data(), sum.data(), sum.size());
    sum += power * top;
    sum.array() -= std::log(static_cast<T>(samples_));
    return sum;
  }
  Index samples_, points_;
  std::vector<State> state_;
  Row<T> log_weights_;
};

/// Evaluates f at x until every column that is left is finite: calls f's evaluation `use(e)`, which says if all was well.
template <class T, class F, class Use>
bool settle(const F& f, Batch<T>& x, LogWeights<T>& weights, Index& evaluations, Use use) {
  while (true) {
    evaluations += x.cols();
    const auto e = variate::evaluate(f, x);
    static_assert(LogWeightEvaluation<std::remove_cvref_t<decltype(e)>, T>,
                  "multi-sample estimators read the columns of an integrand as log weights: give them Elbo<SampledEntropy>{}(q, "
                  "log_density).");
    if (!weights.take(e.value) && use(e)) return true;
    if (!weights.patch([&](Index to, Index from) { x.col(to) = x.col(from); })) return false;
  }
}

}  // namespace variate::detail

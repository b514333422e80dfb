#pragma once
/// Where a component is to be added, found without the density of every candidate.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "variate/core/types.hpp"
#include "variate/math/lanes.hpp"
#include "variate/math/log_sum_exp.hpp"
#include "variate/mixtures/detail/quadratic_forms.hpp"
#include "variate/mixtures/gaussians.hpp"

namespace variate::detail {

/// The candidate with the largest min(t - M + threshold, t - log q), where M is the largest log q of all candidates: what
/// `AdaptiveComponents::best_candidate` finds. Most candidates are ruled out by bounds: one component alone bounds log q from
/// below, the peaks of all of them bound M from above. Only if the bounds of M do not settle the choice is nothing found, and
/// every density needed.
template <class T, Covariance C>
class CandidateSearch {
 public:
  CandidateSearch(const Gaussians<T, C>& model, T threshold)
      : model_(&model), threshold_(threshold), constant_(model.size()), deviations_(static_cast<std::size_t>(model.size())) {
    Vector<T> peaks = model.log_weights();
    for (Index k = 0; k < model.size(); ++k) {
      peaks[k] += model[k].log_peak();
      Vector<T>& inverse = deviations_[static_cast<std::size_t>(k)];
      inverse.resize(model.event_size());
      for (Index i = 0; i < inverse.size(); ++i) inverse[i] = 1 / std::sqrt(variance_of(model[k].factor, i));
      constant_[k] = model.log_weights()[k] + inverse.array().log().sum();
    }
    peak_above_ = math::log_sum_exp(peaks);
  }

  /// More candidates (d x n), the first of them candidate number `first`. Values that are NaN are passed over. All columns are
  /// evaluated if `all`.
  void look(const Batch<T>& x, const Row<T>& values, Index first, bool all = false) {
    open_.clear();
    for (Index c = 0; c < x.cols(); ++c)
      if (values[c] > -infinity && (all || !(values[c] - peak_below_ + threshold_ < sure_))) open_.push_back(c);
    if (!all) keep_open(x, values);
    if (open_.empty()) return;
    gather(x, open_);
    const Row<T> density = model_->log_density(some_);
    for (std::size_t i = 0; i < open_.size(); ++i) peak_below_ = std::max(peak_below_, density[static_cast<Index>(i)]);
    for (std::size_t i = 0; i < open_.size(); ++i) {
      const Seen one{first + open_[i], values[open_[i]], density[static_cast<Index>(i)]};
      if (one.score(peak_below_, threshold_) < sure_) continue;
      seen_.push_back(one);
      sure_ = std::max(sure_, one.score(peak_above_, threshold_));
    }
    if (seen_.size() > 4096)
      seen_.erase(std::remove_if(seen_.begin(), seen_.end(),
                                 [&](const Seen& one) { return one.score(peak_below_, threshold_) < sure_; }),
                  seen_.end());
  }

  /// What `best` says if the bounds do not tell.
  static constexpr Index unsettled = -2;
  /// The number of the best, the first of equals; -1 if there is none.
  Index best() const {
    const Index low = best_for(peak_below_), high = best_for(peak_above_);
    return low == high ? low : unsettled;
  }

 private:
  static constexpr T infinity = std::numeric_limits<T>::infinity();
  struct Seen {
    Index number;
    T value, density;
    T score(T peak, T threshold) const { return value - std::max(peak - threshold, density); }
  };

  Index best_for(T peak) const {
    Index found = -1;
    T most = -infinity;
    for (const Seen& one : seen_) {
      const T score = one.score(peak, threshold_);
      if (score > most || (score == most && one.number < found)) {
        most = score;
        found = one.number;
      }
    }
    return found;
  }
  /// Leaves those open that the density of the component which suits them best does not rule out.
  void keep_open(const Batch<T>& x, const Row<T>& values) {
    if (open_.empty()) return;
    gather(x, open_);
    const Index n = some_.cols();
    Row<T> value(n), most = Row<T>::Constant(n, -infinity), which = Row<T>::Zero(n);
    std::vector<T> room;
    for (Index k = 0; k < model_->size(); ++k) {  // by the diagonals alone: a guess
      quadratic_forms(deviations_[static_cast<std::size_t>(k)], (*model_)[k].mean, some_.data(), n, n, constant_[k], value.data(),
                      room);
      using L = math::Lanes<T>;
      const L number(static_cast<T>(k));
      Index c = 0;
      for (; c + L::size <= n; c += L::size) {
        const L now = L::load(value.data() + c), before = L::load(most.data() + c);
        const auto better = now > before;
        select(better, now, before).store(most.data() + c);
        select(better, number, L::load(which.data() + c)).store(which.data() + c);
      }
      for (; c < n; ++c)
        if (value[c] > most[c]) {
          most[c] = value[c];
          which[c] = static_cast<T>(k);
        }
    }
    std::vector<std::vector<Index>> members(static_cast<std::size_t>(model_->size()));
    for (Index c = 0; c < n; ++c) members[static_cast<std::size_t>(which[c])].push_back(c);
    Batch<T> points;
    std::vector<Index> left;
    for (Index k = 0; k < model_->size(); ++k) {
      const auto& all = members[static_cast<std::size_t>(k)];
      if (all.empty()) continue;
      const auto count = static_cast<Index>(all.size());
      points.resize(x.rows(), count);
      for (Index j = 0; j < x.rows(); ++j)
        for (Index i = 0; i < count; ++i) points(j, i) = some_(j, all[static_cast<std::size_t>(i)]);
      value.resize(count);
      (*model_)[k].log_density(points, 0, count, value.data(), room);
      for (Index i = 0; i < count; ++i) {
        const Index c = open_[static_cast<std::size_t>(all[static_cast<std::size_t>(i)])];
        if (!(values[c] - (value[i] + model_->log_weights()[k]) < sure_)) left.push_back(c);
      }
    }
    std::sort(left.begin(), left.end());
    open_.swap(left);
  }
  void gather(const Batch<T>& x, const std::vector<Index>& columns) {
    some_.resize(x.rows(), static_cast<Index>(columns.size()));
    for (Index j = 0; j < x.rows(); ++j)
      for (Index i = 0; i < some_.cols(); ++i) some_(j, i) = x(j, columns[static_cast<std::size_t>(i)]);
  }

  const Gaussians<T, C>* model_;
  T threshold_;
  Vector<T> constant_;
  std::vector<Vector<T>> deviations_;
  T peak_below_ = -infinity, peak_above_ = infinity;
  T sure_ = -infinity;  // the best score cannot be less
  std::vector<Seen> seen_;
  std::vector<Index> open_;
  Batch<T> some_;
};

}  // namespace variate::detail

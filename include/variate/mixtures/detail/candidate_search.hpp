#pragma once
/// Where a component is to be added, found without the density of every candidate.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <unordered_map>
#include <vector>

#include "variate/core/types.hpp"
#include "variate/math/lanes.hpp"
#include "variate/math/log_sum_exp.hpp"
#include "variate/mixtures/detail/quadratic_forms.hpp"
#include "variate/mixtures/gaussians.hpp"
#include "variate/mixtures/sample_database.hpp"
#include "variate/parallel/chunks.hpp"
#include "variate/parallel/detail/stretches.hpp"

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
      component_of_[model[k].origin] = k;
    }
    peak_above_ = math::log_sum_exp(peaks);
  }

  /// More candidates (d x n), the first of them candidate number `first`. Values that are NaN are passed over. All columns are
  /// evaluated if `all`.
  void look(const Batch<T>& x, const Row<T>& values, Index first, bool all = false) {
    open_.clear();
    for (Index c = 0; c < x.cols(); ++c)
      if (promises(values[c], all)) open_.push_back(c);
    if (!all) keep_open(x, values);
    rate(x, values, [first](Index c) { return first + c; });
  }
  /// Candidates that are columns (ascending) of a batch of the database; `origin_of(mapping)` is that of the distribution they came
  /// from. Samples stand together by components, and where they came from is a good guess of what suits them.
  template <class OriginOf>
  void look(const StoredSamples<T>& batch, const std::vector<Index>& columns, Index first, OriginOf origin_of) {
    const auto number = [&](Index c) {
      return first + static_cast<Index>(std::lower_bound(columns.begin(), columns.end(), c) - columns.begin());
    };
    std::size_t begin = 0;
    if (seen_.empty()) {  // something to compare with
      begin = std::min<std::size_t>(columns.size(), 256);
      open_.clear();
      for (std::size_t i = 0; i < begin; ++i)
        if (promises(batch.target[columns[i]], true)) open_.push_back(columns[i]);
      rate(batch.x, batch.target, number);
    }
    open_.clear();
    for (std::size_t i = begin; i < columns.size(); ++i)
      if (promises(batch.target[columns[i]], false)) open_.push_back(columns[i]);
    keep_open_by_origin(batch, origin_of);
    keep_open(batch.x, batch.target);
    rate(batch.x, batch.target, number);
  }
  /// What another search, of the same model and threshold, has seen.
  void join(const CandidateSearch& other) {
    peak_below_ = std::max(peak_below_, other.peak_below_);
    sure_ = std::max(sure_, other.sure_);
    seen_.insert(seen_.end(), other.seen_.begin(), other.seen_.end());
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
  bool promises(T value, bool all) const { return value > -infinity && (all || !(value - peak_below_ + threshold_ < sure_)); }

  /// Evaluates those that are open.
  template <class Number>
  void rate(const Batch<T>& x, const Row<T>& values, Number number) {
    if (open_.empty()) return;
    gather(x, open_);
    const Row<T> density = model_->log_density(some_);
    for (std::size_t i = 0; i < open_.size(); ++i) peak_below_ = std::max(peak_below_, density[static_cast<Index>(i)]);
    for (std::size_t i = 0; i < open_.size(); ++i) {
      const Seen one{number(open_[i]), values[open_[i]], density[static_cast<Index>(i)]};
      if (one.score(peak_below_, threshold_) < sure_) continue;
      seen_.push_back(one);
      sure_ = std::max(sure_, one.score(peak_above_, threshold_));
    }
    if (seen_.size() > 4096)
      seen_.erase(std::remove_if(seen_.begin(), seen_.end(),
                                 [&](const Seen& one) { return one.score(peak_below_, threshold_) < sure_; }),
                  seen_.end());
  }
  /// Leaves those open that the density of the component they came from, as it is now, does not rule out.
  template <class OriginOf>
  void keep_open_by_origin(const StoredSamples<T>& batch, OriginOf origin_of) {
    std::size_t left = 0;
    for (std::size_t at = 0, end = 0; at < open_.size(); at = end) {
      const Index mapping = batch.mapping[static_cast<std::size_t>(open_[at])], first = open_[at];
      while (end < open_.size() && batch.mapping[static_cast<std::size_t>(open_[end])] == mapping) ++end;
      const auto found = component_of_.find(origin_of(mapping));
      if (found == component_of_.end()) {
        while (at < end) open_[left++] = open_[at++];
        continue;
      }
      const T weight = model_->log_weights()[found->second];
      bound_.resize(open_[end - 1] + 1 - first);
      (*model_)[found->second].log_density(batch.x, first, bound_.size(), bound_.data(), room_);
      for (; at < end; ++at) {
        const Index c = open_[at];
        const T bound = bound_[c - first] + weight;
        peak_below_ = std::max(peak_below_, bound);
        if (!(batch.target[c] - bound < sure_)) open_[left++] = c;
      }
    }
    open_.resize(left);
  }
  /// Leaves those open that the density of the component which suits them best does not rule out.
  void keep_open(const Batch<T>& x, const Row<T>& values) {
    if (open_.empty()) return;
    gather(x, open_);
    const Index n = some_.cols();
    Row<T> value(n), most = Row<T>::Constant(n, -infinity), which = Row<T>::Zero(n);
    for (Index k = 0; k < model_->size(); ++k) {  // by the diagonals alone: a guess
      quadratic_forms(deviations_[static_cast<std::size_t>(k)], (*model_)[k].mean, some_.data(), n, n, constant_[k], value.data(),
                      room_);
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
      (*model_)[k].log_density(points, 0, count, value.data(), room_);
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
  std::unordered_map<std::uint64_t, Index> component_of_;  // by origin
  std::vector<Index> open_;
  Batch<T> some_;
  Row<T> bound_;
  std::vector<T> room_;
};

/// Of rows of the database (their numbers, ascending) and points drawn elsewhere with the target's values there, NaN for those
/// passed over: the one where `rule` adds a component, empty if there is none. On the threads of an executor.
template <class Rule, class T, Covariance C, class E>
Vector<T> best_candidate(const Rule& rule, const Gaussians<T, C>& model, const SampleDatabase<T, C>& database,
                         const std::vector<Index>& rows, const Batch<T>& drawn, const Row<T>& at_drawn, T threshold, E& executor) {
  const auto stored = static_cast<Index>(rows.size());
  const CandidateSearch<T, C> nothing_seen(model, threshold);
  auto search = reduce_in_order(
      executor, Chunks(stored, 16384), nothing_seen,
      [&](Index from, Index count) {
        auto part = nothing_seen;
        database.for_each_batch(rows.data() + from, count,
                                [&](const StoredSamples<T>& batch, const std::vector<Index>& columns, Index i) {
                                  part.look(batch, columns, from + i, [&](Index m) { return database.origin(m); });
                                });
        return part;
      },
      [](auto& all, const auto& part) { all.join(part); });
  if (at_drawn.size() > 0) search.look(drawn, at_drawn, stored);
  Index best = search.best();
  Batch<T> x;
  Row<T> values;
  if (best == CandidateSearch<T, C>::unsettled) {
    Row<T> density(stored + at_drawn.size()), value(density.size());
    const auto take = [&](const Batch<T>& points, const Row<T>& there, Index from) {
      value.segment(from, there.size()) = there;
      density.segment(from, there.size()) = model.log_density(points);
    };
    in_stretches(
        executor, stored,
        [&](Index from, Index count) {
          Batch<T> some;
          Row<T> there;
          database.points(rows.data() + from, count, some, there);
          take(some, there, from);
        },
        2048);
    if (at_drawn.size() > 0) take(drawn, at_drawn, stored);
    best = rule.best_candidate(density, value, threshold);
  }
  if (best < 0) return {};
  if (best >= stored) return drawn.col(best - stored);
  database.points(rows.data() + best, 1, x, values);
  return x.col(0);
}

}  // namespace variate::detail

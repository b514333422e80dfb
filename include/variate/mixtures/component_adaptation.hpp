#pragma once
/// How many components: fixed, or by VIPS (Arenz, Zhong and Neumann 2020, section 4.4), which adds one where the target promises
/// most and deletes those that neither weigh nor improve.
///
/// Decisions only, on plain data: who calls them owns the mixture and its histories. A history is K x H, a row a component, the
/// newest column last; `lowest()` where there is nothing yet.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/math/log_sum_exp.hpp"

namespace variate {

/// As many as there are.
struct FixedComponents {
  /// Columns of history that it needs.
  Index history() const { return 2; }
};

/// What a deletion looked at.
template <class T>
struct DeletionReport {
  std::vector<Index> bad;         ///< components to delete, from the highest down
  Vector<T> reward_improvements;  ///< of each, against how far it was behind the best before
};

/// VIPS. Iterations are counted from 1.
struct AdaptiveComponents {
  Index del_iters = 100;  ///< nothing is deleted up to here; window; >= 3
  Index add_iters = 30;   ///< a component is added at each multiple; >= 1
  Index max_components = 1000;                                                       ///< none is added from here on
  std::vector<double> thresholds_for_add_heuristic{5000, 1000, 500, 200, 100, 50};  ///< taken in turn, the second first
  double min_weight_for_del_heuristic = 1e-6;                                        ///< a weight below is small
  Index num_database_samples = 100000;                                               ///< candidates from the database, at most
  Index num_prior_samples = 0;                                                       ///< candidates drawn from the prior

  /// log of a new component's weight, before all are normalised.
  static constexpr double new_log_weight = -66.774967696827318;

  /// InvalidArgument or DomainError for options that make no sense.
  void check() const {
    constexpr const char* name = "AdaptiveComponents";
    detail::require_at_least(name, "del_iters", del_iters, 3);
    detail::require_at_least(name, "add_iters", add_iters, 1);
    detail::require_at_least(name, "max_components", max_components, 1);
    detail::require_at_least(name, "number of thresholds", static_cast<Index>(thresholds_for_add_heuristic.size()), 1);
    detail::require_at_least(name, "num_database_samples", num_database_samples, 0);
    detail::require_at_least(name, "num_prior_samples", num_prior_samples, 0);
    for (const double threshold : thresholds_for_add_heuristic) detail::require_finite(name, "threshold", threshold);
  }

  /// Columns of history that it needs.
  Index history() const { return 2 * std::max(Index{2}, del_iters); }

  /// Whether iteration `count` may delete.
  bool deletes(Index count) const { return count > del_iters; }
  /// Whether iteration `count` adds to K components.
  bool adds(Index count, Index components) const {
    return count > 1 && count % add_iters == 0 && components < max_components;
  }

  /// How far below its peak q counts as absent, when a component is added for the `call`-th time (1 is the first).
  double threshold(Index call) const {
    return thresholds_for_add_heuristic[static_cast<std::size_t>(call) % thresholds_for_add_heuristic.size()];
  }
  /// The candidate that promises most: where target - max(max log q - threshold, log q) is largest, the first of equals.
  /// Candidates whose value is NaN are passed over; -1 if there is none.
  template <class T>
  static Index best_candidate(const Row<T>& log_density, const Row<T>& targets, T threshold) {
    detail::require_size("best_candidate", "number of targets", targets.size(), log_density.size());
    T peak = -std::numeric_limits<T>::infinity(), best = peak;
    for (Index i = 0; i < log_density.size(); ++i) peak = std::max(peak, log_density[i]);
    Index found = -1;
    for (Index i = 0; i < targets.size(); ++i) {
      const T score = targets[i] - std::max(peak - threshold, log_density[i]);
      if (score > best) {
        best = score;
        found = i;
      }
    }
    return found;
  }
  /// Standard deviation, the same in all d directions, of the new component: such that its entropy in nats is that given.
  template <class T>
  static T deviation(T entropy, Index d) {
    const T dimensions = static_cast<T>(d);
    return std::exp((entropy - dimensions / 2 * (std::log(2 * std::numbers::pi_v<T>) + 1)) / dimensions);
  }
  /// The entropy it is to have: a mix of the model's average and the prior's, by a uniform draw u.
  template <class T>
  static T desired_entropy(T u, T model_entropy, T prior_entropy) {
    return u * model_entropy + (1 - u) * prior_entropy;
  }

  /// The smoothing window of `del_iters`: 2 floor(del_iters/3) weights of a bell, older columns first, that add up to 1.
  template <class T>
  Vector<T> kernel() const {
    const Index half = del_iters / 3;
    Vector<T> weights(2 * half);
    for (Index j = -half; j < half; ++j) {
      const T x = static_cast<T>(j) / (static_cast<T>(del_iters) / 8);
      weights[j + half] = std::exp(-x * x / 2);
    }
    return weights / weights.sum();
  }

  /// Components that are to go: their smoothed reward has gained no more than 0.4 of its distance to the best over `del_iters`
  /// iterations, their weight was below the least one through all the window and would be by their rewards alone, and they are
  /// older than `del_iters`. ShapeError if the histories differ in shape or are shorter than the window and `del_iters`.
  template <class T>
  DeletionReport<T> deletable(const Batch<T>& reward_history, const Batch<T>& weight_history) const {
    constexpr const char* name = "AdaptiveComponents";
    constexpr T lowest = std::numeric_limits<T>::lowest();
    detail::require_at_least(name, "del_iters", del_iters, 3);
    const Vector<T> window = kernel<T>();
    const Index components = reward_history.rows(), columns = reward_history.cols(), width = window.size();
    const Index span = width + del_iters;
    detail::require_at_least(name, "columns of reward_history", columns, span);
    detail::require_size(name, "rows of weight_history", weight_history.rows(), components);
    detail::require_size(name, "columns of weight_history", weight_history.cols(), columns);
    Vector<T> now(components), before(components);
    const Vector<T> share = window / static_cast<T>(width);  // divided before the sum, which `lowest` then does not overflow
    const auto mean = [&](Index k, Index from) {
      T sum = 0;
      for (Index j = 0; j < width; ++j) sum += reward_history(k, from + j) * share[j];
      return sum;
    };
    for (Index k = 0; k < components; ++k) {
      now[k] = mean(k, columns - width);
      before[k] = mean(k, columns - span);
    }
    before.array() -= now.maxCoeff();
    now.array() -= now.maxCoeff();

    Batch<T> by_rewards = reward_history.rightCols(span);
    by_rewards = math::softmax(by_rewards);
    DeletionReport<T> report;
    report.reward_improvements.resize(components);
    for (Index k = components - 1; k >= 0; --k) {
      const T improvement = (now[k] - before[k]) / std::abs(before[k]);
      report.reward_improvements[k] = improvement;
      T most = by_rewards.row(k).maxCoeff();
      for (Index j = std::max(Index{0}, columns - span); j + 1 < columns; ++j) most = std::max(most, weight_history(k, j));
      if (improvement <= T(0.4) && most < static_cast<T>(min_weight_for_del_heuristic) &&
          reward_history(k, columns - del_iters) != lowest)
        report.bad.push_back(k);
    }
    return report;
  }
};

}  // namespace variate

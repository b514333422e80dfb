#pragma once
/// What GMMVI remembers of each component beside its mean and covariance.
#include <cstddef>
#include <limits>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/mixtures/component_updates.hpp"

namespace variate {

/// One entry, or one row of a history, for each component. Histories have their newest column last, and hold `lowest()` where
/// there is nothing yet.
template <class T>
struct ComponentStates {
  std::vector<ComponentUpdateState<T>> updates;  ///< regularizer, multiplier, number of updates
  std::vector<T> stepsizes;                      ///< as the last step used them
  std::vector<Index> ids;                        ///< never used twice
  std::vector<T> adding_thresholds;              ///< that was in force when it was added; -1: there from the start
  std::vector<T> initial_entropies;              ///< in nats
  Batch<T> reward_history;                       ///< K x H
  Batch<T> weight_history;                       ///< K x H
  Index next_id = 0;                             ///< of the next component that is added
  T initial_stepsize = 1;                        ///< of new components
  T initial_l2_regularizer = T(1e-12);           ///< of new components

  /// K components before the first step, with histories of H columns.
  ComponentStates(const Vector<T>& entropies, Index history, T initial_stepsize_, T initial_l2_regularizer_)
      : reward_history(0, history),
        weight_history(0, history),
        initial_stepsize(initial_stepsize_),
        initial_l2_regularizer(initial_l2_regularizer_) {
    detail::require_at_least("ComponentStates", "columns of the history", history, 2);
    for (Index k = 0; k < entropies.size(); ++k) add(std::numeric_limits<T>::lowest(), T(-1), entropies[k]);
  }

  Index size() const { return static_cast<Index>(updates.size()); }
  /// One more at the end, whose weight history is filled with `weight`.
  void add(T weight, T threshold, T entropy) {
    updates.push_back({.l2_regularizer = initial_l2_regularizer});
    stepsizes.push_back(initial_stepsize);
    ids.push_back(next_id++);
    adding_thresholds.push_back(threshold);
    initial_entropies.push_back(entropy);
    reward_history.conservativeResize(size(), Eigen::NoChange);
    weight_history.conservativeResize(size(), Eigen::NoChange);
    reward_history.row(size() - 1).setConstant(std::numeric_limits<T>::lowest());
    weight_history.row(size() - 1).setConstant(weight);
  }
  /// Forgets the k-th.
  void remove(Index k) {
    const auto erase = [&](auto& all) { all.erase(all.begin() + k); };
    erase(updates);
    erase(stepsizes);
    erase(ids);
    erase(adding_thresholds);
    erase(initial_entropies);
    for (Batch<T>* history : {&reward_history, &weight_history}) {
      for (Index i = k; i + 1 < history->rows(); ++i) history->row(i) = history->row(i + 1);
      history->conservativeResize(size(), Eigen::NoChange);
    }
  }
  /// Newest rewards. What is not finite leaves the last one standing.
  void store_rewards(const Vector<T>& rewards) { shift_in(reward_history, rewards); }
  /// Newest weights.
  void store_weights(const Vector<T>& weights) { shift_in(weight_history, weights); }
  /// The last rewards.
  Vector<T> rewards() const { return reward_history.col(reward_history.cols() - 1); }
  /// Regularizers of all components.
  Vector<T> regularizers() const {
    Vector<T> all(size());
    for (Index k = 0; k < size(); ++k) all[k] = updates[static_cast<std::size_t>(k)].l2_regularizer;
    return all;
  }

 private:
  static void shift_in(Batch<T>& history, const Vector<T>& newest) {
    const Index columns = history.cols();
    for (Index k = 0; k < history.rows(); ++k) {
      T* row = history.data() + k * columns;
      for (Index j = 0; j + 1 < columns; ++j) row[j] = row[j + 1];
      if (std::isfinite(newest[k])) row[columns - 1] = newest[k];
    }
  }
};

}  // namespace variate

#pragma once
/// Step sizes of the weights, or bounds of their trust region.
#include <algorithm>
#include <cmath>
#include <limits>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"

namespace variate {

/// What the rules remember.
template <class T>
struct WeightStepsizeState {
  T stepsize;                                ///< the last one
  Index calls = 0;                           ///< of the rule
  T elbo = std::numeric_limits<T>::lowest();  ///< as the last call saw it
};

/// Always the same.
struct FixedWeightStepsize {
  double initial_stepsize = 1;

  /// Before the first call.
  template <class T>
  WeightStepsizeState<T> start() const {
    return {static_cast<T>(initial_stepsize)};
  }
  /// The step size to use now, from the log weights and the rewards (K numbers each) of the last update.
  template <class T>
  T operator()(WeightStepsizeState<T>& state, const Vector<T>& /*log_weights*/, const Vector<T>& /*rewards*/) const {
    ++state.calls;
    return state.stepsize;
  }
};

/// initial / (1 + n^a) at call n = 0, 1, ...
struct DecayingWeightStepsize {
  double initial_stepsize = 1;
  double annealing_exponent = 0.55;  ///< a; the original has no default

  /// Before the first call.
  template <class T>
  WeightStepsizeState<T> start() const {
    return {static_cast<T>(initial_stepsize)};
  }
  /// As above: of the number of calls alone.
  template <class T>
  T operator()(WeightStepsizeState<T>& state, const Vector<T>& /*log_weights*/, const Vector<T>& /*rewards*/) const {
    state.stepsize = static_cast<T>(initial_stepsize / (1 + std::pow(static_cast<double>(state.calls), annealing_exponent)));
    ++state.calls;
    return state.stepsize;
  }
};

/// Grows while sum_k w_k (reward_k - log w_k) does, the ELBO as the last weight update saw it; shrinks otherwise. The temperature
/// is not looked at.
///
/// With rewards of `lowest()`, before there are any, the original compares sum_k w_k lowest() with lowest(), which rounding
/// decides; `shrink_without_reward` makes that a shrink.
struct ImprovementWeightStepsize {
  double initial_stepsize = 1;         ///< taken as it is, also outside of the limits
  double min_stepsize = 1e-4;          ///< it never shrinks below
  double max_stepsize = 1;             ///< it never grows above
  double stepsize_inc_factor = 1.15;   ///< at least 1
  double stepsize_dec_factor = 0.85;   ///< at most 1
  bool shrink_without_reward = false;  ///< instead of leaving it to rounding

  /// Before the first call.
  template <class T>
  WeightStepsizeState<T> start() const {
    return {static_cast<T>(initial_stepsize)};
  }
  /// As above. ShapeError if there is not a reward for each weight.
  template <class T>
  T operator()(WeightStepsizeState<T>& state, const Vector<T>& log_weights, const Vector<T>& rewards) const {
    detail::require_size("ImprovementWeightStepsize", "number of rewards", rewards.size(), log_weights.size());
    constexpr T lowest = std::numeric_limits<T>::lowest();
    T elbo = 0, entropy = 0;
    bool rewarded = true;
    for (Index k = 0; k < rewards.size(); ++k) {
      const T w = std::exp(log_weights[k]);
      elbo += w * rewards[k];
      if (w > 0) entropy -= w * log_weights[k];
      rewarded = rewarded && rewards[k] > lowest;
    }
    elbo += entropy;
    if (!rewarded && shrink_without_reward) elbo = lowest;
    state.stepsize = elbo > state.elbo
                         ? std::min(static_cast<T>(stepsize_inc_factor) * state.stepsize, static_cast<T>(max_stepsize))
                         : std::max(static_cast<T>(stepsize_dec_factor) * state.stepsize, static_cast<T>(min_stepsize));
    state.elbo = elbo;
    ++state.calls;
    return state.stepsize;
  }
};

}  // namespace variate

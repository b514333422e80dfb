#pragma once
/// Step sizes of components, or bounds of their trust regions: each component has its own.
#include <algorithm>
#include <cmath>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"

namespace variate {

/// Always the same.
struct FixedComponentStepsize {
  double initial_stepsize = 1e-5;  ///< of every component, new ones too

  /// The step size that follows `stepsize`, of a component that has tried `received_updates`, from its last two rewards.
  template <class T>
  T operator()(T stepsize, Index /*received_updates*/, T /*reward_before*/, T /*last_reward*/) const {
    return stepsize;
  }
};

/// initial / (1 + n^a) after n updates: half the initial step from the start for a = 0.
struct DecayingComponentStepsize {
  double initial_stepsize = 1;       ///< of every component, new ones too
  double annealing_exponent = 0.55;  ///< a

  /// As above: of the component's updates alone.
  template <class T>
  T operator()(T /*stepsize*/, Index received_updates, T /*reward_before*/, T /*last_reward*/) const {
    return static_cast<T>(initial_stepsize / (1 + std::pow(static_cast<double>(received_updates), annealing_exponent)));
  }
};

/// Grows while the component's reward does, and shrinks otherwise. Without rewards (both `lowest()`) it shrinks.
struct ImprovementComponentStepsize {
  double initial_stepsize = 1;        ///< of every component, new ones too
  double min_stepsize = 1e-3;         ///< it never shrinks below
  double max_stepsize = 1;            ///< it never grows above
  double stepsize_inc_factor = 1.15;  ///< at least 1
  double stepsize_dec_factor = 0.85;  ///< at most 1

  /// As above: of the last two rewards.
  template <class T>
  T operator()(T stepsize, Index /*received_updates*/, T reward_before, T last_reward) const {
    return reward_before >= last_reward ? std::max(static_cast<T>(stepsize_dec_factor) * stepsize, static_cast<T>(min_stepsize))
                                        : std::min(static_cast<T>(stepsize_inc_factor) * stepsize, static_cast<T>(max_stepsize));
  }
};

}  // namespace variate

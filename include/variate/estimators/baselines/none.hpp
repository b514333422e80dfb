#pragma once
#include "variate/core/concepts.hpp"

namespace variate {

/// Leaves the values as they are: plain REINFORCE.
struct NoBaseline {
  static constexpr Index least = 1;  ///< samples needed for each data point

  /// In place, with every sample kept: nothing to do.
  template <class T, class Q>
  void recentre(Row<T>& /*values*/, const Q& /*q*/) const {}
  template <class T, class Q>
  Row<T> operator()(const Row<T>& values, const Row<T>& /*keep*/, const Q& /*q*/) const {
    return values;
  }
};

}  // namespace variate

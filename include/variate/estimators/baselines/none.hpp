#pragma once
#include "variate/core/concepts.hpp"

namespace variate {

/// Leaves the values as they are: plain REINFORCE.
struct NoBaseline {
  static constexpr Index least = 1;  ///< samples needed for each data point

  /// In place, with every sample kept: divided by their number.
  template <class T, class Q>
  void recentre(Row<T>& values, const Q& /*q*/, T /*mean_of_all*/) const {
    values *= T(1) / static_cast<T>(values.size());
  }
  template <class T, class Q>
  detail::Lent<Row<T>> operator()(const Row<T>& values, const Row<T>& /*keep*/, const Q& /*q*/) const {
    return values;
  }
};

}  // namespace variate

#pragma once
#include "variate/core/error.hpp"
#include "variate/core/types.hpp"

namespace variate {

/// The mean squared difference of an output from what was observed: a loss of one output for `SimulatedLoss`.
struct SquaredError {
  /// simulated, observed: 1 x time; slopes: by each simulated number.
  template <class T>
  T value_and_slopes(const Row<T>& simulated, const Row<T>& observed, Row<T>& slopes) const {
    const T n = static_cast<T>(simulated.size());
    slopes = (simulated - observed) * (2 / n);
    return (simulated - observed).squaredNorm() / n;
  }
};

}  // namespace variate

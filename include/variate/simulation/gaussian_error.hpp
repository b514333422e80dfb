#pragma once
#include <cmath>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"

namespace variate {

/// The negative log density of what was observed if it is the simulated output plus independent normal noise of standard deviation
/// `sigma`: a loss of one output for `SimulatedLoss`. With w = 1 the posterior is then a Bayesian one, if the simulator itself
/// makes no noise.
template <class T = double>
class GaussianError {
 public:
  /// Throws DomainError unless sigma is positive and finite.
  explicit GaussianError(T sigma) : sigma_(sigma) { detail::require_positive("GaussianError", "sigma", sigma); }

  T value_and_slopes(const Row<T>& simulated, const Row<T>& observed, Row<T>& slopes) const {
    slopes = (simulated - observed) / (sigma_ * sigma_);
    return static_cast<T>(simulated.size()) * (std::log(sigma_) + T(0.91893853320467274178032973640562L)) +
           (simulated - observed).squaredNorm() / (2 * sigma_ * sigma_);
  }
  T sigma() const { return sigma_; }

 private:
  T sigma_;
};

}  // namespace variate

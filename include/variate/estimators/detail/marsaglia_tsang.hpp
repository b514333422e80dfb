#pragma once
#include <cmath>

#include "variate/core/types.hpp"
#include "variate/math/gamma_functions.hpp"

namespace variate::detail {

/// The proposal of Marsaglia and Tsang (2000) for a gamma number of rate 1, z = (a - 1/3)(1 + e/sqrt(9a - 3))^3, a > 1/3, as a
/// function of a with the accepted e held: the law of e still depends on a.
class MarsagliaTsang {
 public:
  /// By the concentration a, of log z, and of log q(z) + log dz/de.
  struct Slopes {
    double log_z, correction;
  };
  explicit MarsagliaTsang(double a) : a_(a), third_(a - 1.0 / 3), digamma_(math::digamma(a)) {}
  /// Of the number whose logarithm this is. With r = 1 + e/sqrt(9a - 3) the cube root of z/(a - 1/3):
  /// dlog z/da = 1/(a - 1/3) - 3 (r - 1)/(2 r (a - 1/3)); log dz/de = log(a - 1/3)/2 + 2 log r.
  Slopes at(double log_z) const {
    const double log_r = (log_z - std::log(third_)) / 3, off = -std::expm1(-log_r);  // (r - 1)/r
    const double by_a = (1 - 1.5 * off) / third_;
    return {by_a, log_z - digamma_ + (a_ - 1 - std::exp(log_z)) * by_a + (0.5 - off) / third_};
  }

 private:
  double a_, third_, digamma_;
};

}  // namespace variate::detail

#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/diagnostics/running_mean.hpp"
#include "variate/random/detail/stream.hpp"

namespace variate {

/// How noisy is a stochastic gradient? Mean, variance and signal-to-noise ratio of repeated gradients at the same parameters,
/// kept in constant memory. Two of them merge, in a fixed order for fixed bits.
template <class T = double>
class GradientNoise {
 public:
  using Scalar = T;

  /// Takes in one gradient. One that is not finite is counted and left out. Throws ShapeError for another size than the first's.
  void add(const Vector<T>& gradient) {
    if (gradient.allFinite()) {
      moments_.add(gradient);
    } else {
      ++dropped_;
    }
  }
  /// Takes in all that `other` has seen. Throws ShapeError if the sizes differ.
  void merge(const GradientNoise& other) {
    moments_.merge(other.moments_);
    dropped_ += other.dropped_;
  }

  /// Gradients used.
  Index count() const { return moments_.count(); }
  /// Gradients left out for not being finite.
  Index dropped() const { return dropped_; }
  /// Their mean, P; empty if there were none.
  const Vector<double>& mean() const { return moments_.mean(); }
  /// Variance of one gradient, coordinate by coordinate, P; NaN for fewer than two.
  Vector<double> variance() const { return moments_.variance(); }
  /// Sum of the variances: the expected squared distance of a gradient from its mean. NaN for fewer than two.
  double total_variance() const { return count() < 2 ? nan : variance().sum(); }
  /// |mean_i| / sd_i for each coordinate of one gradient, P (Rainforth et al. 2018, eq. 6); infinite where the sd is 0 and the
  /// mean is not, and 0 where both are.
  Vector<double> signal_to_noise_each() const {
    Vector<double> ratio = variance();
    for (Index i = 0; i < ratio.size(); ++i)
      ratio(i) = ratio(i) == 0 && mean()(i) == 0 ? 0.0 : std::abs(mean()(i)) / std::sqrt(ratio(i));
    return ratio;
  }
  /// |E g| / sqrt(E |g - E g|^2) of one gradient. The square of the mean of K gradients holds 1/K of the variance, which is taken
  /// off; what is left may be 0. NaN for fewer than two.
  double signal_to_noise() const {
    if (count() < 2) return nan;
    const double noise = total_variance();
    const double signal = std::max(mean().squaredNorm() - noise / static_cast<double>(count()), 0.0);
    return noise == 0 && signal == 0 ? 0.0 : std::sqrt(signal / noise);
  }

 private:
  static constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  RunningMeans moments_;
  Index dropped_ = 0;
};

/// Looks at `repeats` gradients of a stepper for its q, at its parameters as they are: nothing moves but the generator. An engine
/// that can split gives repeat i the stream `rng.split(i)` and does not move either. Throws InvalidArgument if repeats < 2.
template <class S, class R>
GradientNoise<ScalarOf<S>> gradient_noise(const S& stepper, R& rng, Index repeats) {
  detail::require_at_least("gradient_noise", "repeats", repeats, 2);
  GradientNoise<ScalarOf<S>> noise;
  for (Index i = 0; i < repeats; ++i) {
    auto&& stream = detail::stream(rng, static_cast<std::uint64_t>(i));
    noise.add(stepper.estimate(stream).q);
  }
  return noise;
}

}  // namespace variate

#pragma once
/// Where a flow starts: independent coordinates, uniform or normal, without parameters to learn.
#include <cmath>
#include <limits>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/random/fill.hpp"

namespace variate {

/// The latent distribution of a flow, the same for each coordinate.
template <class T = double>
class Latent {
 public:
  using Scalar = T;

  /// Uniform on [low, high]. InvalidArgument unless both are finite and low < high.
  static Latent uniform(T low = T(0), T high = T(1)) {
    detail::require_finite("Latent", "low", low);
    detail::require_finite("Latent", "high", high);
    if (!(low < high)) throw InvalidArgument(detail::complaint("Latent", "low", low, "below high"));
    return Latent(false, low, high - low);
  }
  /// Normal. InvalidArgument if loc is not finite, DomainError unless scale is positive and finite.
  static Latent normal(T loc = T(0), T scale = T(1)) {
    detail::require_finite("Latent", "loc", loc);
    detail::require_positive("Latent", "scale", scale);
    return Latent(true, loc, scale);
  }

  /// Normal, or else uniform.
  bool is_normal() const { return normal_; }
  /// The lower end, or the mean.
  T from() const { return from_; }
  /// The length, or the standard deviation.
  T size() const { return size_; }
  /// The mean.
  T centre() const { return normal_ ? from_ : from_ + size_ / 2; }

  /// d x n.
  template <class Rng>
  Batch<T> sample(Rng& rng, Index d, Index n) const {
    return from_standard(normal_ ? normals<T>(rng, d, n) : uniforms<T>(rng, d, n));
  }
  /// Numbers uniform on [0, 1], or standard normal, moved to where the latent is: a latent point of each column.
  Batch<T> from_standard(Batch<T> z) const {
    if (from_ != T(0) || size_ != T(1)) z.array() = z.array() * size_ + from_;
    return z;
  }
  /// Sum over coordinates of log density for each column; -infinity outside.
  Row<T> log_prob(const Batch<T>& z) const {
    Row<T> value = Row<T>::Constant(z.cols(), static_cast<T>(z.rows()) * constant());
    for (Index i = 0; i < z.rows(); ++i)
      for (Index c = 0; c < z.cols(); ++c) {
        const T u = (z(i, c) - from_) / size_;
        if (normal_) value[c] -= T(0.5) * u * u;
        else if (!(u >= 0 && u <= 1)) value[c] = std::isnan(u) ? u : -std::numeric_limits<T>::infinity();
      }
    return value;
  }
  /// Log density of one coordinate, but for the -u^2/2 of the normal.
  T constant() const { return -std::log(size_) - (normal_ ? T(0.91893853320467274178032973640562L) : T(0)); }

 private:
  Latent(bool normal, T from, T size) : normal_(normal), from_(from), size_(size) {}

  bool normal_;
  T from_, size_;
};

}  // namespace variate

#pragma once
/// Weights of samples under other distributions than those they were drawn from.
#include <algorithm>
#include <cmath>
#include <limits>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/math/exp.hpp"

namespace variate {
namespace detail {

/// exp(p_i - b_i - shift) with the largest difference as shift. Without samples, or if no difference is above -inf, sum and squares
/// are 0.
template <class T>
struct RatioWeights {
  Row<T> weights;
  T shift = 0, sum = 0, squares = 0;

  void set(const T* log_density, const T* background, Index n) {
    weights.resize(n);
    shift = -std::numeric_limits<T>::infinity();
    for (Index i = 0; i < n; ++i) {
      weights[i] = log_density[i] - background[i];
      shift = weights[i] > shift ? weights[i] : shift;
    }
    if (!(shift > -std::numeric_limits<T>::infinity())) {
      weights.setZero();
      shift = sum = squares = 0;
      return;
    }
    weights.array() -= shift;
    math::exp(weights.data(), weights.data(), n);
    sum = weights.sum();
    squares = weights.squaredNorm();
  }
  /// (sum w)^2 / sum w^2.
  T effective() const { return sum > 0 ? sum * sum / squares : T(0); }
};

template <class T>
void require_same_columns(const char* function, const Batch<T>& log_densities, const Row<T>& background) {
  require_size(function, "size of background", background.size(), log_densities.cols());
}

}  // namespace detail

/// Kish's effective number of the samples for each row of log densities (K x n), by the ratios to the background they were drawn
/// from: 1 / sum of squared self-normalised weights; 0 without samples.
template <class T>
Vector<T> effective_sample_sizes(const Batch<T>& log_densities, const Row<T>& background) {
  detail::require_same_columns("effective_sample_sizes", log_densities, background);
  Vector<T> sizes(log_densities.rows());
  detail::RatioWeights<T> ratios;
  for (Index k = 0; k < sizes.size(); ++k) {
    ratios.set(log_densities.data() + k * log_densities.cols(), background.data(), background.size());
    sizes[k] = ratios.effective();
  }
  return sizes;
}
/// Weights of each row of log densities (K x n): self-normalised (each row sums to 1), or exp(log density - background),
/// whose mean estimates 1.
template <class T>
Batch<T> importance_weights(const Batch<T>& log_densities, const Row<T>& background, bool self_normalized) {
  detail::require_same_columns("importance_weights", log_densities, background);
  Batch<T> weights(log_densities.rows(), log_densities.cols());
  detail::RatioWeights<T> ratios;
  for (Index k = 0; k < weights.rows(); ++k) {
    ratios.set(log_densities.data() + k * log_densities.cols(), background.data(), background.size());
    const T scale = self_normalized ? 1 / ratios.sum : std::exp(ratios.shift);
    weights.row(k) = ratios.weights * scale;
  }
  return weights;
}
/// How many to draw when `desired` are wanted and there are samples worth `effective`: at least one.
template <class T>
Index new_samples_wanted(Index desired, T effective) {
  return std::max<Index>(1, desired - static_cast<Index>(std::floor(effective)));
}

}  // namespace variate

#pragma once
/// Weights of samples under other distributions than those they were drawn from.
#include <algorithm>
#include <cmath>
#include <limits>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/lanes.hpp"
#include "variate/math/log_sum_exp.hpp"
#include "variate/mixtures/detail/offset_log_sum_exp.hpp"

namespace variate {
namespace detail {

/// exp(p_i - b_i - shift) with the largest difference as shift. Without samples, or if no difference is above -inf, sum and
/// squares are 0. Weights below e^-80 (float: e^-46) may be 0.
template <class T>
struct RatioWeights {
  Row<T> weights;
  T shift = 0, sum = 0, squares = 0;

  void set(const T* log_density, const T* background, Index n) {
    using L = math::Lanes<T>;
    using math::detail::load_some, math::detail::store_some;
    constexpr T inf = std::numeric_limits<T>::infinity();
    weights.resize(n);
    T* const w = weights.data();
    L top(-inf), sums(T(0)), squared(T(0));
    math::detail::by_lanes<L>(n, [&](Index i, Index count) {
      const L ratio = load_some<L>(log_density + i, count, -inf) - load_some<L>(background + i, count, T(0));
      store_some(ratio, w + i, count);
      top = max(ratio, top);
    });
    shift = -inf;
    for (int i = 0; i < L::size; ++i) shift = top[i] > shift ? top[i] : shift;
    if (!(shift > -inf)) {
      weights.setZero();
      shift = sum = squares = 0;
      return;
    }
    math::detail::by_lanes<L>(n, [&](Index i, Index count) {
      const L e = exp_or_zero(load_some<L>(w + i, count, -inf) - L(shift));
      store_some(e, w + i, count);
      sums += e;
      squared = multiply_add(e, e, squared);
    });
    sum = math::sum(sums);
    squares = math::sum(squared);
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
    ratios.weights = log_densities.row(k) - background;  // again, so that the smallest are there too
    ratios.weights.array() -= ratios.shift;
    math::exp(ratios.weights.data(), ratios.weights.data(), background.size());
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

#pragma once
#include <algorithm>
#include <cmath>
#include <limits>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/diagnostics/effective_sample_size.hpp"
#include "variate/diagnostics/running_mean.hpp"

namespace variate {

/// A Monte Carlo mean and how far to trust it.
struct MeanWithError {
  double mean = std::numeric_limits<double>::quiet_NaN();   ///< NaN if no value was kept
  double error = std::numeric_limits<double>::quiet_NaN();  ///< standard error; NaN for fewer than two values
  Index count = 0;                                          ///< values kept
  Index dropped = 0;                                        ///< values left out for not being finite
};

/// Mean of independent values and its standard error, sd / sqrt(n). Values that are not finite are left out and counted.
template <class Derived>
MeanWithError mean_with_error(const Eigen::DenseBase<Derived>& values) {
  RunningMean running;
  for (Index i = 0; i < values.size(); ++i) {
    const double x = static_cast<double>(values.derived().coeff(i));
    if (std::isfinite(x)) running.add(x);
  }
  return {running.mean(), running.error(), running.count(), values.size() - running.count()};
}

/// Self-normalised importance average sum_i w_i f_i / sum_i w_i and its standard error by the delta method,
/// sqrt(sum_i wbar_i^2 (f_i - mean)^2) with normalised weights wbar (Owen 2013, Monte Carlo theory, methods and examples, eq.
/// 9.9). `log_weights` need not be normalised; -inf is a weight of zero, whose value may be anything. Pairs with a NaN or +inf
/// weight, or a value that is not finite, are left out and counted. Throws ShapeError if the sizes differ.
template <class Derived, class Other>
MeanWithError mean_with_error(const Eigen::DenseBase<Derived>& values, const Eigen::DenseBase<Other>& log_weights) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  detail::require_size("mean_with_error", "number of log weights", log_weights.size(), values.size());
  const Index n = values.size();
  Vector<double> f = Vector<double>::Zero(n), w = Vector<double>::Constant(n, -infinity);
  MeanWithError result;
  double top = -infinity;
  for (Index i = 0; i < n; ++i) {
    const double value = static_cast<double>(values.derived().coeff(i));
    const double log_weight = static_cast<double>(log_weights.derived().coeff(i));
    if (log_weight == -infinity) {
      ++result.count;
    } else if (std::isfinite(value) && std::isfinite(log_weight)) {
      ++result.count;
      f(i) = value;
      w(i) = log_weight;
      top = std::max(top, log_weight);
    } else {
      ++result.dropped;
    }
  }
  if (!(top > -infinity)) return result;
  for (Index i = 0; i < n; ++i) w(i) = std::exp(w(i) - top);
  w /= w.sum();
  result.mean = w.dot(f);
  if (result.count > 1) result.error = std::sqrt((w.array() * (f.array() - result.mean)).square().sum());
  return result;
}

/// Mean of a stationary, correlated trace, with the standard error sd / sqrt(ESS) of `trace_effective_sample_size`.
/// Values that are not finite are left out and counted, as if the trace had not stopped there.
template <class Derived>
MeanWithError trace_mean_with_error(const Eigen::DenseBase<Derived>& trace) {
  Vector<double> kept(trace.size());
  RunningMean running;
  for (Index i = 0; i < trace.size(); ++i) {
    const double x = static_cast<double>(trace.derived().coeff(i));
    if (!std::isfinite(x)) continue;
    kept(running.count()) = x;
    running.add(x);
  }
  MeanWithError result{running.mean(), running.error(), running.count(), trace.size() - running.count()};
  if (result.count > 1)
    result.error = std::sqrt(running.variance() / trace_effective_sample_size(kept.head(result.count)));
  return result;
}

}  // namespace variate

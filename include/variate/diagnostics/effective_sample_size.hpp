#pragma once
#include <algorithm>
#include <cmath>
#include <limits>

#include "variate/core/types.hpp"

namespace variate {

/// Effective number of independent draws behind a self-normalised importance average (Kish 1965): (sum w)^2 / sum w^2, from the
/// logarithms of the weights, which need not be normalised. Between 1 and their number; 0 if no weight is positive.
/// -inf is a weight of zero; NaN and +inf are left out. It knows the weights alone: read it together with `pareto_k`, since heavy
/// tails that were not drawn do not show here.
template <class Derived>
double weights_effective_sample_size(const Eigen::DenseBase<Derived>& log_weights) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  double top = -infinity;
  for (Index i = 0; i < log_weights.size(); ++i) {
    const double w = static_cast<double>(log_weights.derived().coeff(i));
    if (w < infinity) top = std::max(top, w);
  }
  if (!(top > -infinity)) return 0;
  double sum = 0, squares = 0;
  for (Index i = 0; i < log_weights.size(); ++i) {
    const double log_weight = static_cast<double>(log_weights.derived().coeff(i));
    if (!(log_weight < infinity)) continue;
    const double w = std::exp(log_weight - top);
    sum += w;
    squares += w * w;
  }
  return sum * sum / squares;
}

/// Effective number of independent values behind the mean of a stationary trace of length n: n / tau, where
/// tau = -1 + 2 sum_k P_k and P_k = rho(2k) + rho(2k + 1) are pairs of autocorrelations, summed as long as they are positive and
/// never allowed to rise (the initial monotone sequence of Geyer 1992, section 3.3; autocovariances with divisor n).
/// At most n max(1, log10 n), which antithetic traces can reach. A constant trace counts as n. Fewer than four values: n. NaN if
/// the trace holds a number that is not finite. Costs n times the lags that are summed.
template <class Derived>
double trace_effective_sample_size(const Eigen::DenseBase<Derived>& trace) {
  const Index n = trace.size();
  const double size = static_cast<double>(n);
  Vector<double> x(n);
  for (Index i = 0; i < n; ++i) x(i) = static_cast<double>(trace.derived().coeff(i));
  for (Index i = 0; i < n; ++i)
    if (!std::isfinite(x(i))) return std::numeric_limits<double>::quiet_NaN();
  if (n < 4) return size;
  x.array() -= x.mean();
  const double scale = x.lpNorm<Eigen::Infinity>();
  if (!(scale > 0)) return size;
  x /= scale;
  const double variance = x.squaredNorm();
  const auto rho = [&](Index lag) { return x.head(n - lag).dot(x.tail(n - lag)) / variance; };

  double tau = -1, last = std::numeric_limits<double>::infinity();
  for (Index lag = 0; lag + 1 < n; lag += 2) {
    const double pair = rho(lag) + rho(lag + 1);
    if (!(pair > 0)) break;
    last = std::min(last, pair);
    tau += 2 * last;
  }
  return size / std::max(tau, 1 / std::max(1.0, std::log10(size)));
}

}  // namespace variate

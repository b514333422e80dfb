#pragma once
/// Pareto-smoothed importance sampling (Vehtari, Simpson, Gelman, Yao and Gabry 2024, JMLR 25:72): can importance weights repair
/// what a fitted q misses, and are the averages they give to be trusted?
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"

namespace variate {

/// What a Pareto fit to the largest importance ratios says.
struct ParetoSmoothed {
  /// Shape of the tail. Below `threshold()`, weighted averages are reliable; from there to 1 their error is large and
  /// underestimated; above 1 the ratios have no mean. +infinity if fewer than five draws lie in the tail, so that nothing can be
  /// said; -infinity if the ratios are constant to 1e-8, as they are where q is the target.
  double k = std::numeric_limits<double>::infinity();
  Vector<double> log_weights;  ///< smoothed and normalised (their exponentials sum to 1), in the order given; -inf where dropped
  Index tail = 0;              ///< draws the fit has seen
  Index kept = 0;              ///< ratios used
  Index dropped = 0;           ///< ratios left out: NaN or +infinity

  /// min(1 - 1 / log10(kept), 0.7): above it the sample is too small for its tail (section 3.2.4 of the paper).
  double threshold() const { return kept < 2 ? -infinity : std::min(1 - 1 / std::log10(static_cast<double>(kept)), 0.7); }
  /// k is below the threshold.
  bool reliable() const { return k < threshold(); }

 private:
  static constexpr double infinity = std::numeric_limits<double>::infinity();
};

/// A generalised Pareto distribution above 0: P(X > x) = (1 + k x / sigma)^(-1/k).
struct ParetoFit {
  double k = std::numeric_limits<double>::infinity();  ///< shape, already drawn towards 1/2
  double sigma = 0;                                    ///< scale; 0 where there was nothing to fit
};

/// Fits a generalised Pareto distribution to positive excesses in ascending order by the posterior mean of Zhang and Stephens
/// (2009), with k drawn towards 1/2 by ten prior observations (Vehtari et al. 2024, appendix C).
inline ParetoFit fit_pareto_tail(const Vector<double>& excess) {
  const Index n = excess.size();
  const double size = static_cast<double>(n);
  if (n < 5) return {};
  const double quartile = excess(static_cast<Index>(std::floor(size / 4 + 0.5)) - 1);
  if (!(quartile > 0) || !std::isfinite(excess(n - 1))) return {};

  const auto shape = [&](double b) {
    double sum = 0;
    for (Index i = 0; i < n; ++i) sum += std::log1p(-b * excess(i));
    return sum / size;
  };
  const Index grid = 30 + static_cast<Index>(std::floor(std::sqrt(size)));
  Vector<double> b(grid), log_likelihood(grid);
  for (Index j = 0; j < grid; ++j) {
    const double place = std::sqrt(static_cast<double>(grid) / (static_cast<double>(j) + 0.5));
    b(j) = 1 / excess(n - 1) + (1 - place) / (3 * quartile);
    const double k = shape(b(j));
    // b = 0 is the exponential distribution with mean -k / b.
    const double scale = b(j) == 0 ? 1 / excess.mean() : -b(j) / k;
    log_likelihood(j) = size * (std::log(scale) - k - 1);
  }
  const double top = log_likelihood.maxCoeff();
  Vector<double> weight = (log_likelihood.array() - top).exp();
  weight /= weight.sum();
  // The reference implementations leave out weights that rounding has made meaningless, and so do we.
  weight = (weight.array() < 10 * std::numeric_limits<double>::epsilon()).select(0.0, weight);
  const double best = weight.dot(b) / weight.sum();
  const double k = shape(best);
  return {(size * k + 10 * 0.5) / (size + 10), best == 0 ? excess.mean() : -k / best};
}

/// Smooths importance ratios and measures their tail. `log_ratios` = log p(x_i) - log q(x_i) at draws x_i of q, unnormalised, any
/// shape. The M = ceil(min(S/5, 3 sqrt(S))) largest of S are replaced by quantiles of a Pareto fit, none above the largest raw
/// ratio. -infinity is a weight of zero; NaN and +infinity are left out and counted. O(S log S).
template <class Derived>
ParetoSmoothed pareto_smooth(const Eigen::DenseBase<Derived>& log_ratios) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  ParetoSmoothed result;
  Vector<double>& x = result.log_weights;
  x.setConstant(log_ratios.size(), -infinity);
  double top = -infinity;
  std::vector<Index> order;
  order.reserve(static_cast<std::size_t>(log_ratios.size()));
  for (Index i = 0; i < log_ratios.size(); ++i) {
    const double r = static_cast<double>(log_ratios.derived().coeff(i));
    if (!(r < infinity)) {
      ++result.dropped;
      continue;
    }
    x(i) = r;
    top = std::max(top, r);
    order.push_back(i);
  }
  result.kept = static_cast<Index>(order.size());
  if (!(top > -infinity)) return result;
  for (const Index i : order) x(i) -= top;

  // Ascending; ties in the order given, so that the answer does not depend on the sorting algorithm.
  const double size = static_cast<double>(result.kept);
  const Index wanted = static_cast<Index>(std::ceil(std::min(size / 5, 3 * std::sqrt(size))));
  std::sort(order.begin(), order.end(), [&](Index a, Index b) { return x(a) < x(b) || (x(a) == x(b) && a < b); });
  const double below = x(order[static_cast<std::size_t>(std::max<Index>(result.kept - wanted - 1, 0))]);
  const double cutoff = std::max(below, std::log(std::numeric_limits<double>::min()));
  const auto first = std::upper_bound(order.begin(), order.end(), cutoff, [&](double c, Index i) { return c < x(i); });
  result.tail = static_cast<Index>(order.end() - first);

  const double base = std::exp(cutoff);
  if (x(order.front()) > -1e-8 && wanted >= 5) {
    result.k = -infinity;
  } else if (result.tail >= 5) {
    Vector<double> excess(result.tail);
    for (Index i = 0; i < result.tail; ++i) excess(i) = base * std::expm1(x(first[i]) - cutoff);
    const ParetoFit fit = fit_pareto_tail(excess);
    result.k = std::isnan(fit.k) ? infinity : fit.k;
    if (std::isfinite(fit.k) && fit.sigma > 0) {
      for (Index i = 0; i < result.tail; ++i) {
        const double log_survival = std::log1p(-(static_cast<double>(i) + 0.5) / static_cast<double>(result.tail));
        const double quantile = std::abs(fit.k) < std::numeric_limits<double>::epsilon()
                                    ? -log_survival
                                    : std::expm1(-fit.k * log_survival) / fit.k;
        x(first[i]) = std::min(std::log(base + fit.sigma * quantile), 0.0);
      }
    }
  }
  x.array() -= std::log(x.array().exp().sum());
  return result;
}

/// The shape k-hat of the tail of importance ratios, from their logarithms: see ParetoSmoothed::k and `pareto_smooth`.
template <class Derived>
double pareto_k(const Eigen::DenseBase<Derived>& log_ratios) {
  return pareto_smooth(log_ratios).k;
}

}  // namespace variate

#pragma once
/// What an integration gives: iterations, how they are put together, and what says whether to believe them.
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/math/incomplete_gamma.hpp"
#include "variate/random/fill.hpp"

namespace variate {

/// What to do with points where the integrand is NaN or infinite.
enum class NonFinite {
  drop,  ///< worth nothing; counted, and the error widened as if together they were worth their share of the integral
  stop,  ///< the step is not taken, and a run ends
};

/// How iterations are put together.
enum class Combination {
  counts,            ///< weighted by their calls: unbiased whatever the iterations know of each other
  inverse_variance,  ///< weighted by 1/variance: biased low where a small value comes with a small error, as when a peak is
                     ///< missed
  equal,             ///< the plain mean
};

/// Sums over the weights of points, each of which is an estimate of the integral.
struct WeightSums {
  Index count = 0;     ///< points
  double sum = 0;      ///< of |w|
  double squares = 0;  ///< of w^2
  double largest = 0;  ///< |w|
  void add(double w) {
    const double size = std::abs(w);
    ++count;
    sum += size;
    squares += w * w;
    largest = std::max(largest, size);
  }
  void add(const WeightSums& other) {
    count += other.count;
    sum += other.sum;
    squares += other.squares;
    largest = std::max(largest, other.largest);
  }
  /// Effective number of points, (sum |w|)^2 / sum w^2 (Kish 1965); 0 if all are zero.
  double effective_size() const { return squares > 0 ? sum * (sum / squares) : 0; }
  /// mean |w| / max |w|: the share of events that rejection keeps. One extreme point decides it. 0 if all are zero.
  double unweighting_efficiency() const { return largest > 0 ? sum / (static_cast<double>(count) * largest) : 0; }
  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.count, self.sum, self.squares, self.largest);
  }
};

/// One unbiased estimate of the integral, given what was learned before it.
struct IterationEstimate {
  double mean = 0;      ///< the estimate
  double variance = 0;  ///< of the estimate, not of a point
  Index calls = 0;      ///< of the integrand
  Index dropped = 0;    ///< points with a value that is not finite
  WeightSums weights{};
  double error() const { return std::sqrt(variance); }
  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.mean, self.variance, self.calls, self.dropped, self.weights);
  }
};

/// The mean of weights, each an estimate of the integral, with the variance of that mean (divisor n - 1). Weights that are not
/// finite count as zero, and widen the variance by the square of what they were worth if they were worth the average; it is
/// infinite if all are such. InvalidArgument for fewer than two weights: one point has no error.
inline IterationEstimate iteration_estimate(const Row<double>& weights) {
  detail::require_at_least("iteration_estimate", "number of weights", weights.size(), 2);
  IterationEstimate e;
  e.calls = weights.size();
  double sum = 0;
  for (const double w : weights) {
    const bool good = std::isfinite(w);
    e.dropped += !good;
    e.weights.add(good ? w : 0);
    if (good) sum += w;
  }
  const double n = static_cast<double>(e.calls);
  e.mean = sum / n;
  double squares = 0, rest = 0;
  for (const double w : weights) {
    const double off = (std::isfinite(w) ? w : 0) - e.mean;
    squares += off * off;
    rest += off;
  }
  e.variance = (squares - rest * rest / n) / (n - 1) / n;
  const double missing = static_cast<double>(e.dropped) * e.weights.sum / (n * std::max(1.0, n - static_cast<double>(e.dropped)));
  e.variance += missing * missing;
  if (e.dropped == e.calls) e.variance = std::numeric_limits<double>::infinity();
  return e;
}

/// An integral with its error and what speaks for and against it.
struct Integral {
  double mean = std::numeric_limits<double>::quiet_NaN();         ///< NaN if there was no iteration
  double error = std::numeric_limits<double>::quiet_NaN();        ///< standard error
  double chi2 = 0;                                                ///< of the iterations about their combination
  Index degrees = 0;                                              ///< iterations - 1
  double probability = std::numeric_limits<double>::quiet_NaN();  ///< Q: of a chi2 at least as large; NaN for one iteration
  Index calls = 0;                                                ///< of the integrand, in the iterations that count
  Index dropped = 0;                                              ///< points with a value that is not finite
  double effective_size = 0;                                      ///< Kish's, of the points that count
  double unweighting_efficiency = 0;                              ///< mean |w| / max |w|

  /// calls (error/mean)^2: what a method needs, whatever the number of calls.
  double relative_variance() const { return static_cast<double>(calls) * (error / mean) * (error / mean); }
  /// (mean - exact)/error
  double pull(double exact) const { return (mean - exact) / error; }
};

/// Puts iterations together. chi2: by counts, sum n_i (I_i - I)^2 / s^2 with the pooled variance s^2 of a point; by inverse
/// variance, sum (I_i - I)^2 / var_i; equal, sum (I_i - I)^2 / mean(var).
inline Integral combine(const std::vector<IterationEstimate>& iterations, Combination how = Combination::counts) {
  Integral all;
  if (iterations.empty()) return all;
  WeightSums weights;
  double total = 0, mean = 0, variance = 0, pooled = 0;
  for (const IterationEstimate& one : iterations) {
    weights.add(one.weights);
    all.calls += one.calls;
    all.dropped += one.dropped;
  }
  // a variance of zero would be an infinite weight
  const auto share = [&](const IterationEstimate& one) {
    if (how == Combination::equal) return 1.0;
    if (how == Combination::counts) return static_cast<double>(one.calls);
    return 1 / std::max({one.variance, 1e-30 * one.mean * one.mean, std::numeric_limits<double>::min()});
  };
  for (const IterationEstimate& one : iterations) total += share(one);
  for (const IterationEstimate& one : iterations) {
    const double part = share(one) / total;
    mean += part * one.mean;
    variance += part * part * one.variance;
    pooled += part * (how == Combination::counts ? static_cast<double>(one.calls) : 1) * one.variance;
  }
  all.mean = mean;
  all.error = std::sqrt(variance);
  for (const IterationEstimate& one : iterations) {
    const double off = (one.mean - mean) * (one.mean - mean);
    if (off == 0) continue;
    if (how == Combination::inverse_variance) all.chi2 += off * share(one);
    else all.chi2 += off * (how == Combination::counts ? static_cast<double>(one.calls) : 1) / pooled;
  }
  all.degrees = static_cast<Index>(iterations.size()) - 1;
  if (all.degrees > 0) all.probability = math::gamma_q(0.5 * static_cast<double>(all.degrees), 0.5 * all.chi2);
  all.effective_size = weights.effective_size();
  all.unweighting_efficiency = weights.unweighting_efficiency();
  return all;
}

/// Options of `bootstrap_unweighting_efficiency`.
struct BootstrapOptions {
  Index replicas = 1000;  ///< at least 1
  Index size = 0;         ///< weights in a replica; 0: a tenth of all
};

/// mean |w| over the median, over bootstrap replicas, of their largest |w|: far less noisy than mean/max, and what a smaller run
/// would see. A replica as large as the whole set contains its largest weight with probability 0.63, so that the median would be
/// that weight: hence smaller ones. The largest of m draws with replacement from n sorted weights is weight ceil(n u^(1/m)),
/// which costs one uniform number a replica. InvalidArgument for no weights; those that are not finite count as zero.
template <class R>
double bootstrap_unweighting_efficiency(const Row<double>& weights, R& rng, const BootstrapOptions& options = {}) {
  detail::require_at_least("bootstrap_unweighting_efficiency", "number of weights", weights.size(), 1);
  detail::require_at_least("bootstrap_unweighting_efficiency", "replicas", options.replicas, 1);
  detail::require_at_least("bootstrap_unweighting_efficiency", "size", options.size, 0);
  const Index n = weights.size(), size = options.size > 0 ? options.size : std::max<Index>(1, n / 10);
  std::vector<double> sorted(static_cast<std::size_t>(n));
  double sum = 0;
  for (Index i = 0; i < n; ++i) {
    const double w = std::isfinite(weights[i]) ? std::abs(weights[i]) : 0;
    sorted[static_cast<std::size_t>(i)] = w;
    sum += w;
  }
  std::sort(sorted.begin(), sorted.end());
  const Batch<double> u = uniforms<double>(rng, 1, options.replicas);
  std::vector<double> largest(static_cast<std::size_t>(options.replicas));
  for (Index i = 0; i < options.replicas; ++i) {
    const double rank = std::ceil(static_cast<double>(n) * std::pow(u(0, i), 1 / static_cast<double>(size)));
    const Index at = std::clamp<Index>(static_cast<Index>(rank) - 1, 0, n - 1);
    largest[static_cast<std::size_t>(i)] = sorted[static_cast<std::size_t>(at)];
  }
  const auto middle = largest.begin() + static_cast<std::ptrdiff_t>(largest.size() / 2);
  std::nth_element(largest.begin(), middle, largest.end());
  return *middle > 0 ? sum / (static_cast<double>(n) * *middle) : 0;
}

}  // namespace variate

#pragma once
/// Samplers against distribution functions and known expectations.
#include <cmath>
#include <vector>

#include "distributions/fixture_cases.hpp"
#include "support/statistics.hpp"

namespace variate_tests {

/// Kolmogorov-Smirnov probability of n draws of a family of one coordinate against its own cdf (tested apart).
template <class Q>
double sampler_p(const Q& q, Index n, Rng& rng) {
  using T = typename Q::Scalar;
  const Batch<T> x = q.sample(rng, n);
  const Batch<T> u = q.cdf(x);  // uniform, if the sampler is right
  std::vector<T> sample(u.data(), u.data() + u.size());
  return kolmogorov_smirnov_p(sample, [](double v) { return v; });
}

/// Largest z of the pathwise gradient of E f(x) by theta, f given by its slope, against the known gradient. q has n data points, all with
/// the same parameters, so that each pulls back alone.
template <class Q, class Slope>
double path_z(const Q& q, Rng& rng, Slope slope, const std::vector<double>& known) {
  const auto draw = q.rsample(rng, 1);
  const Batch<double> each = draw.theta_pullback(draw.value.unaryExpr(slope));
  const double n = static_cast<double>(each.cols());
  double worst = 0;
  for (Index i = 0; i < each.rows(); ++i) {
    const double mean = each.row(i).mean(), spread = (each.row(i).array() - mean).square().sum() / n;
    const double off = std::abs(mean - known[static_cast<std::size_t>(i)]);
    worst = std::max(worst, off < 1e-12 ? 0 : off / std::sqrt(spread / n));
  }
  return worst;
}
inline Batch<double> many(double value, Index n) { return Batch<double>::Constant(1, n, value); }

}  // namespace variate_tests

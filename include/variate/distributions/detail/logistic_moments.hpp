#pragma once
/// Expectations of the logistic function x = 1/(1 + e^-y) of a normal y, by the trapezoidal rule, which for integrands analytic
/// in a strip converges exponentially (L. N. Trefethen and J. A. C. Weideman, "The exponentially convergent trapezoidal rule",
/// SIAM Review 56 (2014)): the poles of x are pi away from the real line.
#include <algorithm>
#include <cmath>

namespace variate::detail {

struct LogisticMoments {
  double mean;       ///< E x
  double variance;   ///< Var x
  double slope;      ///< E x (1-x)
  double log_slope;  ///< E log(x (1-x))
};

/// To about 1e-14 of each number's size (1e-13 where they are below 1e-100), the mean and the variance also where they are tiny.
inline LogisticMoments logistic_moments(double loc, double scale) {
  constexpr double step = 0.4, per_root_two_pi = 0.398942280401432678, root_half = 0.707106781186547524;
  const double below = -std::abs(loc);  // by symmetry: mean and variance are small numbers then, not 1 less one
  double mean = 0, square = 0, slope = 0, soft = 0;
  if (scale < 1) {  // nodes in the normal number z; of x its difference to x at z = 0, which keeps its digits
    constexpr int nodes = 51;
    const double e = std::exp(below), x0 = e / (1 + e);
    double weight[nodes], over[nodes], mean_over = 0;
    for (int i = 0; i < nodes; ++i) {
      const double z = step * (i - nodes / 2), y = below + scale * z, tail = std::exp(-std::abs(y)),
                   grown = std::expm1(scale * z);
      weight[i] = step * per_root_two_pi * std::exp(-0.5 * z * z);
      over[i] = x0 * grown / ((1 + e) * (1 + x0 * grown));
      mean_over += weight[i] * over[i];
      slope += weight[i] * tail / ((1 + tail) * (1 + tail));
      soft += weight[i] * (std::log1p(tail) + std::max(y, 0.0));
    }
    double variance = 0;
    for (int i = 0; i < nodes; ++i) variance += weight[i] * (over[i] - mean_over) * (over[i] - mean_over);
    mean = x0 + mean_over;
    return {loc > 0 ? 1 - mean : mean, variance, slope, below - 2 * soft};
  }
  // A wide normal number: by parts, f(y) is the integral over t < y of f'(t), and f' is narrow. Nodes in t.
  const double first = std::max(-760.0, below - 40);
  for (int i = static_cast<int>(first / step); step * i < 40; ++i) {
    const double t = step * i, e = std::exp(-std::abs(t)), unlikely = e / (1 + e), w = step * unlikely / (1 + e);
    const double u = (below - t) / scale, above = 0.5 * std::erfc(-u * root_half),
                 density = per_root_two_pi * std::exp(-0.5 * u * u);
    mean += w * above;
    square += w * 2 * (t < 0 ? unlikely : 1 / (1 + e)) * above;
    slope += w * density / scale;
    soft += w * ((below - t) * above + scale * density);
  }
  return {loc > 0 ? 1 - mean : mean, square - mean * mean, slope, below - 2 * soft};
}

}  // namespace variate::detail

#pragma once
/// Is this sample from that distribution? Used with fixed seeds, so a test that passes once passes always; the false-alarm rates
/// are those of choosing the seed. Nothing here knows the library.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

namespace variate_tests {

/// Asymptotic probability of a Kolmogorov-Smirnov distance at least as large (Stephens 1970), sample against a continuous cdf.
template <class T, class Cdf>
double kolmogorov_smirnov_p(std::vector<T> sample, Cdf&& cdf) {
  std::sort(sample.begin(), sample.end());
  const double n = static_cast<double>(sample.size());
  double distance = 0;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const double p = cdf(static_cast<double>(sample[i])), k = static_cast<double>(i);
    distance = std::max({distance, p - k / n, (k + 1) / n - p});
  }
  const double lambda = (std::sqrt(n) + 0.12 + 0.11 / std::sqrt(n)) * distance;
  if (lambda < 0.2) return 1;
  double p = 0;
  for (int k = 1; k <= 100; ++k) p += (k % 2 == 1 ? 2 : -2) * std::exp(-2.0 * k * k * lambda * lambda);
  return std::clamp(p, 0.0, 1.0);
}

/// z-score of the sample's mean of g(x), given that g(x) has this mean and variance.
template <class T, class G>
double mean_z(const std::vector<T>& sample, G&& g, double mean, double variance) {
  double sum = 0;
  for (const T x : sample) sum += g(static_cast<double>(x)) - mean;
  return sum / std::sqrt(variance * static_cast<double>(sample.size()));
}

/// z-score of the correlation of two samples of independent numbers with mean 0 and variance 1.
template <class T>
double correlation_z(const std::vector<T>& a, const std::vector<T>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return sum / std::sqrt(static_cast<double>(a.size()));
}

/// z-score of Pearson's statistic for counts with equal expectations (Wilson and Hilferty's cube root).
template <class Counts>
double chi_square_z(const Counts& counts) {
  double total = 0, statistic = 0;
  for (const auto c : counts) total += static_cast<double>(c);
  const double cells = static_cast<double>(counts.size()), expected = total / cells;
  for (const auto c : counts) statistic += (static_cast<double>(c) - expected) * (static_cast<double>(c) - expected) / expected;
  const double k = cells - 1, v = 2 / (9 * k);
  return (std::cbrt(statistic / k) - (1 - v)) / std::sqrt(v);
}

inline double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

/// The regularised lower incomplete gamma function P(a, x), by its series (x < a + 1) or Lentz's continued fraction.
inline double gamma_cdf(double a, double x) {
  if (x <= 0) return 0;
  const double front = std::exp(a * std::log(x) - x - std::lgamma(a));
  if (x < a + 1) {
    double term = 1 / a, sum = term;
    for (double k = a + 1; term > sum * 1e-14; k += 1) sum += term *= x / k;
    return front * sum;
  }
  double b = x + 1 - a, c = 1e300, d = 1 / b, h = d;
  for (int i = 1; i < 1000000; ++i) {
    const double step = -i * (i - a);
    b += 2;
    d = 1 / (step * d + b);
    c = b + step / c;
    h *= d * c;
    if (std::abs(d * c - 1) < 1e-14) break;
  }
  return 1 - front * h;
}

}  // namespace variate_tests

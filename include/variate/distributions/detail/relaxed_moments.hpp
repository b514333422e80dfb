#pragma once
/// Expectations of x = 1/(1 + e^-y) where y = (logit + a logistic number)/temperature, by the trapezoidal rule (see
/// logistic_moments.hpp; here too the nearest poles are pi away from the real line).
#include <algorithm>
#include <cmath>

namespace variate::detail {

struct RelaxedMoments {
  double mean;       ///< E x
  double variance;   ///< Var x
  double log_slope;  ///< E log(x (1-x))
  double pull;       ///< E y tanh(y/2)
};

/// To about 1e-14 of each number's size.
inline RelaxedMoments relaxed_moments(double logit, double temperature) {
  constexpr double step = 0.4, most = 760;
  const double below = -std::abs(logit);  // by symmetry: mean and variance are small numbers then, not 1 less one
  const auto sigmoid = [](double t) { return t < 0 ? std::exp(t) / (1 + std::exp(t)) : 1 / (1 + std::exp(-t)); };
  const auto softplus = [](double t) { return std::max(t, 0.0) + std::log1p(std::exp(-std::abs(t))); };
  double mean = 0, square = 0, soft = 0, pull = 0;
  // Both ways weigh with the logistic density: of the noise, or of t, by parts, where f(y) is the integral over t < y of f'(t).
  const auto visit = [&](double first, double last, auto f) {
    for (int i = static_cast<int>(std::max(-most, first) / step); step * i < std::min(most, last); ++i) {
      const double t = step * i, e = std::exp(-std::abs(t));
      f(step * e / ((1 + e) * (1 + e)), t);
    }
  };
  if (temperature < 1) {
    visit(-40 - std::min(-below / temperature, 40 / (1 - temperature)), 40, [&](double w, double t) {
      const double u = below - temperature * t, above = sigmoid(u);
      mean += w * above;
      square += w * 2 * sigmoid(t) * above;
      soft += w * softplus(u) / temperature;
      // y tanh(y/2) less -log(x (1-x)) is narrow.
      pull += step * (t * std::tanh(t / 2) - softplus(t) - softplus(-t)) * temperature * above * sigmoid(-u);
    });
    const double log_slope = below / temperature - 2 * soft;
    return {logit > 0 ? 1 - mean : mean, square - mean * mean, log_slope, pull - log_slope};
  }
  double variance = 0;
  visit(-40, 40 - below, [&](double w, double t) {
    mean += w * sigmoid((below + t) / temperature);
    soft += w * softplus((below + t) / temperature);
    pull += w * (below + t) / temperature * std::tanh((below + t) / temperature / 2);
  });
  visit(-40, 40 - below, [&](double w, double t) {
    const double off = sigmoid((below + t) / temperature) - mean;
    variance += w * off * off;
  });
  return {logit > 0 ? 1 - mean : mean, variance, below / temperature - 2 * soft, pull};
}

}  // namespace variate::detail

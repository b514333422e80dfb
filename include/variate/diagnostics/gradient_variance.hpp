#pragma once
/// Which estimator is less noisy here? Repeated gradients of the same expectation, side by side.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/diagnostics/gradient_noise.hpp"
#include "variate/random/detail/stream.hpp"

namespace variate {

/// How long and how closely to look.
struct GradientVarianceOptions {
  Index samples = 2;     ///< draws for each data point in one estimate
  Index repeats = 1000;  ///< estimates
};

/// What repeated estimates of one gradient by q's parameters were like.
template <class T>
struct GradientVariance {
  GradientNoise<T> noise;  ///< mean, variance and signal-to-noise ratio, of each coordinate too
  double evaluations = 0;  ///< columns on which the integrand was called, a mean over the estimates
  double seconds = 0;      ///< of one estimate, a mean
  Index dropped = 0;       ///< samples that were left out

  /// Total variance times evaluations: what is left of the variance when a cheaper estimator may draw more often instead.
  double cost_adjusted() const { return noise.total_variance() * evaluations; }
};

/// Estimates the gradient of E_q[f] again and again, at q's parameters and the estimator's state as they are. An engine that can
/// split gives repeat i the stream `rng.split(i)` and does not move. Throws InvalidArgument if repeats < 2, and what the
/// estimator throws.
template <class E, class Q, class F, class R>
GradientVariance<ScalarOf<Q>> gradient_variance(const E& estimator, const Q& q, const F& f, R& rng,
                                                GradientVarianceOptions options = {}) {
  detail::require_at_least("gradient_variance", "repeats", options.repeats, 2);
  GradientVariance<ScalarOf<Q>> all;
  for (Index i = 0; i < options.repeats; ++i) {
    auto&& stream = detail::stream(rng, static_cast<std::uint64_t>(i));
    const auto begin = std::chrono::steady_clock::now();
    const auto estimate = estimator(q, f, stream, options.samples);
    all.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    all.evaluations += static_cast<double>(estimate.evaluations);
    all.dropped += estimate.dropped;
    all.noise.add(estimate.q);
  }
  all.seconds /= static_cast<double>(options.repeats);
  all.evaluations /= static_cast<double>(options.repeats);
  return all;
}

/// One estimator in a comparison.
struct ComparedEstimator {
  std::string name;            ///< as it was given
  double gradient_norm = 0;    ///< of the mean gradient
  double total_variance = 0;   ///< summed over the coordinates
  double signal_to_noise = 0;  ///< of one gradient
  double evaluations = 0;      ///< of one estimate
  double cost_adjusted = 0;    ///< see GradientVariance
  double microseconds = 0;     ///< of one estimate
};

/// Estimators side by side.
struct EstimatorComparison {
  std::vector<ComparedEstimator> rows;  ///< in the order they were given

  /// Aligned columns with a head, for people.
  std::string table() const {
    std::string text = line("%-28s %12s %12s %10s %8s %14s %10s\n", "estimator", "|gradient|", "variance", "signal", "calls",
                            "variance*calls", "us");
    for (const auto& r : rows)
      text += line("%-28s %12.4g %12.4g %10.3g %8.3g %14.4g %10.3g\n", r.name.c_str(), r.gradient_norm, r.total_variance,
                   r.signal_to_noise, r.evaluations, r.cost_adjusted, r.microseconds);
    return text;
  }
  /// The same with all digits, separated by commas, for `write_text` of io/text.hpp or any file.
  std::string csv() const {
    std::string text = "estimator,gradient_norm,total_variance,signal_to_noise,evaluations,cost_adjusted,microseconds\n";
    for (const auto& r : rows)
      text += line("%s,%.17g,%.17g,%.17g,%.17g,%.17g,%.17g\n", r.name.c_str(), r.gradient_norm, r.total_variance,
                   r.signal_to_noise, r.evaluations, r.cost_adjusted, r.microseconds);
    return text;
  }

 private:
  template <class... A>
  static std::string line(const char* form, A... values) {
    std::string text(static_cast<std::size_t>(std::snprintf(nullptr, 0, form, values...)), '\0');
    std::snprintf(text.data(), text.size() + 1, form, values...);
    return text;
  }
};

/// Compares estimators of the same gradient: `compare(q, f, rng, options, std::pair{"DisARM", Disarm{}}, ...)`. Each gets the
/// same streams, where the engine can split. Throws as `gradient_variance` does.
template <class Q, class F, class R, class... Named>
EstimatorComparison compare(const Q& q, const F& f, R& rng, GradientVarianceOptions options, const Named&... named) {
  EstimatorComparison all;
  const auto add = [&](const auto& pair) {
    const auto estimator = pair.second;
    const auto v = gradient_variance(estimator, q, f, rng, options);
    ComparedEstimator row;
    row.name = pair.first;
    row.gradient_norm = v.noise.mean().norm();
    row.total_variance = v.noise.total_variance();
    row.signal_to_noise = v.noise.signal_to_noise();
    row.evaluations = v.evaluations;
    row.cost_adjusted = v.cost_adjusted();
    row.microseconds = 1e6 * v.seconds;
    all.rows.push_back(std::move(row));
  };
  (add(named), ...);
  return all;
}

}  // namespace variate

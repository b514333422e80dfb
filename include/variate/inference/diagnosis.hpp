#pragma once
/// What every fit says about itself at its end.
#include <cstdint>
#include <limits>

#include "variate/diagnostics/gradient_noise.hpp"
#include "variate/inference/elbo_report.hpp"

namespace variate {

/// Can the result be trusted? The ELBO of the averaged guide with its error, the k-hat and the effective sample size of the ratios
/// p/q, and how much of a gradient is signal.
struct Diagnosis : ElboReport {
  /// Of one gradient (GradientNoise::signal_to_noise), at the last guide, from `Diagnosis::repeats` estimates. Far below
  /// 1 at an optimum; far below 1 elsewhere means more samples, another estimator or a smaller step.
  double signal_to_noise = std::numeric_limits<double>::quiet_NaN();
  /// Gradients that the signal-to-noise ratio is taken from.
  static constexpr Index repeats = 32;
};

/// Diagnoses a learner from `draws` fresh draws. With a guide bound to data the ELBO and its error come from `Diagnosis::repeats`
/// estimates of the rule instead, and there is no k-hat (each data point has its own q).
template <class S, class R>
  requires requires(const S& s, R& rng) {
    s.averaged_q();
    s.p();
    s.estimate(rng);
  }
Diagnosis diagnose(const S& learner, R&& rng, Index draws) {
  using T = ScalarOf<S>;
  using Guide = std::remove_cvref_t<decltype(learner.q())>;
  using Model = std::remove_cvref_t<decltype(learner.p())>;
  // streams far from those of the steps, which count from zero
  constexpr std::uint64_t report_stream = ~std::uint64_t{0}, gradient_stream = report_stream - 1;
  Diagnosis diagnosis;
  auto&& gradients = detail::stream(rng, gradient_stream);
  GradientNoise<T> noise;
  Row<double> values(Diagnosis::repeats);
  Index evaluations = 0, dropped = 0;
  for (Index i = 0; i < Diagnosis::repeats; ++i) {
    auto&& stream = detail::stream(gradients, static_cast<std::uint64_t>(i));
    const auto estimate = learner.estimate(stream);
    evaluations += estimate.evaluations;
    dropped += estimate.dropped;
    values(i) = static_cast<double>(estimate.value);
    if (estimate.finite()) noise.add(estimate.q);
  }
  diagnosis.signal_to_noise = noise.signal_to_noise();
  if constexpr (Distribution<Guide> && Integrand<Model, T>) {
    auto&& fresh = detail::stream(rng, report_stream);
    static_cast<ElboReport&>(diagnosis) = report_elbo(learner.averaged_q(), learner.p(), fresh, draws);
  } else {
    diagnosis.draws = evaluations;
    diagnosis.dropped = dropped;
    const MeanWithError mean = mean_with_error(values);
    diagnosis.elbo = mean.mean;
    diagnosis.error = mean.error;
  }
  return diagnosis;
}

}  // namespace variate

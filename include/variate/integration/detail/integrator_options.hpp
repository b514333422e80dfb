#pragma once
/// What an Integrator is told, and what it says of each step.
#include <cmath>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/integration/integral.hpp"
#include "variate/integration/survey_training.hpp"
#include "variate/integration/vegas.hpp"

namespace variate {

/// Where the points of a survey come from.
enum class SurveyStrategy {
  flat,               ///< uniform, always
  forward,            ///< the distribution that learns, always
  flat_then_forward,  ///< uniform in the first step
  adaptive,           ///< uniform until the smoothed loss is below that of the uniform density: see KlSwitch, VarianceSwitch
  fixed,              ///< points given by `add_points`; the integrand is not called
};

/// Options of an Integrator.
struct IntegratorOptions {
  Index survey_steps = 10;     ///< that teach
  Index survey_calls = 10000;  ///< in each, at least 2
  Index refine_steps = 10;     ///< that count
  Index refine_calls = 10000;  ///< in each
  SurveyStrategy strategy = SurveyStrategy::flat_then_forward;
  SurveyTrainingOptions training{};
  double survey_uniform_share = 0.1;    ///< of uniform points among those of q, in [0, 1]: what q has lost is found again
  double refine_uniform_share = 0.002;  ///< of the uniform density in q when it counts: no weight is then above f/share
  double refine_uniform_calls = 0.02;   ///< of the calls that look where only the uniform density is, if it has a share
  Index remembered = 1000;              ///< survey batches that are trained on together, the newest ones
  double teach_again = 0.6;  ///< when refine steps have added this share of new points to those learned from, they are learned
                             ///< from too, for the steps that follow; 0: never. Each estimate stays unbiased
  bool stratify = true;      ///< refine by VEGAS+ in the uniform numbers that q is made of, where it is made of such
  bool use_survey = false;   ///< count the survey too
  Combination combination = Combination::counts;
  NonFinite non_finite = NonFinite::drop;
  Index chunk = 256;  ///< points given to the integrand at a time
};

/// What a step of an Integrator did.
struct IntegratorStep : IntegrationStep {
  bool survey = false;   ///< it taught
  bool learned = false;  ///< its points came from q, but for the uniform share
  TrainingReport training{};
};

namespace detail {

/// InvalidArgument or DomainError for options out of range.
inline void check_options(const IntegratorOptions& options) {
  constexpr const char* name = "Integrator";
  require_at_least(name, "survey_steps", options.survey_steps, 0);
  require_at_least(name, "refine_steps", options.refine_steps, 0);
  require_at_least(name, "survey_calls", options.survey_calls, 2);
  require_at_least(name, "refine_calls", options.refine_calls, 4);
  require_at_least(name, "remembered", options.remembered, 1);
  require_at_least(name, "chunk", options.chunk, 1);
  check_options(name, options.training);
  for (const double share : {options.survey_uniform_share, options.refine_uniform_share, options.refine_uniform_calls})
    if (!(share >= 0 && share <= 1)) throw DomainError(complaint(name, "uniform share", share, "a number in [0, 1]"));
}

/// E[(|f|/I) log(|f|/I)] at uniform points: the KL loss of the uniform density. f >= 0.
inline double uniform_kl(const Row<double>& f) {
  const double mean = f.mean();
  double sum = 0;
  for (const double v : f)
    if (v > 0) sum += v / mean * std::log(v / mean);
  return sum / static_cast<double>(f.size());
}
/// The weights of a part of the points as weights of all: `by` times as large.
inline void scale_weights(WeightSums& sums, double by) {
  sums.sum *= by;
  sums.squares *= by * by;
  sums.largest *= by;
}
/// The sum of two integrals. Each part's weights are estimates of its own; as points of both together they weigh more.
inline void add_part(IterationEstimate& all, const IterationEstimate& rest) {
  const double calls = static_cast<double>(all.calls + rest.calls);
  WeightSums other = rest.weights;
  scale_weights(all.weights, calls / static_cast<double>(all.calls));
  scale_weights(other, calls / static_cast<double>(rest.calls));
  all.weights.add(other);
  all.mean += rest.mean;
  all.variance += rest.variance;
  all.calls += rest.calls;
  all.dropped += rest.dropped;
}

}  // namespace detail
}  // namespace variate

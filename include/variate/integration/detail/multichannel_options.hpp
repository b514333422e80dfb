#pragma once
/// What a multichannel integration is told, and what it says of each step.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/integration/channels.hpp"
#include "variate/integration/integral.hpp"
#include "variate/integration/survey_training.hpp"
#include "variate/integration/vegas.hpp"

namespace variate {

/// Options of a Multichannel.
struct MultichannelOptions {
  Index survey_steps = 10;            ///< that teach
  Index survey_calls = 10000;         ///< of f in each, all channels together; at least 4 a channel
  Index refine_steps = 10;            ///< that count
  Index refine_calls = 10000;         ///< in each
  bool learn_weights = true;          ///< false: the prior alone
  std::vector<Index> hidden{32, 32};  ///< units of the hidden layers of the channel weights' network
  double prior_power = 1;  ///< beta: prior weights are g_i^beta where every channel has its log_density, and equal where none has
  ChannelPrior prior{};    ///< instead of them
  ChannelFeatures features{};                                    ///< what the network sees; empty: x
  SurveyTrainingOptions training{.loss = SurveyLoss::variance};  ///< see channel_losses.hpp
  Index kl_steps = 2;                   ///< survey steps at the beginning that train by the KL loss in any case
  Index remembered = 20;                ///< survey steps whose points are trained on together, the newest ones
  double survey_even_share = 0.5;       ///< of a survey step's calls that go to all channels alike; others as N_i ~ sd_i
  double refine_even_share = 0.05;      ///< of those that count
  double survey_uniform_share = 0.1;    ///< of uniform points among those of a proposal: what it has lost is found again
  double refine_uniform_share = 0.002;  ///< of the uniform density in a proposal when it counts
  double refine_uniform_calls = 0.02;   ///< of a channel's calls that look where only that is
  double drop_below =
      1e-4;              ///< the smallest channels are dropped while together they have at most this share of int |f|; 0: none
  Index drop_after = 3;  ///< survey steps before that
  bool stratify = true;  ///< refine by VEGAS+ in the uniform numbers that a proposal is made of, where it is made of such
  NonFinite non_finite = NonFinite::drop;
  Index chunk = 256;       ///< points given to f at a time
  std::uint64_t seed = 1;  ///< of the network's first parameters
};

/// What a step of a Multichannel did.
struct MultichannelStep : IntegrationStep {
  bool survey = false;  ///< it taught
  TrainingReport training{};
  std::vector<IterationEstimate> channels{};  ///< one a channel; no calls for a dropped one
  Index dropped_channels = 0;                 ///< by this step
};

namespace detail {

/// total calls shared out among channels: each active one gets `least`, of the rest even_share alike and the others in
/// proportion to deviation (of one call; one that is not finite makes all alike). Variances v_i/N_i sum up to at least
/// (sum sd_i)^2/total, which N_i ~ sd_i reaches.
inline std::vector<Index> allocate_calls(const std::vector<double>& deviation, const std::vector<char>& active, Index total,
                                         double even_share, Index least) {
  double sum = 0, count = 0;
  for (std::size_t i = 0; i < active.size(); ++i) {
    if (!active[i]) continue;
    sum += deviation[i];
    count += 1;
  }
  const bool known = sum > 0 && std::isfinite(sum);
  const Index free = total - least * static_cast<Index>(count);
  std::vector<Index> calls(active.size(), 0);
  Index left = free;
  std::size_t largest = active.size();
  for (std::size_t i = 0; i < active.size(); ++i) {
    if (!active[i]) continue;
    const double share = known ? even_share / count + (1 - even_share) * deviation[i] / sum : 1 / count;
    const auto own = static_cast<Index>(share * static_cast<double>(free));
    calls[i] = least + own;
    left -= own;
    if (largest == active.size() || calls[i] > calls[largest]) largest = i;
  }
  if (largest < active.size()) calls[largest] += left;
  return calls;
}

/// Throws for options out of range.
inline void check_options(const MultichannelOptions& options, Index channels) {
  constexpr const char* name = "Multichannel";
  require_at_least(name, "survey_steps", options.survey_steps, 0);
  require_at_least(name, "refine_steps", options.refine_steps, 0);
  require_at_least(name, "survey_calls", options.survey_calls, 4 * channels);
  require_at_least(name, "refine_calls", options.refine_calls, 4 * channels);
  require_at_least(name, "kl_steps", options.kl_steps, 0);
  require_at_least(name, "remembered", options.remembered, 1);
  require_at_least(name, "drop_after", options.drop_after, 0);
  require_at_least(name, "chunk", options.chunk, 1);
  check_options(name, options.training);
  if (!(options.prior_power >= 0) || !std::isfinite(options.prior_power))
    throw DomainError(complaint(name, "prior_power", options.prior_power, "a finite number that is not negative"));
  const auto share = [](const char* what, double value) {
    if (!(value >= 0 && value <= 1)) throw DomainError(complaint(name, what, value, "a number in [0, 1]"));
  };
  share("survey_even_share", options.survey_even_share);
  share("refine_even_share", options.refine_even_share);
  share("survey_uniform_share", options.survey_uniform_share);
  share("refine_uniform_share", options.refine_uniform_share);
  share("refine_uniform_calls", options.refine_uniform_calls);
  if (!(options.drop_below >= 0 && options.drop_below < 1))
    throw DomainError(complaint(name, "drop_below", options.drop_below, "a number in [0, 1)"));
}

}  // namespace detail
}  // namespace variate

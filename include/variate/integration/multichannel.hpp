#pragma once
/// Multichannel integration with learned channel weights.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/integration/channel_events.hpp"
#include "variate/integration/channel_training.hpp"
#include "variate/integration/channel_weights.hpp"
#include "variate/integration/channels.hpp"
#include "variate/integration/detail/channel_buffer.hpp"
#include "variate/integration/detail/channel_refiner.hpp"
#include "variate/integration/detail/channel_survey.hpp"
#include "variate/integration/detail/multichannel_options.hpp"
#include "variate/integration/integral.hpp"
#include "variate/optimizers/adam.hpp"
#include "variate/parallel/executor.hpp"
#include "variate/random/fill.hpp"
#include "variate/random/rng.hpp"

namespace variate {

/// I = sum_i integral of alpha_i f, each term by a channel of its own: a map of the user's (channels.hpp) with a proposal on the
/// unit cube behind it, a Scoreable Family (a flow, a VegasProposal) that learns alpha_i f/g_i. The weights alpha_i, which sum to
/// 1 at every point, are learned together with the proposals (MadNIS: Heimel et al., arXiv 2212.06172 and 2311.01548), so that
/// each channel gets what is easy for it.
///
/// A stepper: `survey_steps` that draw, estimate and train, then `refine_steps` that count, with weights and proposals held. Each
/// estimate is unbiased given what was learned before it, its variance sum_i var_i/N_i; calls go to channels as N_i ~ sd_i,
/// about. A copy is a checkpoint. A step that throws leaves everything as it was. The executor evaluates f; the same bits for any
/// number of threads. Values that are not finite: see NonFinite. Negative f: the estimate has its sign.
template <class F, class Q, class Optimizer = Adam<ScalarOf<Q>>, Executor E = SerialExecutor>
class Multichannel {
 public:
  using Scalar = ScalarOf<Q>;

  /// One proposal a channel. Calls each channel's functions at one point. Throws InvalidArgument or DomainError for options out
  /// of range and channels that lack something, ShapeError where sizes do not fit.
  Multichannel(F f, std::vector<Channel> channels, std::vector<Q> proposals, MultichannelOptions options = {},
               Optimizer optimizer = Optimizer{}, detail::ExecutorHandle<E> executor = {})
      : problem_(detail::channel_problem(std::move(f), dimension_of(proposals), std::move(channels), options.prior_power,
                                         options.prior, options.features)),
        model_{ChannelWeights(problem_.size()), std::move(proposals)},
        optimizer_(std::move(optimizer)),
        executor_(executor),
        options_(std::move(options)),
        buffers_(size_of(problem_.size())),
        survey_left_(options_.survey_steps),
        refine_left_(options_.refine_steps) {
    detail::require_size("Multichannel", "number of proposals", static_cast<Index>(model_.proposals.size()), problem_.size());
    detail::check_options(options_, problem_.size());
    if (!options_.learn_weights || problem_.size() == 1) return;
    Rng rng(options_.seed);
    model_.weights = ChannelWeights(problem_.size(), problem_.feature_count, options_.hidden, rng);
  }
  /// The same proposal to begin with for each.
  Multichannel(F f, const std::vector<Channel>& channels, const Q& proposal, MultichannelOptions options = {},
               Optimizer optimizer = Optimizer{}, detail::ExecutorHandle<E> executor = {})
      : Multichannel(std::move(f), channels, std::vector<Q>(channels.size(), proposal), std::move(options), std::move(optimizer),
                     executor) {}
  Multichannel(F f, std::vector<Channel> channels, std::vector<Q> proposals, MultichannelOptions options, Optimizer optimizer,
               E& executor)
      : Multichannel(std::move(f), std::move(channels), std::move(proposals), std::move(options), std::move(optimizer),
                     detail::ExecutorHandle<E>(executor)) {}

  Index channels() const { return problem_.size(); }                      ///< K, dropped ones included
  bool active(Index i) const { return model_.weights.active(known(i)); }  ///< not dropped
  /// On the unit cube.
  const Q& proposal(Index i) const { return model_.proposals[size_of(known(i))]; }
  const ChannelWeights& weights() const { return model_.weights; }  ///< what has been learned
  Index index() const { return index_; }                            ///< steps finished, taken or not
  Index steps_left() const { return survey_left_ + refine_left_; }  ///< that were planned
  const MultichannelOptions& options() const { return options_; }
  /// alpha at points x (D x n): K x n, columns that sum to 1.
  Batch<double> channel_weights(const Batch<double>& x) const {
    return model_.weights.log_weights(problem_.log_prior(x), problem_.features_of(x)).array().exp();
  }

  /// More survey steps, before the refine steps that are left. What was refined so far stays.
  void survey_more(Index steps) {
    detail::require_at_least("Multichannel::survey_more", "steps", steps, 0);
    survey_left_ += steps;
    if (steps > 0) refiners_.clear();
  }
  /// More refine steps.
  void refine_more(Index steps) {
    detail::require_at_least("Multichannel::refine_more", "steps", steps, 0);
    refine_left_ += steps;
  }

  /// Of the steps that count, combined by counts.
  Integral result() const {
    return combined(refine_, [](const detail::ChannelRecord& record) { return record.all; });
  }
  /// Of the survey alone.
  Integral survey_result() const {
    return combined(survey_, [](const detail::ChannelRecord& record) { return record.all; });
  }
  /// Of channel i alone: its share of the integral. A channel that was dropped early has none: NaN.
  Integral channel_result(Index i) const {
    known(i);
    return combined(refine_, [i](const detail::ChannelRecord& record) { return record.channels[size_of(i)]; });
  }

  /// One step: of the survey while there are some left, then of the refinement.
  template <class R>
  MultichannelStep step(R& rng) {
    MultichannelStep step = survey_left_ > 0 ? survey_step(rng) : refine_step(rng);
    step.index = index_++;
    step.so_far = result();
    return step;
  }

  /// n independent weighted points: a channel is drawn, in proportion to the root mean square of its weights so far, then a point
  /// of it.
  template <class R>
  ChannelEvents draw(R& rng, Index n) const {
    detail::require_at_least("Multichannel::draw", "n", n, 1);
    const std::vector<double> size = per_channel([](const IterationEstimate& one) {
      return one.weights.squares / static_cast<double>(std::max<Index>(1, one.weights.count));
    });
    const double total = std::accumulate(size.begin(), size.end(), 0.0);
    const std::vector<std::vector<Index>> numbers = detail::pick_channels(size, uniforms<double>(rng, 1, n));
    ChannelEvents events;
    events.f.resize(n);
    events.log_p.resize(n);
    events.channel.resize(size_of(n));
    for (Index i = 0; i < channels(); ++i) {
      const std::vector<Index>& own = numbers[size_of(i)];
      if (own.empty()) continue;
      const WeightedPoints<double> y = refiner(i, least_calls).draw(rng, static_cast<Index>(own.size()));
      const ChannelPoints p = problem_.map(i, y.x);
      if (events.x.size() == 0) events.x.resize(p.x.rows(), n);
      const double log_share = std::log(size[size_of(i)] / total);
      for (std::size_t k = 0; k < own.size(); ++k) {
        const auto c = static_cast<Index>(k);
        events.x.col(own[k]) = p.x.col(c);
        events.f[own[k]] = y.f[c] == 0 ? 0 : y.f[c] * std::exp(p.log_density[c]);
        events.log_p[own[k]] = y.log_p[c] + p.log_density[c] + log_share;
        events.channel[size_of(own[k])] = i;
      }
    }
    return events;
  }

  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.model_, self.optimizer_, self.buffers_, self.survey_, self.refine_, self.survey_left_, self.refine_left_, self.index_);
    bool refines = !self.refiners_.empty();
    a(refines);
    if constexpr (A::reading) {
      self.refiners_.clear();
      if (refines) self.refiners_.resize(self.buffers_.size());
    }
    for (Index i = 0; refines && i < self.channels(); ++i) {
      if (!self.active(i)) continue;
      auto& own = self.refiners_[size_of(i)];
      Index calls = own ? own->calls() : 0;
      a(calls);
      if constexpr (A::reading) own.emplace(self.refiner(i, calls));
      a(*own);
    }
  }

 private:
  using Refiner = detail::ChannelRefiner<F, Q, E>;
  static constexpr Index least_calls = 4;

  static std::size_t size_of(Index i) { return static_cast<std::size_t>(i); }
  Index known(Index i) const {
    if (i < 0 || i >= problem_.size())
      throw InvalidArgument(
          detail::complaint("Multichannel", "channel", i, "a number below the " + std::to_string(problem_.size()) + " channels"));
    return i;
  }
  static Index dimension_of(const std::vector<Q>& proposals) {
    static_assert(Scoreable<Q> && Family<Q>,
                  "a channel's proposal must be a Family with log q and its way back: evaluate(x), params(), set_params(v).");
    constexpr const char* name = "Multichannel";
    detail::require_at_least(name, "number of proposals", static_cast<Index>(proposals.size()), 1);
    for (std::size_t i = 0; i < proposals.size(); ++i) {
      detail::require_size(name, "event size of proposal " + std::to_string(i), proposals[i].event_size(),
                           proposals.front().event_size());
      detail::require_size(name, "batch size of proposal " + std::to_string(i), proposals[i].batch_size(), 1);
    }
    return proposals.front().event_size();
  }
  template <class Of>
  static Integral combined(const std::vector<detail::ChannelRecord>& records, const Of& of) {
    std::vector<IterationEstimate> all;
    for (const auto& record : records)
      if (const IterationEstimate one = of(record); one.calls > 0) all.push_back(one);
    return combine(all, Combination::counts);
  }

  /// Integrates channel i as it has been learned.
  Refiner refiner(Index i, Index calls) const {
    const IntegratorOptions options{.survey_steps = 0,
                                    .refine_steps = 0,
                                    .refine_calls = calls,
                                    .refine_uniform_share = options_.refine_uniform_share,
                                    .refine_uniform_calls = options_.refine_uniform_calls,
                                    .teach_again = 0,
                                    .stratify = options_.stratify,
                                    .non_finite = options_.non_finite,
                                    .chunk = options_.chunk};
    return Refiner({problem_, model_.weights, i}, model_.proposals[size_of(i)], options, executor_);
  }
  /// The root of the mean of of(estimate) over a channel's calls, in the refine steps, or else in the last survey step; 1 for all
  /// where nothing is known. Dropped channels: 0.
  template <class Of>
  std::vector<double> per_channel(const Of& of) const {
    std::vector<double> all(buffers_.size(), 0), ones(buffers_.size(), 0);
    double total = 0;
    for (Index i = 0; i < channels(); ++i) {
      if (!active(i)) continue;
      double sum = 0, calls = 0;
      const auto add = [&](const detail::ChannelRecord& record) {
        const IterationEstimate& one = record.channels[size_of(i)];
        sum += of(one) * static_cast<double>(one.calls);
        calls += static_cast<double>(one.calls);
      };
      for (const auto& record : refine_) add(record);
      if (refine_.empty() && !survey_.empty()) add(survey_.back());
      ones[size_of(i)] = 1;
      all[size_of(i)] = calls > 0 ? std::sqrt(sum / calls) : 0;
      total += all[size_of(i)];
    }
    return total > 0 && std::isfinite(total) ? all : ones;
  }
  std::vector<Index> calls_of_channels(Index total, double even_share) const {
    std::vector<char> which;
    for (Index i = 0; i < channels(); ++i) which.push_back(active(i));
    return detail::allocate_calls(
        per_channel([](const IterationEstimate& one) { return one.variance * static_cast<double>(one.calls); }), which, total,
        even_share, least_calls);
  }

  template <class R>
  MultichannelStep survey_step(R& rng) {
    MultichannelStep step;
    step.survey = true;
    ChannelModel<Q> model = model_;
    Optimizer optimizer = optimizer_;
    auto&& executor = executor_.get();
    std::vector<detail::ChannelRows> drawn =
        detail::draw_channels(problem_, model.proposals, calls_of_channels(options_.survey_calls, options_.survey_even_share),
                              options_.survey_uniform_share, options_.chunk, model.weights.features(), rng, executor);
    if (survey_.empty()) detail::standardise(model.weights, drawn);
    const std::vector<Row<double>> w = detail::weights_of_points(model.weights, drawn);
    detail::ChannelRecord record{{}, std::vector<IterationEstimate>(drawn.size())};
    for (std::size_t i = 0; i < drawn.size(); ++i)
      if (w[i].size() > 0) record.add(static_cast<Index>(i), iteration_estimate(w[i]));
    describe(step, record);
    if (!step.taken) return step;

    std::vector<Index> dropped;
    if (options_.drop_below > 0 && static_cast<Index>(survey_.size()) >= options_.drop_after)
      dropped = detail::channels_to_drop(model.weights, drawn, record, options_.drop_below);
    for (const Index i : dropped) model.weights.drop(i);
    std::vector<detail::ChannelBuffer> buffers = buffers_;
    for (std::size_t i = 0; i < drawn.size(); ++i) {
      if (!model.weights.active(static_cast<Index>(i))) {
        buffers[i] = {};
      } else if (w[i].size() > 0) {
        buffers[i].add(std::move(drawn[i]), w[i]);
        buffers[i].keep_newest(options_.remembered);
      }
    }
    SurveyTrainingOptions training = options_.training;
    if (static_cast<Index>(survey_.size()) < options_.kl_steps) training.loss = SurveyLoss::kl;
    step.training = train_channels(model, optimizer, buffers, training, rng);
    step.dropped_channels = static_cast<Index>(dropped.size());

    std::swap(model_.weights, model.weights);
    std::swap(model_.proposals, model.proposals);
    std::swap(optimizer_, optimizer);
    std::swap(buffers_, buffers);
    survey_.push_back(std::move(record));
    refiners_.clear();
    --survey_left_;
    return step;
  }

  template <class R>
  MultichannelStep refine_step(R& rng) {
    MultichannelStep step;
    const std::vector<Index> calls = calls_of_channels(options_.refine_calls, options_.refine_even_share);
    std::vector<std::optional<Refiner>> refiners = refiners_;
    refiners.resize(buffers_.size());
    detail::ChannelRecord record{{}, std::vector<IterationEstimate>(buffers_.size())};
    for (std::size_t i = 0; i < refiners.size(); ++i) {
      if (calls[i] == 0) continue;
      // another number of calls means other strata, so it must be worth it
      if (!refiners[i]) refiners[i].emplace(refiner(static_cast<Index>(i), calls[i]));
      else if (const Index now = refiners[i]->calls(); 3 * calls[i] < 2 * now || 3 * now < 2 * calls[i])
        refiners[i]->set_calls(calls[i]);
      record.add(static_cast<Index>(i), refiners[i]->step(rng));
    }
    describe(step, record);
    if (!step.taken) return step;
    std::swap(refiners_, refiners);
    refine_.push_back(std::move(record));
    if (refine_left_ > 0) --refine_left_;
    return step;
  }
  void describe(MultichannelStep& step, const detail::ChannelRecord& record) const {
    const IterationEstimate& all = record.all;
    step.value = all.mean;
    step.error = all.error();
    step.dropped = all.dropped;
    step.evaluations = all.calls;
    step.relative_variance = static_cast<double>(all.calls) * all.variance / (all.mean * all.mean);
    step.unweighting_efficiency = all.weights.unweighting_efficiency();
    step.channels = record.channels;
    step.taken =
        std::isfinite(all.mean) && std::isfinite(all.variance) && (all.dropped == 0 || options_.non_finite == NonFinite::drop);
  }

  detail::ChannelProblem<F> problem_;
  ChannelModel<Q> model_;
  Optimizer optimizer_;
  detail::ExecutorHandle<E> executor_;
  MultichannelOptions options_;
  std::vector<detail::ChannelBuffer> buffers_;
  std::vector<detail::ChannelRecord> survey_, refine_;
  std::vector<std::optional<Refiner>> refiners_;  ///< empty: none since the last survey step
  Index survey_left_, refine_left_, index_ = 0;
};

template <class F, class Q>
Multichannel(F, std::vector<Channel>, std::vector<Q>, MultichannelOptions = {}) -> Multichannel<F, Q>;
template <class F, class Q>
Multichannel(F, std::vector<Channel>, Q, MultichannelOptions = {}) -> Multichannel<F, Q>;
template <class F, class Q, class Optimizer>
Multichannel(F, std::vector<Channel>, std::vector<Q>, MultichannelOptions, Optimizer) -> Multichannel<F, Q, Optimizer>;
template <class F, class Q, class Optimizer>
Multichannel(F, std::vector<Channel>, Q, MultichannelOptions, Optimizer) -> Multichannel<F, Q, Optimizer>;
template <class F, class Q, class Optimizer, Executor E>
Multichannel(F, std::vector<Channel>, std::vector<Q>, MultichannelOptions, Optimizer, E&) -> Multichannel<F, Q, Optimizer, E>;

}  // namespace variate

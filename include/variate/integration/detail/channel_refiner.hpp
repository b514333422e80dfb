#pragma once
/// One channel's steps that count, with weights and proposal held.
#include <cmath>
#include <cstddef>
#include <utility>

#include "variate/core/types.hpp"
#include "variate/integration/box.hpp"
#include "variate/integration/channel_weights.hpp"
#include "variate/integration/channels.hpp"
#include "variate/integration/detail/integrator_options.hpp"
#include "variate/integration/detail/proposal.hpp"
#include "variate/integration/detail/refinement.hpp"
#include "variate/integration/integral.hpp"
#include "variate/integration/vegas_map.hpp"
#include "variate/objectives/weighted_losses.hpp"
#include "variate/random/fill.hpp"

namespace variate::detail {

/// What channel `number` integrates over the unit cube: alpha f/g.
template <class F>
struct ChannelFunction {
  ChannelProblem<F> problem;
  ChannelWeights weights;
  Index number;

  Row<double> operator()(const Batch<double>& y) const {
    ChannelLook look = problem.look(number, y);
    if (!look.where.empty()) {
      const Batch<double> log_alpha = weights.log_weights(look.log_prior, look.features);
      for (std::size_t k = 0; k < look.where.size(); ++k)
        look.ratio[look.where[k]] *= std::exp(log_alpha(number, static_cast<Index>(k)));
    }
    return std::move(look.ratio);
  }
};

/// The refinement of an Integrator of a channel's function. It learns strata from step to step.
template <class F, class Q, Executor E>
class ChannelRefiner {
 public:
  ChannelRefiner(ChannelFunction<F> f, Q q, IntegratorOptions options, ExecutorHandle<E> executor)
      : f_{std::move(f), VegasMap(Box(q.event_size()))}, q_(std::move(q)), options_(std::move(options)), executor_(executor) {}

  Index calls() const { return options_.refine_calls; }
  void set_calls(Index calls) {
    options_.refine_calls = calls;
    if constexpr (FromUniforms<Q>) stratified_.set_calls(options_);
  }
  template <class R>
  IterationEstimate step(R& rng) {
    const auto keep = [](auto&&...) {};
    if constexpr (FromUniforms<Q>)
      if (options_.stratify && moves_uniforms(q_) && uniform_calls(options_) < options_.refine_calls) {
        if (!stratified_.running()) stratified_.begin(f_, q_, options_, executor_);
        return stratified_.step(q_, options_, rng, keep);
      }
    return refine_independently(f_, q_, options_, executor_, rng, keep);
  }
  /// n independent points y of the unit cube from the proposal with its uniform share, their log densities, and alpha f/g there.
  template <class R>
  WeightedPoints<double> draw(R& rng, Index n) const {
    const double share = options_.refine_uniform_share;
    const Batch<double> u = uniforms<double>(rng, 1, n);
    Batch<double> y = uniforms<double>(rng, q_.event_size(), n);
    const Batch<double> from_q = q_.sample(rng, n).template cast<double>();
    for (Index c = 0; c < n; ++c)
      if (u(0, c) >= share) y.col(c) = from_q.col(c);
    Row<double> log_p = mixture_densities(q_, y, share).array().log();
    auto&& executor = executor_.get();
    Row<double> f = values_inside(f_.f, y, executor, options_.chunk);
    return {y.cwiseMax(0.0).cwiseMin(1.0), std::move(log_p), std::move(f)};
  }

  /// For checkpoints: see io/archive.hpp. The number of calls must be what it was.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    self.stratified_.archive(self.stratified_, a, self.f_, self.q_, self.options_, self.executor_);
  }

 private:
  MappedFunction<ChannelFunction<F>> f_;
  Q q_;
  IntegratorOptions options_;
  ExecutorHandle<E> executor_;
  StratifiedRefinementOf<ChannelFunction<F>, Q, E> stratified_;
};

}  // namespace variate::detail

#pragma once
/// One call that integrates: VEGAS+ first, a flow on top of its map while that pays.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/flows/coupling_flow.hpp"
#include "variate/integration/box.hpp"
#include "variate/integration/integrator.hpp"
#include "variate/integration/vegas.hpp"
#include "variate/optimizers/adam.hpp"
#include "variate/parallel/executor.hpp"
#include "variate/random/rng.hpp"

namespace variate {

/// The flow `integrate` trains: rational-quadratic coupling cells.
using IntegrationFlow = RationalQuadraticFlow<double>;

/// How the flow of `integrate` is built and trained.
struct FlowOptions {
  Index bins = 8;                     ///< of each spline
  std::vector<Index> hidden{32, 32};  ///< units of each cell's network
  Index map_bins = 64;                ///< of VEGAS's map beneath it, made smooth
  double rate = 0.005;                ///< of Adam
  SurveyTrainingOptions training{.epochs = 40, .minibatch = 256, .patience = 6};
  double survey_uniform_share = 0.1;
  double refine_uniform_share = 0.002;
  double teach_again = 0.6;  ///< see IntegratorOptions
};

/// The flow as it starts: the identity.
template <class R>
IntegrationFlow integration_flow(Index d, const FlowOptions& options, R& rng) {
  return coupling_flow(d, RationalQuadratic<double>(options.bins), rng, {.hidden = options.hidden});
}

/// What may be chosen.
enum class IntegrationMethod {
  automatic,  ///< what promises the least time
  vegas,      ///< VEGAS+
  flow,       ///< a flow on top of VEGAS's map, in any case
};

/// Options of `integrate`.
struct IntegrateOptions {
  double relative_error = 1e-3;  ///< to stop at; 0: spend all calls
  Index max_calls = 1000000;     ///< of f, all told
  Index survey_calls = 0;        ///< of them to learn with; 0: as many as the method thinks right, at most a third
  IntegrationMethod method = IntegrationMethod::automatic;
  FlowOptions flow{};
  NonFinite non_finite = NonFinite::drop;
  std::uint64_t seed = 1;
  Index chunk = 256;  ///< points given to f at a time
};

/// What `integrate` gives beside the integral.
struct IntegrateResult : Integral {
  IntegrationMethod method = IntegrationMethod::vegas;                        ///< that was chosen
  std::string reason;                                                         ///< why, with the numbers it rests on
  Index all_calls = 0;                                                        ///< of f, those that only taught included
  double seconds = 0;                                                         ///< wall time
  double seconds_per_call = 0;                                                ///< of f and VEGAS+ about it
  double vegas_relative_variance = std::numeric_limits<double>::quiet_NaN();  ///< calls (error/mean)^2, always measured
  double flow_relative_variance = std::numeric_limits<double>::quiet_NaN();   ///< NaN if none was trained
  Index flow_steps = 0;                                                       ///< survey steps of the flow
  bool reached = false;                                                       ///< the error that was asked for
  bool stopped = false;  ///< f was not finite somewhere, and NonFinite::stop was asked for
};

namespace detail {

/// Makes one result after another until the error is small or the calls are spent.
template <class F, Executor E>
class IntegrateRun {
 public:
  IntegrateRun(const F& f, const Box& box, const IntegrateOptions& options, E& executor)
      : f_(f), box_(box), options_(options), executor_(&executor), rng_(options.seed) {}

  IntegrateResult run() {
    const auto begin = Clock::now();
    const Index d = box_.dimension();
    // Short steps of VEGAS+ teach its map and tell what f costs: five, and as many again while it has hardly found f, for a flow
    // learns from what VEGAS+ has seen. As long, what few points rule is tempered, and strata take all the points that variances
    // call for: one of two far peaks is soon lost else.
    const Index survey = options_.survey_calls > 0 ? options_.survey_calls : std::min<Index>(options_.max_calls / 3, 100000);
    const bool must = options_.method == IntegrationMethod::flow;
    const bool may = options_.method != IntegrationMethod::vegas && d > 1;
    const Index pilot = std::max<Index>(2, survey / (may ? 16 : 5));
    Vegas<F, E> vegas(f_, box_,
                      {.calls = pilot,
                       .non_finite = options_.non_finite,
                       .chunk = options_.chunk,
                       .least_effective = may ? 20.0 : 0.0},
                      *executor_);
    std::vector<WeightedPoints<double>> seen;
    vegas.keep_points(may);
    const auto lost = [&] { return !(result_.vegas_relative_variance < 10); };
    for (int i = 0; i < 5 || (may && i < 10 && lost()); ++i) {
      const auto start = Clock::now();
      if (may) vegas.set_pace(VegasOptions{}.alpha, lost() ? 1 : VegasOptions{}.beta);
      const IntegrationStep step = vegas.step(rng_);
      spend(step);
      if (result_.stopped) break;
      result_.vegas_relative_variance = step.relative_variance;
      if (i > 0 || pilot > 1000) cost_ = std::min(cost_, since(start) / static_cast<double>(pilot));
      if (may && i > 0) seen.push_back(vegas.points());
    }
    vegas.keep_points(false);
    if (result_.stopped)
      return finish(vegas.result(), begin,
                    "stopped: f was not finite, at every point or at one where NonFinite::stop forbids it");
    const double last_mean = vegas.iterations().back().mean;
    result_.seconds_per_call = cost_;

    std::string reason;
    std::optional<Integrator<F, IntegrationFlow, Adam<double>, E>> flow;
    if (may && last_mean != 0) {
      const double vegas_time = needed(result_.vegas_relative_variance) * cost_;
      IntegrationFlow q = integration_flow(d, options_.flow, rng_);
      const double step_time = training_time(q, survey / 2);
      if (must || vegas_time > step_time) {
        teach(flow, std::move(q), vegas, seen, survey - result_.all_calls, must, reason);
      } else {
        reason = text("VEGAS+: what is left to do takes it %.3g s at %.3g s a call, and one survey step of a flow %.3g s",
                      vegas_time, cost_, step_time);
      }
    } else {
      reason = d == 1           ? "VEGAS+: in one dimension its map can be exact"
               : last_mean == 0 ? "VEGAS+: f was zero at every point"
                                : "VEGAS+: asked for";
    }
    if (flow && (must || chosen_flow_)) {
      result_.method = IntegrationMethod::flow;
      for (Index calls = next_calls(flow->result()); calls > 0; calls = next_calls(flow->result()))
        spend(flow_step(*flow, calls));
      return finish(flow->result(), begin, reason);
    }
    vegas.forget();
    vegas.set_pace(VegasOptions{}.alpha, VegasOptions{}.beta);
    for (Index calls = next_calls(vegas.result(Combination::counts)); calls > 0;
         calls = next_calls(vegas.result(Combination::counts))) {
      // more strata as soon as there are many more points for them
      if (calls > 2 * vegas.options().calls || calls < vegas.options().calls / 2) vegas.set_calls(calls);
      spend(vegas.step(rng_));
    }
    return finish(vegas.result(Combination::counts), begin, reason);
  }

 private:
  using Clock = std::chrono::steady_clock;
  static double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }
  template <class... A>
  static std::string text(const char* format, A... a) {
    char out[400];
    std::snprintf(out, sizeof out, format, a...);
    return out;
  }
  void spend(const IntegrationStep& step) {
    result_.all_calls += step.evaluations;
    result_.stopped = result_.stopped || !step.taken;
  }
  /// Calls that a method of this relative variance needs, as far as there are any left.
  double needed(double relative_variance) const {
    const double left = static_cast<double>(std::max<Index>(0, options_.max_calls - result_.all_calls));
    if (!(options_.relative_error > 0) || !std::isfinite(relative_variance)) return left;
    return std::min(left, relative_variance / (options_.relative_error * options_.relative_error));
  }
  /// Seconds for the gradient steps on n points.
  double training_time(const IntegrationFlow& q, Index n) {
    const Index batch = std::max<Index>(1, std::min(options_.flow.training.minibatch, n));
    const Batch<double> x = uniforms<double>(rng_, box_.dimension(), batch);
    const WeightedPoints<double> points{x, Row<double>::Zero(batch), Row<double>::Ones(batch)};
    const auto start = Clock::now();
    const Estimate<double> once = ForwardKl<double>{}(q, points);
    const double one = once.finite() ? since(start) : 0;
    return one * static_cast<double>(options_.flow.training.epochs) * static_cast<double>(std::max<Index>(1, n / batch));
  }
  /// Survey steps of a flow on the map VEGAS has found, while the last one's gain, made again, would repay another.
  template <class Flow>
  void teach(Flow& flow, IntegrationFlow q, const Vegas<F, E>& vegas, const std::vector<WeightedPoints<double>>& seen,
             Index calls, bool must, std::string& reason) {
    constexpr Index steps = 5;
    const Index each = std::max<Index>(10, calls / (steps + 1));
    flow.emplace(f_, std::move(q), vegas.map().smoothed(options_.flow.map_bins),
                 IntegratorOptions{.survey_steps = steps,
                                   .survey_calls = each,
                                   .refine_steps = 0,
                                   .training = options_.flow.training,
                                   .survey_uniform_share = options_.flow.survey_uniform_share,
                                   .refine_uniform_share = options_.flow.refine_uniform_share,
                                   .teach_again = options_.flow.teach_again,
                                   .non_finite = options_.non_finite,
                                   .chunk = options_.chunk},
                 Adam<double>({.rate = options_.flow.rate}), *executor_);
    for (const auto& points : seen) flow->add_points(points);
    double before = result_.vegas_relative_variance, variance = before;
    for (Index i = 0; i < steps; ++i) {
      const auto start = Clock::now();
      const IntegratorStep step = flow->step(rng_);
      const double took = since(start);
      spend(step);
      if (result_.stopped) break;
      ++result_.flow_steps;
      before = variance;
      if (i > 0 && std::isfinite(step.relative_variance)) variance = step.relative_variance;
      const double gain = std::clamp(1 - variance / before, 0.0, 0.9);
      const double saved = needed(variance) * gain * cost_;
      if (!must && i > 0 && i + 1 < steps && saved < took) {
        reason = text("training ended after step %d: another would save %.3g s and take %.3g s; ", static_cast<int>(i + 1), saved,
                      took);
        break;
      }
    }
    if (result_.stopped) return;
    // a first step that counts tells what the flow is worth with strata in it, as VEGAS+ has them
    const auto start = Clock::now();
    const IntegratorStep first = flow_step(*flow, each);
    spend(first);
    const double draw = std::max(cost_, since(start) / static_cast<double>(first.evaluations));
    result_.flow_relative_variance = first.relative_variance;
    const double by_flow = needed(result_.flow_relative_variance) * draw,
                 by_vegas = needed(result_.vegas_relative_variance) * cost_;
    const bool spends_all =
        !(options_.relative_error > 0) || needed(result_.flow_relative_variance) == needed(result_.vegas_relative_variance);
    chosen_flow_ = spends_all ? result_.flow_relative_variance < result_.vegas_relative_variance : by_flow < by_vegas;
    reason += text("%s: relative variance %.3g with the flow, %.3g by VEGAS+; at %.3g s a call %.3g s against %.3g s",
                   must           ? "flow, asked for"
                   : chosen_flow_ ? "flow"
                                  : "VEGAS+",
                   result_.flow_relative_variance, result_.vegas_relative_variance, cost_, by_flow, by_vegas);
  }
  /// One step of the flow that counts.
  template <class Flow>
  IntegratorStep flow_step(Flow& flow, Index calls) {
    flow.end_survey(calls);
    flow.refine_more(std::max<Index>(0, 2 - flow.steps_left()));  // there may always be another one
    return flow.step(rng_);
  }
  /// Calls of the next step: enough to reach the error with something to spare, in steps that are neither few nor many; 0: done.
  Index next_calls(const Integral& so_far) {
    const Index left = options_.max_calls - result_.all_calls;
    if (left < 10 || result_.stopped) return 0;
    if (std::isnan(so_far.mean)) return std::min(left, std::max<Index>(10, left / 10));
    const double error = so_far.error / std::abs(so_far.mean), wanted = options_.relative_error;
    result_.reached = so_far.degrees >= 2 && (error <= wanted || so_far.error == 0);
    if (result_.reached) return 0;
    const Index tenth = std::max<Index>(10, options_.max_calls / 15);
    if (so_far.degrees >= 2 && left < tenth / 10) return 0;  // no step worth having
    if (!(wanted > 0) || so_far.degrees < 2) return std::min(left, tenth);
    const double more = static_cast<double>(so_far.calls) * ((error / wanted) * (error / wanted) * 1.1 - 1);
    return std::min({left, tenth, static_cast<Index>(std::clamp(more, 1000.0, 1e12))});
  }
  IntegrateResult finish(const Integral& integral, Clock::time_point begin, std::string reason) {
    static_cast<Integral&>(result_) = integral;
    result_.reason = std::move(reason);
    result_.seconds = since(begin);
    return result_;
  }

  const F& f_;
  const Box& box_;
  const IntegrateOptions& options_;
  E* executor_;
  Rng rng_;
  IntegrateResult result_;
  double cost_ = std::numeric_limits<double>::infinity();
  bool chosen_flow_ = false;
};

}  // namespace detail

/// The integral of f over a box: VEGAS+ always comes first; a flow is trained on top of its map only while what it would save
/// repays what it costs, f being timed; the reason is in the result. The estimate counts only points drawn after learning has
/// settled; its error is honest whatever was chosen. Throws InvalidArgument or DomainError for options out of range, and what f
/// throws.
template <class F, Executor E>
IntegrateResult integrate(const F& f, const Box& box, const IntegrateOptions& options, E& executor) {
  constexpr const char* name = "integrate";
  detail::require_at_least(name, "max_calls", options.max_calls, 100);
  detail::require_at_least(name, "survey_calls", options.survey_calls, 0);
  detail::require_at_least(name, "chunk", options.chunk, 1);
  if (options.survey_calls > options.max_calls / 2)
    throw InvalidArgument(detail::complaint(name, "survey_calls", options.survey_calls, "at most half of max_calls"));
  if (!(options.relative_error >= 0) || !std::isfinite(options.relative_error))
    throw DomainError(detail::complaint(name, "relative_error", options.relative_error, "a finite number that is not negative"));
  return detail::IntegrateRun<F, E>(f, box, options, executor).run();
}
template <class F>
IntegrateResult integrate(const F& f, const Box& box, const IntegrateOptions& options = {}) {
  SerialExecutor executor;
  return integrate(f, box, options, executor);
}
/// Over the unit cube in d dimensions.
template <class F>
IntegrateResult integrate(const F& f, Index d, const IntegrateOptions& options = {}) {
  return integrate(f, Box(d), options);
}

}  // namespace variate

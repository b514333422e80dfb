#pragma once
/// Neural importance sampling: a survey that teaches a distribution where the integrand is, and a refinement that counts.
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/integration/box.hpp"
#include "variate/integration/detail/given_points.hpp"
#include "variate/integration/detail/integrator_options.hpp"
#include "variate/integration/detail/proposal.hpp"
#include "variate/integration/detail/refinement.hpp"
#include "variate/integration/detail/training_set.hpp"
#include "variate/integration/events.hpp"
#include "variate/integration/integral.hpp"
#include "variate/integration/survey_control.hpp"
#include "variate/integration/survey_training.hpp"
#include "variate/integration/vegas_map.hpp"
#include "variate/objectives/weighted_losses.hpp"
#include "variate/optimizers/adam.hpp"
#include "variate/parallel/executor.hpp"
#include "variate/random/fill.hpp"

namespace variate {

/// Integrates f over a box by importance sampling from any Scoreable Family q on the unit cube, which first learns where |f| is
/// (Mueller, McWilliams, Rousselle, Gross and Novak 2019; ZuNIS, Deutschmann and Goetz 2022). A fixed map, such as VEGAS has
/// found, may stand between the unit cube and the box: q then learns f(map(y)) dmap/dy.
///
/// A stepper: first `survey_steps` that draw, estimate and train, then `refine_steps` that count. Each estimate is unbiased given
/// what was learned before it. The value of a step is its own estimate; `IntegrationStep::so_far` is what `result()` gives.
/// A copy is a checkpoint; it resumes. A step that throws leaves everything as it was. Where a survey step's points or losses are
/// not finite, they are left out and counted. Negative f: trained by |f|, the estimate has its sign.
template <class F, class Q, class Optimizer = Adam<ScalarOf<Q>>, Executor E = SerialExecutor>
class Integrator {
 public:
  using Scalar = ScalarOf<Q>;

  /// Throws InvalidArgument or DomainError for options out of range, ShapeError if q has another dimension than the map.
  Integrator(F f, Q q, VegasMap map, IntegratorOptions options = {}, Optimizer optimizer = Optimizer{},
             detail::ExecutorHandle<E> executor = {})
      : f_{std::move(f), std::move(map)},
        q_(std::move(q)),
        optimizer_(std::move(optimizer)),
        executor_(executor),
        options_(std::move(options)),
        survey_left_(options_.survey_steps),
        refine_left_(options_.refine_steps) {
    static_assert(
        Scoreable<Q> && Family<Q>,
        "the distribution that learns must be a Family with log q and its way back: evaluate(x), params(), set_params(v).");
    detail::require_size("Integrator", "event size of q", q_.event_size(), f_.map.dimension());
    detail::require_size("Integrator", "batch size of q", q_.batch_size(), 1);
    detail::check_options(options_);
  }
  /// The same on a box, without a map.
  Integrator(F f, Q q, const Box& box, IntegratorOptions options = {}, Optimizer optimizer = Optimizer{},
             detail::ExecutorHandle<E> executor = {})
      : Integrator(std::move(f), std::move(q), VegasMap(box), std::move(options), std::move(optimizer), executor) {}
  Integrator(F f, Q q, VegasMap map, IntegratorOptions options, Optimizer optimizer, E& executor)
      : Integrator(std::move(f), std::move(q), std::move(map), std::move(options), std::move(optimizer),
                   detail::ExecutorHandle<E>(executor)) {}

  const Q& q() const { return q_; }                                 ///< what has been learned, on the unit cube
  const VegasMap& map() const { return f_.map; }                    ///< between the unit cube and the box
  Index index() const { return index_; }                            ///< steps finished, taken or not
  Index steps_left() const { return survey_left_ + refine_left_; }  ///< that were planned
  const IntegratorOptions& options() const { return options_; }
  const std::vector<IterationEstimate>& survey_iterations() const { return survey_; }
  const std::vector<IterationEstimate>& refine_iterations() const { return refine_; }

  /// Points to train on beside those the survey draws, or instead of them (SurveyStrategy::fixed): of a VEGAS run, of a database.
  /// ShapeError if sizes do not fit.
  void add_points(const WeightedPoints<double>& points) {
    constexpr const char* name = "Integrator::add_points";
    detail::require_at_least(name, "number of points", points.size(), 1);
    detail::require_size(name, "columns of x", points.x.cols(), points.size());
    detail::require_size(name, "size of log_p", points.log_p.size(), points.size());
    const MappedPoints y = f_.map.inverse(points.x);
    const Row<double> p = points.log_p.array().exp() * y.jacobian.array();
    const Row<double> w = event_weights(points);
    if (options_.strategy == SurveyStrategy::fixed) given_.add({y.points, p, w});
    else data_.add(y.points.template cast<Scalar>(), w, p);
    taught_points_ += points.size();
  }
  /// Goes on learning: more survey steps come before the refine steps that are left. What was refined so far stays.
  void survey_more(Index steps) {
    detail::require_at_least("Integrator::survey_more", "steps", steps, 0);
    survey_left_ += steps;
    stratified_.forget();
  }
  /// More refine steps.
  void refine_more(Index steps) {
    detail::require_at_least("Integrator::refine_more", "steps", steps, 0);
    refine_left_ += steps;
  }
  /// Ends the survey: refine steps follow, each of so many calls from now on.
  void end_survey(Index refine_calls) {
    detail::require_at_least("Integrator::end_survey", "refine_calls", refine_calls, 4);
    survey_left_ = 0;
    if (refine_calls == options_.refine_calls) return;
    options_.refine_calls = refine_calls;
    if constexpr (detail::FromUniforms<Q>) stratified_.set_calls(options_);
  }

  /// Of the steps that count.
  Integral result() const {
    std::vector<IterationEstimate> all = refine_;
    if (options_.use_survey) all.insert(all.begin(), survey_.begin(), survey_.end());
    return combine(all, options_.combination);
  }
  /// Of the survey alone.
  Integral survey_result() const { return combine(survey_, options_.combination); }

  /// One step: of the survey while there are some left, then of the refinement.
  template <class R>
  IntegratorStep step(R& rng) {
    IntegratorStep step = survey_left_ > 0 ? survey_step(rng) : refine_step(rng);
    step.index = index_++;
    step.so_far = result();
    return step;
  }

  /// n weighted points of the box: independent draws of the proposal, uniform share included. The integral is the mean of f/p.
  template <class R>
  WeightedPoints<double> draw(R& rng, Index n) const {
    detail::require_at_least("Integrator::draw", "n", n, 1);
    const double share = options_.refine_uniform_share;
    // each point chooses by itself, so that they are independent
    const Batch<double> u = uniforms<double>(rng, 1, n);
    Batch<double> y = uniforms<double>(rng, f_.map.dimension(), n);
    const Batch<double> from_q = q_.sample(rng, n).template cast<double>();
    for (Index c = 0; c < n; ++c)
      if (u(0, c) >= share) y.col(c) = from_q.col(c);
    const Row<double> p = detail::mixture_densities(q_, y, share);
    auto&& executor = executor_.get();
    const Row<double> by_y = detail::values_inside(f_, y, executor, options_.chunk);  // f is not called outside of the box
    MappedPoints x = f_.map.forward(y.cwiseMax(0.0).cwiseMin(1.0));
    Row<double> f = by_y.array() / x.jacobian.array();
    return {std::move(x.points), (p.array() / x.jacobian.array()).log(), std::move(f)};
  }

  /// For checkpoints: see io/archive.hpp. The map is kept too: whoever takes a run up need not find it again.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.f_.map, self.q_, self.optimizer_, self.options_.refine_calls, self.survey_left_, self.refine_left_, self.index_,
      self.taught_points_, self.new_points_, self.data_, self.given_, self.survey_, self.refine_, self.smoothed_, self.switched_);
    self.stratified_.archive(self.stratified_, a, self.f_, self.q_, self.options_, self.executor_);
  }

 private:
  template <class R>
  IntegratorStep survey_step(R& rng) {
    IntegratorStep step;
    step.survey = true;
    const bool given = options_.strategy == SurveyStrategy::fixed;
    step.learned = !given && from_q();
    detail::CubePoints points;
    if (given) {
      points = given_.take(options_.survey_calls, rng);
    } else {
      double share = step.learned ? options_.survey_uniform_share : 1;
      points.y = detail::mixture_points(q_, f_.map.dimension(), options_.survey_calls, share, rng);
      points.p = detail::mixture_densities(q_, points.y, share);
      auto&& executor = executor_.get();
      const Row<double> f = detail::values_inside(f_, points.y, executor, options_.chunk);
      points.w = (f.array() == 0).select(Row<double>::Zero(f.size()), f.array() / points.p.array());
      step.evaluations = points.size();
    }
    const IterationEstimate estimate = iteration_estimate(points.w);
    describe(step, estimate);
    if (!step.taken) return step;

    detail::TrainingSet<Scalar> data = data_;
    data.add(points.y.template cast<Scalar>(), points.w, points.p);
    data.keep_newest(options_.remembered);
    Q q = q_;
    Optimizer optimizer = optimizer_;
    step.training = train_on_survey(q, optimizer, data, options_.training, rng);
    decide(step, points);

    std::swap(data_, data);
    q_.set_params(q.params());
    std::swap(optimizer_, optimizer);
    taught_points_ += points.size();
    survey_.push_back(estimate);
    --survey_left_;
    stratified_.forget();
    return step;
  }
  bool from_q() const {
    switch (options_.strategy) {
      case SurveyStrategy::flat:
        return false;
      case SurveyStrategy::flat_then_forward:
        return !survey_.empty() || !data_.empty();
      case SurveyStrategy::adaptive:
        return switched_;
      default:
        return true;
    }
  }
  /// Whether the next step leaves uniform points.
  void decide(const IntegratorStep& step, const detail::CubePoints& points) {
    if (options_.strategy != SurveyStrategy::adaptive || switched_ || !std::isfinite(step.training.loss)) return;
    Row<double> f = points.w.cwiseProduct(points.p);
    if (options_.training.loss == SurveyLoss::kl) {
      // the same loss up to a constant: here that of the uniform density is subtracted
      smoothed_.add(step.training.loss - detail::uniform_kl(f.cwiseAbs()));
      switched_ = KlSwitch{}(smoothed_.value());
    } else {
      f /= data_.empty() ? f.cwiseAbs().mean() : data_.integral();
      smoothed_.add(step.training.loss);
      switched_ = VarianceSwitch(f)(smoothed_.value());
    }
  }

  template <class R>
  IntegratorStep refine_step(R& rng) {
    IntegratorStep step;
    step.learned = true;
    const IterationEstimate estimate = refined(rng);
    step.evaluations = estimate.calls;
    describe(step, estimate);
    if (!step.taken) return step;
    refine_.push_back(estimate);
    if (refine_left_ > 0) --refine_left_;
    // after the last step nobody would use what is learned
    if (options_.teach_again > 0 && refine_left_ > 0 &&
        static_cast<double>(new_points_) >= options_.teach_again * static_cast<double>(taught_points_)) {
      step.training = train_on_survey(q_, optimizer_, data_, options_.training, rng);
      taught_points_ += new_points_;
      new_points_ = 0;
      stratified_.forget();
    }
    return step;
  }
  template <class R>
  IterationEstimate refined(R& rng) {
    const auto keep = [this](auto&&... points) {
      if (options_.teach_again > 0) remember(points...);
    };
    if constexpr (detail::FromUniforms<Q>)
      if (options_.stratify && detail::moves_uniforms(q_) && detail::uniform_calls(options_) < options_.refine_calls) {
        if (!stratified_.running()) stratified_.begin(f_, q_, options_, executor_);
        return stratified_.step(q_, options_, rng, keep);
      }
    return detail::refine_independently(f_, q_, options_, executor_, rng, keep);
  }
  /// Points of a refine step, y on the unit cube, to learn from later.
  void remember(const Batch<double>& y, const Row<double>& w, const Row<double>& p) {
    data_.add(y.template cast<Scalar>(), w, p);
    data_.keep_newest(options_.remembered);
    new_points_ += y.cols();
  }
  void describe(IntegratorStep& step, const IterationEstimate& estimate) const {
    step.value = estimate.mean;
    step.error = estimate.error();
    step.dropped = estimate.dropped;
    step.relative_variance = static_cast<double>(estimate.calls) * estimate.variance / (estimate.mean * estimate.mean);
    step.unweighting_efficiency = estimate.weights.unweighting_efficiency();
    step.taken = std::isfinite(estimate.mean) && std::isfinite(estimate.variance) &&
                 (estimate.dropped == 0 || options_.non_finite == NonFinite::drop);
  }

  detail::MappedFunction<F> f_;
  Q q_;
  Optimizer optimizer_;
  detail::ExecutorHandle<E> executor_;
  IntegratorOptions options_;
  Index survey_left_, refine_left_, index_ = 0, taught_points_ = 0, new_points_ = 0;
  detail::TrainingSet<Scalar> data_;
  detail::GivenPoints given_;
  std::vector<IterationEstimate> survey_, refine_;
  SmoothedLoss smoothed_;
  bool switched_ = false;
  detail::StratifiedRefinementOf<F, Q, E> stratified_;
};

template <class F, class Q>
Integrator(F, Q, Box, IntegratorOptions = {}) -> Integrator<F, Q>;
template <class F, class Q>
Integrator(F, Q, VegasMap, IntegratorOptions = {}) -> Integrator<F, Q>;
template <class F, class Q, class Optimizer>
Integrator(F, Q, Box, IntegratorOptions, Optimizer) -> Integrator<F, Q, Optimizer>;
template <class F, class Q, class Optimizer>
Integrator(F, Q, VegasMap, IntegratorOptions, Optimizer) -> Integrator<F, Q, Optimizer>;
template <class F, class Q, class Optimizer, Executor E>
Integrator(F, Q, VegasMap, IntegratorOptions, Optimizer, E&) -> Integrator<F, Q, Optimizer, E>;

}  // namespace variate

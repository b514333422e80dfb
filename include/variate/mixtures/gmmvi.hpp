#pragma once
/// Natural-gradient variational inference with Gaussian mixtures, as a stepper under `fit`.
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/inference/diagnosis.hpp"
#include "variate/mixtures/component_adaptation.hpp"
#include "variate/mixtures/component_states.hpp"
#include "variate/mixtures/component_stepsizes.hpp"
#include "variate/mixtures/component_updates.hpp"
#include "variate/mixtures/detail/candidate_search.hpp"
#include "variate/mixtures/detail/selection.hpp"
#include "variate/mixtures/detail/target.hpp"
#include "variate/mixtures/gaussians.hpp"
#include "variate/mixtures/more.hpp"
#include "variate/mixtures/sample_database.hpp"
#include "variate/mixtures/sample_selectors.hpp"
#include "variate/mixtures/stein.hpp"
#include "variate/mixtures/trust_region.hpp"
#include "variate/mixtures/weight_stepsizes.hpp"
#include "variate/mixtures/weight_updates.hpp"
#include "variate/parallel/detail/slots.hpp"
#include "variate/parallel/detail/stretches.hpp"
#include "variate/parallel/executor.hpp"

namespace variate {

/// The seven modules of a GMMVI, each with its options. The defaults are SAMTRON, which the authors recommend.
template <class Estimator = Stein, class Components = AdaptiveComponents, class Selector = ComponentBasedSelector,
          class ComponentUpdate = TrustRegionComponentUpdate, class ComponentStepsize = ImprovementComponentStepsize,
          class WeightUpdate = TrustRegionWeightUpdate, class WeightStepsize = ImprovementWeightStepsize>
struct GmmViModules {
  Estimator natural_gradient{};            ///< Stein or More
  Components components{};                 ///< AdaptiveComponents or FixedComponents
  Selector selector{};                     ///< ComponentBasedSelector or MixtureBasedSelector
  ComponentUpdate component_update{};      ///< DirectComponentUpdate, IblrComponentUpdate or TrustRegionComponentUpdate
  ComponentStepsize component_stepsize{};  ///< DecayingComponentStepsize, FixedComponentStepsize or ImprovementComponentStepsize
  WeightUpdate weight_update{};            ///< DirectWeightUpdate or TrustRegionWeightUpdate
  WeightStepsize weight_stepsize{};        ///< DecayingWeightStepsize, FixedWeightStepsize or ImprovementWeightStepsize
};

/// What a GMMVI is told beside its modules.
template <class T = double>
struct GmmViOptions {
  T temperature = T(1);                ///< of the entropy in the objective E_q[log p] + temperature H(q)
  bool use_sample_database = true;     ///< false: only the newest batch is kept
  Index max_database_size = 10000000;  ///< rows; more are thinned
  Vector<T> prior_mean{};              ///< of the prior that added components look at; empty: none
  Vector<T> prior_variances{};         ///< likewise
};

/// What a step did.
struct GmmViStep : Step {
  Index components = 0;     ///< after it
  Index samples = 0;        ///< it worked with, reused ones too
  Index database_size = 0;  ///< rows
  Index rejected = 0;       ///< component updates that were not taken
  Index added = 0;          ///< components
  Index deleted = 0;        ///< components
};

/// GMMVI (Arenz, Dahlinger, Ye, Volpp and Neumann 2023): maximises E_q[log p(x)] + temperature H(q) over mixtures q of normal
/// distributions by natural gradients of each component and of the weights, from samples that are stored and reused. Any choice
/// of modules, any of them your own; `build<"SAMTRON">(target, start)` (mixtures/codename.hpp) chooses by a codename.
///
/// One step: draw samples and evaluate the target, choose the components' step sizes, estimate their natural gradients, update
/// them, choose the weights' step size, update the weights, add and delete components. By default the numbers are those of
/// gmmvi 1.1.
///
/// The target gives log p by value (`Row<T> f(const Batch<T>& x)`; enough for More), by value and gradient
/// (`value_and_gradient(x, gradient)`), or as a generic function of the vocabulary of `autodiff/`. A target with
/// `minibatch(rng)` is asked at each step for one of these, bound to a part of the data. Samples whose value or gradient is not
/// finite are dropped and counted. If none is left and nothing is stored, the step is not taken.
///
/// With an executor, which is borrowed, the work of a step is spread over its threads: components, samples, and calls of the
/// target, each with a stretch of the columns (but not of a target with `minibatch`, which may count them), several at a time.
/// The bits are the same for any number of threads.
///
/// A copy is a checkpoint. If the target throws, nothing has changed (but for the database, which keeps the new samples, if it
/// throws at candidates for a component that takes the place of one just deleted).
template <class Target, class Modules = GmmViModules<>, class T = double, Covariance C = Covariance::full,
          class E = const SerialExecutor>
class GmmVi {
  using Estimator = std::remove_cvref_t<decltype(std::declval<Modules&>().natural_gradient)>;
  static constexpr bool gradients = Estimator::needs_gradients;
  static constexpr bool adaptive = requires(const Modules& m) { m.components.deletes(Index{}); };

 public:
  using Scalar = T;

  /// From a first mixture. InvalidArgument or DomainError for options out of range, ShapeError for a prior of another size.
  GmmVi(Target target, Gaussians<T, C> start, Modules modules = {}, GmmViOptions<T> options = {})
    requires std::is_same_v<E, const SerialExecutor>
      : GmmVi(std::move(target), std::move(start), std::move(modules), std::move(options), detail::serially) {}
  /// The same on the threads of an executor.
  GmmVi(Target target, Gaussians<T, C> start, Modules modules, GmmViOptions<T> options, E& executor)
      : executor_(&executor),
        target_(std::move(target)),
        model_(std::move(start)),
        modules_(std::move(modules)),
        options_(std::move(options)),
        database_(database_options()),
        states_(model_.component_entropies(), modules_.components.history(),
                static_cast<T>(modules_.component_stepsize.initial_stepsize), initial_regularizer()),
        weight_state_(modules_.weight_stepsize.template start<T>()) {
    constexpr const char* name = "GmmVi";
    detail::require_positive(name, "temperature", options_.temperature);
    for (const double stepsize : {modules_.component_stepsize.initial_stepsize, modules_.weight_stepsize.initial_stepsize})
      if (!(stepsize >= 0))
        throw DomainError(detail::complaint(name, "initial_stepsize", stepsize, "a number that is not negative"));
    if (!(initial_regularizer() >= 0))
      throw DomainError(
          detail::complaint(name, "initial_l2_regularizer", initial_regularizer(), "a number that is not negative"));
    if (options_.prior_mean.size() > 0 || options_.prior_variances.size() > 0) {
      detail::require_size(name, "size of prior_mean", options_.prior_mean.size(), model_.event_size());
      detail::require_size(name, "size of prior_variances", options_.prior_variances.size(), model_.event_size());
      detail::require_finite(name, "prior_mean", options_.prior_mean);
      detail::require_positive(name, "prior_variances", options_.prior_variances);
      prior_.emplace(options_.prior_mean, Vector<T>(options_.prior_variances.cwiseSqrt()));
    }
    if constexpr (adaptive) {
      modules_.components.check();
      if (modules_.components.num_prior_samples > 0 && !prior_)
        throw InvalidArgument(
            "GmmVi: prior_mean is empty, expected a number for each dimension because num_prior_samples is not 0");
    }
  }

  const Target& target() const { return target_; }                    ///< as it was given
  const Gaussians<T, C>& mixture() const { return model_; }           ///< as it stands
  const Modules& modules() const { return modules_; }                 ///< as they were given
  const GmmViOptions<T>& options() const { return options_; }         ///< as they were given
  const SampleDatabase<T, C>& database() const { return database_; }  ///< as it stands
  const ComponentStates<T>& states() const { return states_; }        ///< of the components, as they stand
  T weight_stepsize() const { return weight_state_.stepsize; }        ///< of the last step
  Index index() const { return index_; }                              ///< steps finished, taken or not
  /// The mixture as a Family.
  auto q() const { return model_.family(); }

  /// One iteration.
  template <class R>
  GmmViStep step(R& rng) {
    if constexpr (!detail::is_target<Target, T, gradients>() && !detail::has_minibatches<Target, R>) {
      return detail::explain_target<T, gradients>();
    } else if constexpr (detail::has_minibatches<Target, R>) {
      const auto bound = target_.minibatch(rng);
      if constexpr (!detail::is_target<std::remove_cvref_t<decltype(bound)>, T, gradients>()) return detail::explain_target<T, gradients>();
      else return step_with(bound, rng);
    } else {
      return step_with(target_, rng);
    }
  }

 private:
  struct Candidates {
    StoredSamples<T> rows;
    Index evaluations = 0, dropped = 0;
  };

  SampleDatabaseOptions database_options() const {
    modules_.selector.check();
    Index most = model_.size();
    if constexpr (adaptive) most = std::max(most, modules_.components.max_components);
    // thinning brings rows twice as near
    return {.max_samples = options_.max_database_size,
            .keep_samples = options_.use_sample_database,
            .reach = 2 * modules_.selector.reused(most)};
  }
  T initial_regularizer() const {
    if constexpr (requires { modules_.natural_gradient.initial_l2_regularizer; })
      return static_cast<T>(modules_.natural_gradient.initial_l2_regularizer);
    else return T(1e-12);
  }

  template <class F, class R>
  GmmViStep step_with(const F& target, R& rng) {
    GmmViStep report;
    report.index = index_;
    SelectedDraws<T> draws = selection_.draw(modules_.selector, model_, database_, rng, *executor_);
    Row<T> value;
    Batch<T> gradient;
    evaluate<gradients>(target, draws.x, value, gradient);
    const std::vector<Index> good = detail::good_columns(value, gradient);
    report.evaluations = draws.x.cols();
    report.dropped = report.evaluations - static_cast<Index>(good.size());
    std::optional<Candidates> from_prior;
    if constexpr (adaptive)
      if (modules_.components.adds(index_ + 1, model_.size())) from_prior = prior_candidates(target, rng);
    if (good.empty() && database_.size() == 0) {
      ++index_;
      report.taken = false;
      report.value = std::numeric_limits<double>::quiet_NaN();
      report.components = model_.size();
      return report;
    }
    selection_.store(report.dropped == 0 ? StoredSamples<T>{std::move(draws.x), std::move(value), std::move(gradient),
                                                            std::move(draws.components)}
                                         : detail::columns_of(draws.x, value, gradient, draws.components, good),
                     model_, database_, *executor_);
    report.samples = selection_.samples.stored.target.size();
    if constexpr (adaptive) {
      const bool late = !from_prior && modules_.components.num_prior_samples > 0 && modules_.components.deletes(index_ + 1) &&
                        (index_ + 1) % modules_.components.add_iters == 0;
      if (late) {  // a deletion may make room: the target is called once more
        const auto before = std::pair(model_, states_);
        const auto weight_state = weight_state_;
        try {
          update(report);
          adapt(target, std::move(from_prior), report, rng);
        } catch (...) {
          std::tie(model_, states_) = before;
          weight_state_ = weight_state;
          throw;
        }
        return finished(report);
      }
    }
    update(report);
    if constexpr (adaptive) adapt(target, std::move(from_prior), report, rng);
    return finished(report);
  }
  GmmViStep finished(GmmViStep report) {
    report.components = model_.size();
    report.database_size = database_.size();
    ++index_;
    return report;
  }

  /// Components, then weights.
  void update(GmmViStep& report) {
    const MixtureSamples<T>& samples = selection_.samples;
    const Index columns = states_.reward_history.cols();
    for (Index k = 0; k < model_.size(); ++k) {
      const auto i = static_cast<std::size_t>(k);
      states_.stepsizes[i] =
          modules_.component_stepsize(states_.stepsizes[i], states_.updates[i].received_updates,
                                      states_.reward_history(k, columns - 2), states_.reward_history(k, columns - 1));
    }
    const auto& estimate = modules_.natural_gradient;
    if constexpr (requires {
                    estimate(model_, samples, T(1), states_.regularizers(), natural_, estimator_work_, *executor_);
                  })
      estimate(model_, samples, options_.temperature, states_.regularizers(), natural_, estimator_work_, *executor_);
    else estimate(model_, samples, options_.temperature, states_.regularizers(), natural_, estimator_work_);
    update_components(report);

    const T stepsize = modules_.weight_stepsize(weight_state_, model_.log_weights(), states_.rewards());
    const Vector<T> ratios =
        expected_log_ratios(model_.log_weights(), samples.densities, samples.background, samples.stored.target,
                            options_.temperature, modules_.weight_update.use_self_normalized_importance_weights);
    report.value = static_cast<double>(model_.weights().dot(ratios));
    states_.store_rewards(component_rewards(model_.log_weights(), ratios, options_.temperature));
    if (model_.size() == 1) return;
    model_.set_log_weights(modules_.weight_update(model_.log_weights(), ratios, stepsize, options_.temperature).log_weights);
    states_.store_weights(model_.weights());
  }

  void update_components(GmmViStep& report) {
    moved_.resize(static_cast<std::size_t>(model_.size()));
    work_.resize(static_cast<std::size_t>(executor_->threads()));
    detail::for_each_in_slots(*executor_, model_.size(), [&](Index slot, Index k) {
      const auto i = static_cast<std::size_t>(k);
      Vector<T> mean = model_[k].mean;
      FactorOf<T, C> factor = model_[k].factor;
      const ComponentStep<T> step{states_.stepsizes[i], options_.temperature, states_.initial_l2_regularizer};
      moved_[i].reset();
      if (modules_.component_update(mean, factor, natural_.hessians[i], natural_.gradients[i], step, states_.updates[i],
                                    work_[static_cast<std::size_t>(slot)]))
        moved_[i].emplace(std::move(mean), std::move(factor));
    });
    std::vector<Index> which;
    for (Index k = 0; k < model_.size(); ++k) {
      if (auto& moved = moved_[static_cast<std::size_t>(k)]) {
        model_.replace(k, std::move(*moved));
        which.push_back(k);
      } else {
        ++report.rejected;
      }
    }
    MixtureSamples<T>& samples = selection_.samples;
    const Index n = samples.stored.target.size();
    detail::for_stretches(*executor_, n, [&](Index from, Index count) {
      std::vector<T> room;
      for (const Index k : which)
        model_[k].log_density(samples.stored.x, from, count, samples.densities.data() + k * n + from, room);
    });
  }

  /// The target, on the executor if there is one and the target is the user's own.
  template <bool Gradients, class F>
  void evaluate(const F& target, const Batch<T>& x, Row<T>& value, Batch<T>& gradient) const {
    if constexpr (std::is_same_v<E, const SerialExecutor> || !std::is_same_v<F, Target>)
      detail::evaluate_target<Gradients>(target, x, value, gradient);
    else detail::evaluate_target<Gradients>(target, x, value, gradient, *executor_);
  }

  /// Draws from the prior, evaluated.
  template <class F, class R>
  Candidates prior_candidates(const F& target, R& rng) const {
    Candidates out;
    const Index n = modules_.components.num_prior_samples;
    if (n == 0) return out;
    uniforms<T>(rng, n, 1);  // which of the prior's one component
    out.rows.x = normals<T>(rng, model_.event_size(), n);
    prior_->place(out.rows.x);
    Batch<T> none;
    evaluate<false>(target, out.rows.x, out.rows.target, none);
    out.evaluations = n;
    out.dropped = n - static_cast<Index>(detail::good_columns(out.rows.target, none).size());
    return out;
  }

  template <class F, class R>
  void adapt(const F& target, std::optional<Candidates> from_prior, GmmViStep& report, R& rng) {
    const auto& rule = modules_.components;
    const Index count = index_ + 1;
    if (rule.deletes(count))
      for (const Index k : rule.deletable(states_.reward_history, states_.weight_history).bad) {
        if (model_.size() == 1) break;
        model_.remove(k);
        states_.remove(k);
        ++report.deleted;
      }
    if (!rule.adds(count, model_.size())) return;
    if (!from_prior) from_prior = prior_candidates(target, rng);
    report.evaluations += from_prior->evaluations;
    report.dropped += from_prior->dropped;
    const std::vector<Index> rows = database_.random_rows(rng, rule.num_database_samples);
    const T u = uniforms<T>(rng, 1, 1)(0, 0), mean_entropy = model_.average_entropy();
    const T entropy = prior_ ? rule.desired_entropy(u, mean_entropy, prior_->entropy()) : mean_entropy;
    const T threshold = static_cast<T>(rule.threshold(++additions_));
    Row<T> at_prior = from_prior->rows.target;
    for (T& value : at_prior)
      if (!std::isfinite(value)) value = std::numeric_limits<T>::quiet_NaN();
    const Vector<T> mean =
        detail::best_candidate(rule, model_, database_, rows, from_prior->rows.x, at_prior, threshold, *executor_);
    if (mean.size() == 0) return;
    const Index d = model_.event_size();
    FactorOf<T, C> factor;
    const T deviation = rule.deviation(entropy, d);
    if constexpr (C == Covariance::full) factor = deviation * Batch<T>::Identity(d, d);
    else factor.setConstant(d, deviation);
    if (!std::isfinite(deviation) || !(deviation > 0)) return;
    model_.add(T(AdaptiveComponents::new_log_weight), mean, std::move(factor));
    states_.add(std::exp(T(AdaptiveComponents::new_log_weight)), threshold, entropy);
    ++report.added;
  }

  E* executor_;
  Target target_;
  Gaussians<T, C> model_;
  Modules modules_;
  GmmViOptions<T> options_;
  SampleDatabase<T, C> database_;
  ComponentStates<T> states_;
  WeightStepsizeState<T> weight_state_;
  std::optional<Gaussian<T, Covariance::diagonal>> prior_;
  Index index_ = 0, additions_ = 0;
  // workspaces
  detail::Selection<T, C> selection_;
  NaturalGradients<T, C> natural_;
  typename Estimator::template Workspace<T> estimator_work_;
  std::vector<ComponentWorkspace<T>> work_;            // of what runs at the same time, each its own
  std::vector<std::optional<Gaussian<T, C>>> moved_;  // of each component; none if the update was rejected
};

/// Diagnoses a GMMVI from `draws` fresh draws of its mixture: the ELBO with its error, k-hat and effective sample size of p/q. Of
/// its gradients nothing is said.
template <class Target, class Modules, class T, Covariance C, class E, class R>
Diagnosis diagnose(const GmmVi<Target, Modules, T, C, E>& gmmvi, R&& rng, Index draws) {
  constexpr std::uint64_t report_stream = ~std::uint64_t{0};
  auto&& fresh = detail::stream(rng, report_stream);
  Diagnosis diagnosis;
  const auto report = [&](const auto& target) {
    const auto value = [&](const Batch<T>& x) {
      Row<T> values;
      Batch<T> none;
      detail::evaluate_target<false>(target, x, values, none);
      return values;
    };
    static_cast<ElboReport&>(diagnosis) = report_elbo(gmmvi.q(), value, fresh, draws);
  };
  if constexpr (detail::has_minibatches<Target, std::remove_reference_t<R>>) report(gmmvi.target().minibatch(fresh));
  else report(gmmvi.target());
  return diagnosis;
}

}  // namespace variate

#pragma once
/// The modules of GMMVI chosen when the program runs: one type for all 432 codenames.
#include <concepts>
#include <type_traits>
#include <utility>
#include <variant>

#include "variate/mixtures/gmmvi.hpp"

namespace variate {

/// Stein or More. Without `Gradients`, for targets that give values alone, only More.
template <bool Gradients = true>
struct AnyEstimator {
  /// The one in use.
  std::conditional_t<Gradients, std::variant<Stein, More>, std::variant<More>> choice;
  double initial_l2_regularizer = 1e-12;  ///< of More

  AnyEstimator() = default;
  AnyEstimator(const Stein& stein)  // NOLINT: a choice stands for itself
    requires Gradients
      : choice(stein) {}
  AnyEstimator(const More& more) : choice(more), initial_l2_regularizer(more.initial_l2_regularizer) {}  // NOLINT

  /// gmmvi 1.1 evaluates gradients for More too.
  static constexpr bool needs_gradients = Gradients;
  /// Of both.
  template <class T>
  struct Workspace {
    Stein::Workspace<T> stein;
    More::Workspace<T> more;
  };
  /// What the choice says.
  template <class T, Covariance C, class E>
  void operator()(const Gaussians<T, C>& model, const MixtureSamples<T>& samples, T temperature, const Vector<T>& regularizers,
                  NaturalGradients<T, C>& out, Workspace<T>& work, E& executor) const {
    std::visit(
        [&](const auto& estimator) {
          if constexpr (std::same_as<std::remove_cvref_t<decltype(estimator)>, Stein>)
            estimator(model, samples, temperature, regularizers, out, work.stein, executor);
          else estimator(model, samples, temperature, regularizers, out, work.more, executor);
        },
        choice);
  }
};

/// FixedComponents or AdaptiveComponents.
struct AnyComponents : AdaptiveComponents {
  bool fixed = false;  ///< nothing is added or deleted

  AnyComponents() = default;
  AnyComponents(const AdaptiveComponents& rule) : AdaptiveComponents(rule) {}  // NOLINT: a choice stands for itself
  AnyComponents(const FixedComponents&) : fixed(true) {}                       // NOLINT

  Index history() const { return fixed ? FixedComponents{}.history() : AdaptiveComponents::history(); }
  bool deletes(Index count) const { return !fixed && AdaptiveComponents::deletes(count); }
  bool adds(Index count, Index components) const { return !fixed && AdaptiveComponents::adds(count, components); }
};

/// ComponentBasedSelector or MixtureBasedSelector.
struct AnySelector {
  std::variant<ComponentBasedSelector, MixtureBasedSelector> choice;  ///< the one in use

  AnySelector() = default;
  AnySelector(const ComponentBasedSelector& selector) : choice(selector) {}  // NOLINT: a choice stands for itself
  AnySelector(const MixtureBasedSelector& selector) : choice(selector) {}    // NOLINT

  Index reused(Index components) const {
    return std::visit([&](const auto& selector) { return selector.reused(components); }, choice);
  }
  void check() const {
    std::visit([](const auto& selector) { selector.check(); }, choice);
  }
  template <class T, Covariance C, class Rng>
  SelectedDraws<T> draw(const Gaussians<T, C>& model, const Batch<T>& densities, const Row<T>& background, Rng& rng) const {
    return std::visit([&](const auto& selector) { return selector.draw(model, densities, background, rng); }, choice);
  }
};

/// DirectComponentUpdate, IblrComponentUpdate or TrustRegionComponentUpdate.
struct AnyComponentUpdate {
  /// The one in use.
  std::variant<TrustRegionComponentUpdate, DirectComponentUpdate, IblrComponentUpdate> choice;

  AnyComponentUpdate() = default;
  template <class Update>
    requires std::constructible_from<decltype(choice), Update>
  AnyComponentUpdate(const Update& update) : choice(update) {}  // NOLINT: a choice stands for itself

  template <class T, class Factor>
  bool operator()(Vector<T>& mean, Factor& factor, const Factor& hessian, const Vector<T>& gradient, const ComponentStep<T>& step,
                  ComponentUpdateState<T>& state, ComponentWorkspace<T>& work) const {
    return std::visit([&](const auto& update) { return update(mean, factor, hessian, gradient, step, state, work); }, choice);
  }
};

/// FixedComponentStepsize, DecayingComponentStepsize or ImprovementComponentStepsize.
struct AnyComponentStepsize {
  /// The one in use.
  std::variant<ImprovementComponentStepsize, FixedComponentStepsize, DecayingComponentStepsize> choice;
  double initial_stepsize = 1;  ///< its own

  AnyComponentStepsize() = default;
  template <class Rule>
    requires std::constructible_from<decltype(choice), Rule>
  AnyComponentStepsize(const Rule& rule) : choice(rule), initial_stepsize(rule.initial_stepsize) {}  // NOLINT

  template <class T>
  T operator()(T stepsize, Index received_updates, T reward_before, T last_reward) const {
    return std::visit([&](const auto& rule) { return rule(stepsize, received_updates, reward_before, last_reward); }, choice);
  }
};

/// DirectWeightUpdate or TrustRegionWeightUpdate.
struct AnyWeightUpdate {
  std::variant<TrustRegionWeightUpdate, DirectWeightUpdate> choice;  ///< the one in use
  bool use_self_normalized_importance_weights = true;                ///< its own

  AnyWeightUpdate() = default;
  template <class Update>
    requires std::constructible_from<decltype(choice), Update>
  AnyWeightUpdate(const Update& update)  // NOLINT: a choice stands for itself
      : choice(update), use_self_normalized_importance_weights(update.use_self_normalized_importance_weights) {}

  template <class T>
  WeightStep<T> operator()(const Vector<T>& log_weights, const Vector<T>& ratios, T stepsize, T temperature) const {
    return std::visit([&](const auto& update) { return update(log_weights, ratios, stepsize, temperature); }, choice);
  }
};

/// FixedWeightStepsize, DecayingWeightStepsize or ImprovementWeightStepsize.
struct AnyWeightStepsize {
  /// The one in use.
  std::variant<ImprovementWeightStepsize, FixedWeightStepsize, DecayingWeightStepsize> choice;
  double initial_stepsize = 1;  ///< its own

  AnyWeightStepsize() = default;
  template <class Rule>
    requires std::constructible_from<decltype(choice), Rule>
  AnyWeightStepsize(const Rule& rule) : choice(rule), initial_stepsize(rule.initial_stepsize) {}  // NOLINT

  template <class T>
  WeightStepsizeState<T> start() const {
    return std::visit([](const auto& rule) { return rule.template start<T>(); }, choice);
  }
  template <class T>
  T operator()(WeightStepsizeState<T>& state, const Vector<T>& log_weights, const Vector<T>& rewards) const {
    return std::visit([&](const auto& rule) { return rule(state, log_weights, rewards); }, choice);
  }
};

/// Modules that take any of the choices: `AnyModules<> m{.natural_gradient = More{}, .selector = MixtureBasedSelector{}};`.
template <bool Gradients = true>
using AnyModules = GmmViModules<AnyEstimator<Gradients>, AnyComponents, AnySelector, AnyComponentUpdate, AnyComponentStepsize,
                                AnyWeightUpdate, AnyWeightStepsize>;

}  // namespace variate

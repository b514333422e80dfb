#pragma once
/// GMMVI and each of its modules from settings by name, those of gmmvi 1.1 and our own options beside them.
#include <cmath>
#include <concepts>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/mixtures/any_modules.hpp"
#include "variate/mixtures/config.hpp"
#include "variate/mixtures/gmmvi.hpp"
#include "variate/mixtures/initial_mixture.hpp"

namespace variate {
namespace detail {

[[noreturn]] inline void refuse_setting(const std::string& where, const std::string& name, const std::string& what) {
  throw InvalidArgument("build_from_config: " + where + (where.empty() ? "" : ".") + name + " is " + what);
}
inline std::string text_of(const Setting::Value& value) {
  if (const bool* truth = std::get_if<bool>(&value)) return *truth ? "true" : "false";
  if (const double* number = std::get_if<double>(&value)) return to_text(*number);
  if (const std::string* text = std::get_if<std::string>(&value)) return *text;
  return std::holds_alternative<Config>(value) ? "names with values" : "a list";
}
inline void read(const Setting& s, const std::string& where, bool& to) {
  if (const bool* truth = std::get_if<bool>(&s.value)) to = *truth;
  else refuse_setting(where, s.name, text_of(s.value) + ", expected true or false");
}
inline void read(const Setting& s, const std::string& where, double& to) {
  if (const double* number = std::get_if<double>(&s.value)) to = *number;
  else refuse_setting(where, s.name, text_of(s.value) + ", expected a number");
}
inline void read(const Setting& s, const std::string& where, Index& to) {
  const double* number = std::get_if<double>(&s.value);
  if (!number || std::floor(*number) != *number || std::abs(*number) > 9e15)
    refuse_setting(where, s.name, text_of(s.value) + ", expected a whole number");
  to = static_cast<Index>(*number);
}
inline void read(const Setting& s, const std::string& where, std::vector<double>& to) {
  if (const auto* numbers = std::get_if<std::vector<double>>(&s.value)) to = *numbers;
  else if (const double* number = std::get_if<double>(&s.value)) to = {*number};
  else refuse_setting(where, s.name, text_of(s.value) + ", expected numbers");
}

/// Reads settings one by one; `done` refuses those that nobody asked for.
class SettingReader {
 public:
  SettingReader(const Config& config, std::string where) : config_(&config), where_(std::move(where)) {}

  template <class X>
  SettingReader& operator()(const char* name, X& to) {
    known_.emplace_back(name);
    if (const Setting* setting = config_->find(name)) read(*setting, where_, to);
    return *this;
  }
  /// A known name whose value is not looked at.
  SettingReader& ignore(const char* name) {
    known_.emplace_back(name);
    return *this;
  }
  void done() const {
    for (const Setting& setting : config_->settings()) {
      bool found = false;
      for (const std::string& name : known_) found = found || name == setting.name;
      if (found) continue;
      std::string expected;
      for (const std::string& name : known_) expected += (expected.empty() ? "" : ", ") + name;
      refuse_setting(where_, setting.name, "an unknown setting, expected " + (expected.empty() ? std::string("none") : expected));
    }
  }

 private:
  const Config* config_;
  std::string where_;
  std::vector<std::string> known_;
};

/// Calls f with a string and the settings of a module: its type and options.
struct ModuleSettings {
  std::string name, type;
  Config options;

  ModuleSettings(const Config& config, std::string module) : name(std::move(module)) {
    const Setting* found = config.find(name + "_type");
    if (!found) throw InvalidArgument("build_from_config: there is no " + name + "_type, expected a text");
    const std::string* text = std::get_if<std::string>(&found->value);
    if (!text) refuse_setting("", name + "_type", text_of(found->value) + ", expected a text");
    type = *text;
    if (const Setting* inner = config.find(name + "_config")) {
      const Config* settings = std::get_if<Config>(&inner->value);
      if (!settings) refuse_setting("", name + "_config", text_of(inner->value) + ", expected names with values");
      options = *settings;
    }
  }
  SettingReader reader() const { return {options, name + "_config"}; }
  [[noreturn]] void unknown(const std::string& expected) const {
    refuse_setting("", name + "_type", type + ", expected " + expected);
  }
};

template <class Module>
struct FromConfig;

template <bool Gradients>
struct FromConfig<AnyEstimator<Gradients>> {
  static AnyEstimator<Gradients> build(const Config& config) {
    const ModuleSettings s(config, "ng_estimator");
    SettingReader reader = s.reader();
    const auto common = [&](auto& r) {
      reader("only_use_own_samples", r.only_use_own_samples)("use_self_normalized_importance_weights",
                                                             r.use_self_normalized_importance_weights)("tempered", r.tempered);
    };
    if (s.type == "MORE") {
      More r;
      common(r);
      reader("initial_l2_regularizer", r.initial_l2_regularizer).done();
      return r;
    }
    if constexpr (Gradients) {
      if (s.type == "Stein") {
        Stein r;
        double regularizer = 1e-12;  // nobody's: all components carry one
        common(r);
        reader("symmetrized", r.symmetrized)("initial_l2_regularizer", regularizer).done();
        AnyEstimator<Gradients> estimator(r);
        estimator.initial_l2_regularizer = regularizer;
        return estimator;
      }
    }
    s.unknown(Gradients ? "Stein or MORE" : "MORE, as there are no gradients");
  }
};

template <>
struct FromConfig<AnyComponents> {
  static AnyComponents build(const Config& config) {
    const ModuleSettings s(config, "num_component_adapter");
    SettingReader reader = s.reader();
    if (s.type == "fixed") {
      reader.done();
      return FixedComponents{};
    }
    if (s.type != "adaptive") s.unknown("adaptive or fixed");
    AdaptiveComponents r;
    reader("del_iters", r.del_iters)("add_iters", r.add_iters)("max_components", r.max_components)(
        "thresholds_for_add_heuristic", r.thresholds_for_add_heuristic)(
        "min_weight_for_del_heuristic", r.min_weight_for_del_heuristic)("num_database_samples", r.num_database_samples)(
        "num_prior_samples", r.num_prior_samples)
        .done();
    r.check();
    return r;
  }
};

template <>
struct FromConfig<AnySelector> {
  static AnySelector build(const Config& config) {
    const ModuleSettings s(config, "sample_selector");
    SettingReader reader = s.reader();
    const auto common = [&](auto& r) {
      reader("desired_samples_per_component", r.desired_samples_per_component)("ratio_reused_samples_to_desired",
                                                                               r.ratio_reused_samples_to_desired);
    };
    if (s.type == "component-based") {
      ComponentBasedSelector r;
      common(r);
      reader.done();
      return r;
    }
    if (s.type != "mixture-based") s.unknown("component-based or mixture-based");
    MixtureBasedSelector r;
    common(r);
    reader("aligned_mapping", r.aligned_mapping)("reuse_whatever_components", r.reuse_whatever_components).done();
    return r;
  }
};

template <>
struct FromConfig<AnyComponentUpdate> {
  static AnyComponentUpdate build(const Config& config) {
    const ModuleSettings s(config, "ng_based_updater");
    SettingReader reader = s.reader();
    TrustRegionComponentUpdate r;
    if (s.type == "trust-region") reader("exact", r.exact);
    reader.done();
    if (s.type == "trust-region") return r;
    if (s.type == "iBLR") return IblrComponentUpdate{};
    if (s.type != "direct") s.unknown("direct, iBLR or trust-region");
    return DirectComponentUpdate{};
  }
};

/// The three rules of a step size.
template <class Any, class Fixed, class Decaying, class Improvement>
Any stepsize_from(const Config& config, const char* module, const char* improvement) {
  const ModuleSettings s(config, module);
  SettingReader reader = s.reader();
  if (s.type == "fixed") {
    Fixed r;
    reader("initial_stepsize", r.initial_stepsize).done();
    return r;
  }
  if (s.type == "decaying") {
    Decaying r;
    reader("initial_stepsize", r.initial_stepsize)("annealing_exponent", r.annealing_exponent).done();
    return r;
  }
  if (s.type != improvement) s.unknown("fixed, decaying or " + std::string(improvement));
  Improvement r;
  reader("initial_stepsize", r.initial_stepsize)("min_stepsize", r.min_stepsize)("max_stepsize", r.max_stepsize)(
      "stepsize_inc_factor", r.stepsize_inc_factor)("stepsize_dec_factor", r.stepsize_dec_factor);
  if constexpr (requires { r.shrink_without_reward; }) reader("shrink_without_reward", r.shrink_without_reward);
  reader.done();
  return r;
}
template <>
struct FromConfig<AnyComponentStepsize> {
  static AnyComponentStepsize build(const Config& config) {
    return stepsize_from<AnyComponentStepsize, FixedComponentStepsize, DecayingComponentStepsize, ImprovementComponentStepsize>(
        config, "component_stepsize_adapter", "improvement-based");
  }
};
template <>
struct FromConfig<AnyWeightStepsize> {
  static AnyWeightStepsize build(const Config& config) {
    return stepsize_from<AnyWeightStepsize, FixedWeightStepsize, DecayingWeightStepsize, ImprovementWeightStepsize>(
        config, "weight_stepsize_adapter", "improvement_based");
  }
};

template <>
struct FromConfig<AnyWeightUpdate> {
  static AnyWeightUpdate build(const Config& config) {
    const ModuleSettings s(config, "weight_updater");
    SettingReader reader = s.reader();
    const auto common = [&](auto& r) {
      reader("use_self_normalized_importance_weights", r.use_self_normalized_importance_weights);
    };
    if (s.type == "direct") {
      DirectWeightUpdate r;
      common(r);
      reader.done();
      return r;
    }
    if (s.type != "trust-region") s.unknown("direct or trust-region");
    TrustRegionWeightUpdate r;
    common(r);
    reader("exact", r.exact).done();
    return r;
  }
};

/// Settings that are not a module's.
struct RunSettings {
  double temperature = 1;
  bool use_sample_database = true, use_diagonal_covs = false;
  Index max_database_size = 10000000, num_initial_components = 1;
  std::vector<double> prior_mean, prior_scale, initial_cov;

  explicit RunSettings(const Config& config) {
    SettingReader reader(config, "");
    for (const char* name :
         {"ng_estimator_type", "ng_estimator_config", "num_component_adapter_type", "num_component_adapter_config",
          "sample_selector_type", "sample_selector_config", "ng_based_updater_type", "ng_based_updater_config",
          "component_stepsize_adapter_type", "component_stepsize_adapter_config", "weight_updater_type", "weight_updater_config",
          "weight_stepsize_adapter_type", "weight_stepsize_adapter_config", "model_initialization", "start_seed",
          "environment_name", "environment_config", "gmmvi_runner_config"})
      reader.ignore(name);
    reader("temperature", temperature)("use_sample_database", use_sample_database)("max_database_size", max_database_size).done();
    const Setting* start = config.find("model_initialization");
    if (!start) return;
    const Config* inner = std::get_if<Config>(&start->value);
    if (!inner) refuse_setting("", start->name, text_of(start->value) + ", expected names with values");
    SettingReader(*inner, start->name)("use_diagonal_covs", use_diagonal_covs)("num_initial_components", num_initial_components)(
        "prior_mean", prior_mean)("prior_scale", prior_scale)("initial_cov", initial_cov)
        .done();
  }
};
/// A number for all dimensions, or one for each. Without numbers: empty.
template <class T>
Vector<T> for_each_dimension(const char* name, const std::vector<double>& numbers, Index d) {
  if (numbers.empty()) return {};
  if (numbers.size() == 1) return Vector<T>::Constant(d, static_cast<T>(numbers[0]));
  require_size("build_from_config", std::string("size of model_initialization.") + name, static_cast<Index>(numbers.size()), d);
  return Eigen::Map<const Vector<double>>(numbers.data(), d).template cast<T>();
}

template <bool Gradients>
struct FromConfig<AnyModules<Gradients>> {
  static AnyModules<Gradients> build(const Config& config) {
    return {FromConfig<AnyEstimator<Gradients>>::build(config), FromConfig<AnyComponents>::build(config),
            FromConfig<AnySelector>::build(config),             FromConfig<AnyComponentUpdate>::build(config),
            FromConfig<AnyComponentStepsize>::build(config),    FromConfig<AnyWeightUpdate>::build(config),
            FromConfig<AnyWeightStepsize>::build(config)};
  }
};

}  // namespace detail

/// One module, or all of them (`AnyModules<>`), from the settings `<module>_type` and `<module>_config`; other settings are not
/// looked at: `build_from_config<AnySelector>(codename_config("SAMTRON"))`. What is not set has its default. InvalidArgument for
/// a type or an option that there is not, or a value of another kind; DomainError for one out of range.
template <class Module>
  requires requires(const Config& config) { detail::FromConfig<Module>::build(config); }
Module build_from_config(const Config& config) {
  return detail::FromConfig<Module>::build(config);
}

/// Temperature, database and prior of a target in d dimensions. An unknown setting is an InvalidArgument.
template <class T = double>
GmmViOptions<T> options_from_config(const Config& config, Index d) {
  const detail::RunSettings s(config);
  GmmViOptions<T> options{.temperature = static_cast<T>(s.temperature),
                          .use_sample_database = s.use_sample_database,
                          .max_database_size = s.max_database_size};
  if (!s.prior_mean.empty() && !s.initial_cov.empty()) {
    options.prior_mean = detail::for_each_dimension<T>("prior_mean", s.prior_mean, d);
    options.prior_variances = detail::for_each_dimension<T>("initial_cov", s.initial_cov, d);
  }
  return options;
}

/// The first mixture, from `model_initialization`: `num_initial_components` components about `prior_mean`, as far as
/// `prior_scale` says, with variances `initial_cov` (without it, the squares of `prior_scale`). Numbers count for all dimensions,
/// lists for one each. InvalidArgument if `use_diagonal_covs` does not say what C does.
template <Covariance C = Covariance::full, class T = double, class Rng>
Gaussians<T, C> mixture_from_config(const Config& config, Rng& rng, Index d) {
  const detail::RunSettings s(config);
  if (s.use_diagonal_covs != (C == Covariance::diagonal))
    detail::refuse_setting("model_initialization", "use_diagonal_covs",
                           s.use_diagonal_covs ? "true, expected false, or a call with Covariance::diagonal"
                                               : "false, expected true, or a call with Covariance::full");
  const auto numbers = [&](const char* name, const std::vector<double>& from) {
    if (from.empty()) throw InvalidArgument("build_from_config: there is no model_initialization." + std::string(name));
    return detail::for_each_dimension<T>(name, from, d);
  };
  const Vector<T> mean = numbers("prior_mean", s.prior_mean), scale = numbers("prior_scale", s.prior_scale);
  const Vector<T> variances = s.initial_cov.empty() ? Vector<T>(scale.cwiseAbs2()) : numbers("initial_cov", s.initial_cov);
  return initial_mixture<C>(rng, s.num_initial_components, mean, scale, variances);
}

/// The whole, from a first mixture, on the threads of an executor, which is borrowed; any of the 432 codenames is the same type.
template <class Target, class T, Covariance C, Executor E>
auto build_from_config(const Config& config, Target&& target, Gaussians<T, C> start, E& executor) {
  using F = std::remove_cvref_t<Target>;
  constexpr bool gradients = detail::is_target<F, T, true>() || detail::has_minibatches<F, detail::AnyRng>;
  const Index d = start.event_size();
  return GmmVi<F, AnyModules<gradients>, T, C, E>(std::forward<Target>(target), std::move(start),
                                                  build_from_config<AnyModules<gradients>>(config),
                                                  options_from_config<T>(config, d), executor);
}
/// The same on this thread.
template <class Target, class T, Covariance C>
auto build_from_config(const Config& config, Target&& target, Gaussians<T, C> start) {
  return build_from_config(config, std::forward<Target>(target), std::move(start), detail::serially);
}
/// The whole, for a target in d dimensions: `build_from_config(config, target, rng, d)`.
template <Covariance C = Covariance::full, class T = double, class Target, class Rng>
auto build_from_config(const Config& config, Target&& target, Rng& rng, Index d) {
  return build_from_config(config, std::forward<Target>(target), mixture_from_config<C, T>(config, rng, d));
}
/// The same on the threads of an executor.
template <Covariance C = Covariance::full, class T = double, class Target, class Rng, Executor E>
auto build_from_config(const Config& config, Target&& target, Rng& rng, Index d, E& executor) {
  return build_from_config(config, std::forward<Target>(target), mixture_from_config<C, T>(config, rng, d), executor);
}

}  // namespace variate

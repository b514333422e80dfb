#pragma once
/// Settings by name, as they stand in a file, and the default settings of gmmvi 1.1.
#include <cctype>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"

namespace variate {

struct Setting;

/// Names with values: truth, a number, a text, numbers, or names with values again. Whoever reads JSON or YAML makes one.
class Config {
 public:
  Config() = default;
  /// `Config{{"temperature", 1}, {"ng_estimator_config", Config{{"only_use_own_samples", true}}}}`. A name given twice takes the
  /// last value.
  Config(std::initializer_list<Setting> settings);

  /// All, in the order in which they were first given.
  const std::vector<Setting>& settings() const { return settings_; }
  /// The setting of that name, or null.
  const Setting* find(std::string_view name) const;
  /// Adds it, or takes the place of the one with its name.
  void set(Setting setting);
  /// Takes all settings of another; where both have names with values again, those are merged likewise.
  void merge(const Config& other);
  /// The names with values that stand under a name; added, if there are none. InvalidArgument if something else stands there.
  Config& operator[](std::string_view name);

 private:
  std::vector<Setting> settings_;
};

/// A name and its value.
struct Setting {
  /// What can stand for a value.
  using Value = std::variant<bool, double, std::string, std::vector<double>, Config>;

  std::string name;  ///< any text
  Value value;       ///< see above

  /// Any number is kept as double.
  template <class X>
  Setting(std::string name_, const X& value_) : name(std::move(name_)), value(value_of(value_)) {}
  Setting(std::string name_, std::initializer_list<double> numbers)
      : name(std::move(name_)), value(std::vector<double>(numbers)) {}

  bool operator==(const Setting& other) const;

 private:
  template <class X>
  static Value value_of(const X& x) {
    if constexpr (std::same_as<X, bool>) return x;
    else if constexpr (std::is_arithmetic_v<X>) return static_cast<double>(x);
    else if constexpr (std::convertible_to<const X&, std::string>) return std::string(x);
    else return x;
  }
};

inline Config::Config(std::initializer_list<Setting> settings) {
  for (const Setting& setting : settings) set(setting);
}
inline const Setting* Config::find(std::string_view name) const {
  for (const Setting& setting : settings_)
    if (setting.name == name) return &setting;
  return nullptr;
}
inline void Config::set(Setting setting) {
  for (Setting& one : settings_)
    if (one.name == setting.name) {
      one = std::move(setting);
      return;
    }
  settings_.push_back(std::move(setting));
}
inline void Config::merge(const Config& other) {
  for (const Setting& setting : other.settings()) {
    Config* mine = nullptr;
    for (Setting& one : settings_)
      if (one.name == setting.name) mine = std::get_if<Config>(&one.value);
    const Config* theirs = std::get_if<Config>(&setting.value);
    if (mine && theirs) mine->merge(*theirs);
    else set(setting);
  }
}
inline Config& Config::operator[](std::string_view name) {
  if (!find(name)) set({std::string(name), Config()});
  for (Setting& one : settings_)
    if (one.name == name)
      if (Config* inner = std::get_if<Config>(&one.value)) return *inner;
  throw InvalidArgument("Config: " + std::string(name) + " is a value, expected names with values");
}

/// The same names with the same values, in any order.
inline bool operator==(const Config& a, const Config& b) {
  if (a.settings().size() != b.settings().size()) return false;
  for (const Setting& setting : a.settings()) {
    const Setting* other = b.find(setting.name);
    if (!other || !(*other == setting)) return false;
  }
  return true;
}
inline bool Setting::operator==(const Setting& other) const { return name == other.name && value == other.value; }

namespace detail {

/// What a letter of a codename stands for; false if it stands for nothing.
inline bool merge_letter(char letter, Config& config) {
  const auto module = [&](std::string name, const char* type, Config options) {
    config.set({name + "_type", type});
    config.set({name + "_config", std::move(options)});
    return true;
  };
  const Config own{{"only_use_own_samples", false}, {"use_self_normalized_importance_weights", true}};
  const Config weights{{"use_self_normalized_importance_weights", true}};
  const auto rule = [](double least) {
    return Config{{"initial_stepsize", 1}, {"min_stepsize", least}, {"max_stepsize", 1},
                  {"stepsize_inc_factor", 1.15}, {"stepsize_dec_factor", 0.85}};
  };
  const auto selector = [](double ratio) {
    return Config{{"desired_samples_per_component", 100}, {"ratio_reused_samples_to_desired", ratio}};
  };
  switch (letter) {
    case 'S': return module("ng_estimator", "Stein", own);
    case 'Z': {
      Config more = own;
      more.set({"initial_l2_regularizer", 1e-12});
      return module("ng_estimator", "MORE", more);
    }
    case 'A':
      return module("num_component_adapter", "adaptive",
                    {{"del_iters", 100}, {"add_iters", 30}, {"max_components", 1000},
                     {"thresholds_for_add_heuristic", {5000, 1000, 500, 200, 100, 50}}, {"min_weight_for_del_heuristic", 1e-6},
                     {"num_database_samples", 100000}, {"num_prior_samples", 0}});
    case 'E': return module("num_component_adapter", "fixed", {});
    case 'M': return module("sample_selector", "component-based", selector(2));
    case 'P': return module("sample_selector", "mixture-based", selector(0));
    case 'I': return module("ng_based_updater", "direct", {});
    case 'Y': return module("ng_based_updater", "iBLR", {});
    case 'T': return module("ng_based_updater", "trust-region", {});
    case 'F': return module("component_stepsize_adapter", "fixed", {{"initial_stepsize", 1e-5}});
    case 'D': return module("component_stepsize_adapter", "decaying", {{"initial_stepsize", 1}, {"annealing_exponent", 0.55}});
    case 'R': return module("component_stepsize_adapter", "improvement-based", rule(1e-3));
    case 'U': return module("weight_updater", "direct", weights);
    case 'O': return module("weight_updater", "trust-region", weights);
    case 'X': return module("weight_stepsize_adapter", "fixed", {{"initial_stepsize", 1}});
    case 'G': return module("weight_stepsize_adapter", "decaying", {{"initial_stepsize", 1}, {"annealing_exponent", "TODO"}});
    case 'N': return module("weight_stepsize_adapter", "improvement_based", rule(1e-4));
    default: return false;
  }
}

}  // namespace detail

/// The default settings of gmmvi 1.1 for the letters of a codename, in any order and case, any number of them; of two letters for
/// the same module the last one counts. G leaves `annealing_exponent` as the text "TODO", as the original does: it must be set.
/// InvalidArgument for a letter that stands for nothing.
inline Config codename_config(std::string_view letters) {
  Config config;
  for (const char letter : letters)
    if (!detail::merge_letter(static_cast<char>(std::toupper(static_cast<unsigned char>(letter))), config))
      throw InvalidArgument(detail::complaint("codename_config", "letter", std::string(1, letter), "one of SZAEMPIYTFDRUOXGN"));
  return config;
}

/// The default settings of gmmvi 1.1 for an experiment of the literature: gmm20, gmm100, stm20, stm300, breast_cancer,
/// breast_cancer_mb, german_credit, german_credit_mb, planar_robot_4, talos, wine. InvalidArgument for another name.
inline Config experiment_config(std::string_view name) {
  struct Known {
    const char* name;
    const char* environment;
    double components, scale, covariance, interval, database;
    Config options;
  };
  const auto dimensions = [](double d) { return Config{{"num_dimensions", d}}; };
  const auto student = [](double d, bool harder) {
    return Config{{"num_dimensions", d}, {"harder_setting", harder}, {"use_matlab_target", false}};
  };
  const Config minibatch{{"batch_size", 64}, {"size_test_set", 0}, {"use_own_batch_per_sample", true}};
  const Config wine{{"likelihood_scaling", 1}, {"prior_std", 1}, {"batch_size", 128}}, talos{{"context", {0.1, 0.5, 1}}};
  const Known all[] = {{"gmm20", "GMM", 1, 31.63, 1000, 100, 1e7, dimensions(20)},
                       {"gmm100", "GMM", 1, 31.63, 1000, 100, 1e7, dimensions(100)},
                       {"stm20", "STM", 20, 100, 300, 1000, 1e7, student(20, false)},
                       {"stm300", "STM", 20, 100, 300, 50, 1e5, student(300, true)},
                       {"breast_cancer", "breastCancer", 1, 10, 100, 50, 1e7, {}},
                       {"breast_cancer_mb", "breastCancer_mb", 1, 10, 100, 20, 1e7, minibatch},
                       {"german_credit", "GermanCredit", 1, 10, 100, 20, 1e7, {}},
                       {"german_credit_mb", "GermanCredit_mb", 1, 10, 100, 20, 1e7, minibatch},
                       {"planar_robot_4", "PlanarRobot4", 300, 0, 0, 10, 1e7, {}},
                       {"talos", "Talos", 1, 1, 1, 500, 5e5, talos},
                       {"wine", "WINE", 4, 1, 1, 25, 5e5, wine}};
  for (const Known& known : all) {
    if (known.name != name) continue;
    Config start{{"use_diagonal_covs", false}, {"num_initial_components", known.components}, {"prior_mean", 0},
                 {"prior_scale", known.scale}, {"initial_cov", known.covariance}};
    if (name == "planar_robot_4") {
      start.set({"prior_scale", {1, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2}});
      start.set({"initial_cov", {0.0625, 0.0025, 0.0025, 0.0025, 0.0025, 0.0025, 0.0025, 0.0025, 0.0025, 0.0025}});
    }
    return {{"start_seed", 10000},
            {"environment_name", known.environment},
            {"environment_config", known.options},
            {"model_initialization", start},
            {"gmmvi_runner_config", Config{{"log_metrics_interval", known.interval}}},
            {"use_sample_database", true},
            {"max_database_size", known.database},
            {"temperature", 1}};
  }
  throw InvalidArgument(detail::complaint("experiment_config", "name", name, "an experiment of gmmvi 1.1, such as gmm20"));
}

}  // namespace variate

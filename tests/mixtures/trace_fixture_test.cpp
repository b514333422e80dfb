/// Whole runs of gmmvi 1.1 replayed with the random numbers they drew.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "mixtures/fixture_model.hpp"
#include "variate/mixtures/any_modules.hpp"
#include "variate/random/recorded.hpp"

using namespace variate;
using namespace variate_tests;

namespace {

/// Reads fields of a configuration; whatever is not read fails.
class Fields {
 public:
  explicit Fields(const nlohmann::json& j) : j_(&j) {
    for (const auto& [name, value] : j.items()) left_.insert(name);
  }
  ~Fields() {
    for (const std::string& name : left_) FAIL_CHECK("unknown option " << name);
  }
  template <class X>
  Fields& operator()(const char* name, X& to) {
    if (left_.erase(name)) to = j_->at(name).get<X>();
    return *this;
  }

 private:
  const nlohmann::json* j_;
  std::set<std::string> left_;
};

AnyModules<> modules_from(const nlohmann::json& config) {
  AnyModules<> m;
  const auto type = [&](const char* module) { return config.at(module + std::string("_type")).get<std::string>(); };
  const auto unknown = [](const std::string& what) -> void { throw std::runtime_error("unknown type " + what); };
  const auto fill = [&](const char* module, auto rule, auto read) {
    Fields fields(config.at(module + std::string("_config")));
    read(fields, rule);
    return rule;
  };
  if (const std::string t = type("ng_estimator"); t == "Stein")
    m.natural_gradient = fill("ng_estimator", Stein{}, [](Fields& f, Stein& r) {
      f("only_use_own_samples", r.only_use_own_samples)("use_self_normalized_importance_weights",
                                                        r.use_self_normalized_importance_weights);
    });
  else if (t == "MORE")
    m.natural_gradient = fill("ng_estimator", More{}, [](Fields& f, More& r) {
      f("only_use_own_samples", r.only_use_own_samples)("use_self_normalized_importance_weights",
                                                        r.use_self_normalized_importance_weights)(
          "initial_l2_regularizer", r.initial_l2_regularizer);
    });
  else unknown(t);
  if (const std::string t = type("num_component_adapter"); t == "fixed")
    m.components = fill("num_component_adapter", FixedComponents{}, [](Fields&, FixedComponents&) {});
  else if (t == "adaptive")
    m.components = fill("num_component_adapter", AdaptiveComponents{}, [](Fields& f, AdaptiveComponents& r) {
      f("del_iters", r.del_iters)("add_iters", r.add_iters)("max_components", r.max_components)(
          "thresholds_for_add_heuristic", r.thresholds_for_add_heuristic)("min_weight_for_del_heuristic",
                                                                          r.min_weight_for_del_heuristic)(
          "num_database_samples", r.num_database_samples)("num_prior_samples", r.num_prior_samples);
    });
  else unknown(t);
  const auto selector = [](Fields& f, auto& r) {
    f("desired_samples_per_component", r.desired_samples_per_component)("ratio_reused_samples_to_desired",
                                                                        r.ratio_reused_samples_to_desired);
  };
  if (const std::string t = type("sample_selector"); t == "component-based")
    m.selector = fill("sample_selector", ComponentBasedSelector{}, selector);
  else if (t == "mixture-based") m.selector = fill("sample_selector", MixtureBasedSelector{}, selector);
  else unknown(t);
  const auto nothing = [](Fields&, auto&) {};
  if (const std::string t = type("ng_based_updater"); t == "direct")
    m.component_update = fill("ng_based_updater", DirectComponentUpdate{}, nothing);
  else if (t == "iBLR") m.component_update = fill("ng_based_updater", IblrComponentUpdate{}, nothing);
  else if (t == "trust-region") m.component_update = fill("ng_based_updater", TrustRegionComponentUpdate{}, nothing);
  else unknown(t);
  const auto fixed = [](Fields& f, auto& r) { f("initial_stepsize", r.initial_stepsize); };
  const auto decaying = [](Fields& f, auto& r) {
    f("initial_stepsize", r.initial_stepsize)("annealing_exponent", r.annealing_exponent);
  };
  const auto improvement = [](Fields& f, auto& r) {
    f("initial_stepsize", r.initial_stepsize)("min_stepsize", r.min_stepsize)("max_stepsize", r.max_stepsize)(
        "stepsize_inc_factor", r.stepsize_inc_factor)("stepsize_dec_factor", r.stepsize_dec_factor);
  };
  constexpr const char* component = "component_stepsize_adapter";
  if (const std::string t = type(component); t == "fixed") m.component_stepsize = fill(component, FixedComponentStepsize{}, fixed);
  else if (t == "decaying") m.component_stepsize = fill(component, DecayingComponentStepsize{}, decaying);
  else if (t == "improvement-based") m.component_stepsize = fill(component, ImprovementComponentStepsize{}, improvement);
  else unknown(t);
  const auto weights = [](Fields& f, auto& r) {
    f("use_self_normalized_importance_weights", r.use_self_normalized_importance_weights);
  };
  if (const std::string t = type("weight_updater"); t == "direct")
    m.weight_update = fill("weight_updater", DirectWeightUpdate{}, weights);
  else if (t == "trust-region") m.weight_update = fill("weight_updater", TrustRegionWeightUpdate{}, weights);
  else unknown(t);
  constexpr const char* weight = "weight_stepsize_adapter";
  if (const std::string t = type(weight); t == "fixed") m.weight_stepsize = fill(weight, FixedWeightStepsize{}, fixed);
  else if (t == "decaying") m.weight_stepsize = fill(weight, DecayingWeightStepsize{}, decaying);
  else if (t == "improvement_based") m.weight_stepsize = fill(weight, ImprovementWeightStepsize{}, improvement);
  else unknown(t);
  return m;
}

/// A number, or one for each dimension.
Vector<double> spread_out(const nlohmann::json& j, Index d) {
  return j.is_array() ? Vector<double>(matrix(j)) : Vector<double>::Constant(d, number(j));
}

GmmViOptions<double> options_from(const nlohmann::json& config, Index d) {
  const auto& initial = config.at("model_initialization");
  return {.temperature = number(config.at("temperature")),
          .use_sample_database = config.at("use_sample_database").get<bool>(),
          .max_database_size = config.at("max_database_size").get<Index>(),
          .prior_mean = spread_out(initial.at("prior_mean"), d),
          .prior_variances = spread_out(initial.at("initial_cov"), d)};
}

/// The numbers of an iteration.
Recorded<double> engine_from(const nlohmann::json& draws) {
  std::vector<Batch<double>> normals, uniforms;
  std::vector<std::vector<Index>> permutations;
  for (const auto& draw : draws) {
    require_fields(draw, {"kind", "shape", "values"});
    const auto kind = draw.at("kind").get<std::string>();
    const auto shape = draw.at("shape").get<std::vector<Index>>();
    if (kind == "permutation") {
      permutations.push_back(draw.at("values").get<std::vector<Index>>());
      continue;
    }
    Batch<double> numbers(shape.at(0), shape.size() > 1 ? shape.at(1) : 1);
    REQUIRE(numbers.size() == static_cast<Index>(draw.at("values").size()));
    for (Index i = 0; i < numbers.size(); ++i) numbers.data()[i] = number(draw.at("values").at(static_cast<std::size_t>(i)));
    if (kind == "normal") normals.push_back(numbers);
    else if (kind == "uniform") uniforms.push_back(numbers);
    else throw std::runtime_error("unknown kind of draw: " + kind);
  }
  return Recorded<double>(normals, uniforms, permutations);
}

/// A mixture as target.
struct Target {
  Gaussians<double> mixture;
  Row<double> value_and_gradient(const Batch<double>& x, Batch<double>& gradient) const {
    const Batch<double> densities = mixture.component_log_densities(x);
    mixture.gradient(x, mixture.responsibilities_of(densities), gradient);
    return mixture.log_density_of(densities);
  }
};

template <Covariance C>
void replay(const nlohmann::json& test, Worst& worst) {
  GmmVi gmmvi(Target{mixture_from<Covariance::full>(test.at("target"))}, mixture_from<C>(test.at("initial")),
              modules_from(test.at("config")),
              options_from(test.at("config"), static_cast<Index>(test.at("initial").at("means").at(0).size())));
  CHECK(gmmvi.states().reward_history.cols() == test.at("max_reward_history_length").get<Index>());
  REQUIRE(test.at("iterations").size() > 0);
  Index evaluations = 0;
  for (const auto& want : test.at("iterations")) {
    INFO("iteration " << gmmvi.index());
    require_fields(want, {"draws", "log_weights", "means", "chols", "stepsizes", "last_etas", "l2_regularizers",
                          "num_received_updates", "weight_stepsize", "component_rewards", "unique_ids", "samples_written",
                          "database_size"});
    auto rng = engine_from(want.at("draws"));
    const GmmViStep step = gmmvi.step(rng);
    CHECK(step.taken);
    CHECK(rng.exhausted());
    const auto& q = gmmvi.mixture();
    const auto& states = gmmvi.states();
    REQUIRE(want.at("means").size() == static_cast<std::size_t>(q.size()));
    worst.add("log weights", q.log_weights(), matrix(want.at("log_weights")));
    const Batch<double> means = matrix(want.at("means"));
    std::vector<double> etas, regularizers, updates;
    for (Index k = 0; k < q.size(); ++k) {
      worst.add("means", q[k].mean, means.row(k).transpose());
      worst.add("factors", q[k].factor, factor_from<C>(want.at("chols").at(static_cast<std::size_t>(k))));
      const auto& update = states.updates[static_cast<std::size_t>(k)];
      etas.push_back(update.eta);
      regularizers.push_back(update.l2_regularizer);
      updates.push_back(static_cast<double>(update.received_updates));
    }
    const auto column = [](const std::vector<double>& all) {
      return Vector<double>(Eigen::Map<const Vector<double>>(all.data(), static_cast<Index>(all.size())));
    };
    worst.add("step sizes", column(states.stepsizes), matrix(want.at("stepsizes")));
    worst.add("multipliers", column(etas), matrix(want.at("last_etas")));
    worst.add("regularizers", column(regularizers), matrix(want.at("l2_regularizers")), 1e-25);
    worst.add("updates", column(updates), matrix(want.at("num_received_updates")));
    worst.add("weights' step size", gmmvi.weight_stepsize(), number(want.at("weight_stepsize")));
    worst.add("rewards", states.rewards(), matrix(want.at("component_rewards")));
    CHECK(states.ids == want.at("unique_ids").get<std::vector<Index>>());
    evaluations += step.evaluations;  // those at candidates from the prior are not written
    CHECK(evaluations == want.at("samples_written").get<Index>());
    CHECK(gmmvi.database().size() == want.at("database_size").get<Index>());
  }
}

}  // namespace

TEST_CASE("recorded runs, iteration by iteration", "[fixtures][gmmvi]") {
  const char* folder = std::getenv("VARIATE_FIXTURES");
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(folder ? folder : VARIATE_TEST_DATA) + "/gmmvi")) {
    const std::string name = entry.path().filename().string();
    if (name.rfind("trace_", 0) == 0) files.push_back(name);
  }
  REQUIRE_FALSE(files.empty());
  std::sort(files.begin(), files.end());
  for (const std::string& file : files) {
    Worst worst;
    for (const auto& test : cases_of(file)) {
      require_fields(test, {"name", "config", "target", "initial", "max_reward_history_length", "iterations"});
      require_fields(test.at("config"),
                     {"ng_estimator_type", "ng_estimator_config", "num_component_adapter_type", "num_component_adapter_config",
                      "sample_selector_type", "sample_selector_config", "ng_based_updater_type", "ng_based_updater_config",
                      "component_stepsize_adapter_type", "component_stepsize_adapter_config", "weight_updater_type",
                      "weight_updater_config", "weight_stepsize_adapter_type", "weight_stepsize_adapter_config",
                      "model_initialization", "use_sample_database", "max_database_size", "temperature"});
      INFO(file << " " << test.at("name"));
      with_covariance(is_diagonal(test.at("initial")),
                      [&](auto covariance) { replay<decltype(covariance)::value>(test, worst); });
    }
    worst.check(file, 1e-9);
  }
}

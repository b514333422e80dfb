/// Whole runs of gmmvi 1.1 replayed with the random numbers they drew.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "mixtures/config_from_json.hpp"
#include "mixtures/fixture_model.hpp"
#include "variate/mixtures/build_from_config.hpp"
#include "variate/random/recorded.hpp"

using namespace variate;
using namespace variate_tests;

namespace {

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
  auto gmmvi = build_from_config(config_from(test.at("config")), Target{mixture_from<Covariance::full>(test.at("target"))},
                                 mixture_from<C>(test.at("initial")));
  CHECK(gmmvi.states().reward_history.cols() == test.at("max_reward_history_length").get<Index>());
  REQUIRE(test.at("iterations").size() > 0);
  Index evaluations = 0;
  for (const auto& want : test.at("iterations")) {
    INFO("iteration " << gmmvi.index());
    require_fields(want,
                   {"draws", "log_weights", "means", "chols", "stepsizes", "last_etas", "l2_regularizers", "num_received_updates",
                    "weight_stepsize", "component_rewards", "unique_ids", "samples_written", "database_size"});
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
      INFO(file << " " << test.at("name"));
      with_covariance(is_diagonal(test.at("initial")),
                      [&](auto covariance) { replay<decltype(covariance)::value>(test, worst); });
    }
    worst.check(file, 1e-9);
  }
}

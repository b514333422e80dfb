/// GMMVI on the targets and with the settings of the published runs (Arenz et al. 2023, experiment 3, as the shared specification
/// quotes them). Prints one JSON object a run, of the form of benchmarks/peers/gmmvi/run.py: the curve of the ELBO, from 2000
/// draws of the mixture each time, against evaluations of the target and seconds of the steps alone.
///
///     published TARGET CODE [--seconds S] [--evaluations N] [--until ELBO] [--seed N] [--every N] [--threads N]
///
/// TARGET is gmm20, stm20, breast_cancer, german_credit or planar4. Not a Google benchmark: a run takes seconds to minutes.
#include <Eigen/Cholesky>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "variate/mixtures/build_from_config.hpp"
#include "variate/mixtures/mode_coverage.hpp"
#include "variate/mixtures/targets/gaussian_mixture_target.hpp"
#include "variate/mixtures/targets/logistic_regression.hpp"
#include "variate/mixtures/targets/planar_robot.hpp"
#include "variate/mixtures/targets/student_t_mixture.hpp"
#include "variate/parallel/thread_pool.hpp"
#include "variate/random/rng.hpp"

namespace {

using namespace variate;
using nlohmann::json;

struct Options {
  std::string target, code;
  double seconds = 60, until = std::numeric_limits<double>::infinity();
  Index evaluations = 1'000'000'000, every = 25, threads = 1;
  std::uint64_t seed = 10000;
};

struct Published {
  int components, samples;
  double reuse;
  std::vector<double> component, weight;  ///< initial step size, and its least and largest where the rule has them
  int add_every, delete_after;
};

Published settings(const std::string& target, const std::string& code) {
  const std::map<std::string, Published> all{
      {"breast_cancer SAMTRON", {1, 250, 0, {.01, .001, 1}, {.1, 1e-5, 4}, 25, 100}},
      {"breast_cancer SAMTRUX", {1, 250, 0, {.1, .001, 1}, {.85}, 25, 100}},
      {"german_credit SAMTRON", {1, 400, 1.61803, {.2, .001, 1}, {.1, 1e-5, 4}, 25, 100}},
      {"german_credit SAMTRUX", {1, 400, 0, {.1, .001, 1}, {1}, 50, 100}},
      {"gmm20 SAMTRON", {5, 300, 0, {.1, .001, 1}, {.1, 1e-5, 4}, 30, 100}},
      {"gmm20 SAMTRUX", {5, 100, 0, {.1, .001, 1}, {1}, 30, 100}},
      {"planar4 SAMTRON", {100, 100, 0, {.1, .001, 1}, {5, 1e-5, 4}, 1, 10}},
      {"planar4 SAMTRUX", {300, 100, 0, {.1, .001, 1}, {.85}, 1, 10}},
      {"stm20 SAMTRON", {45, 200, 0, {.1, .001, 1}, {1, 1e-5, 4}, 60, 100}},
      {"stm20 SAMTRUX", {5, 100, 0, {.01, 1e-4, .1}, {.8}, 60, 100}},
      {"stm20 SEPYFUX", {25, 200, 0, {.01}, {0}, 0, 0}},
  };
  const auto found = all.find(target + " " + code);
  if (found == all.end()) throw std::runtime_error("no published settings for " + target + " " + code);
  return found->second;
}

Config config_of(const Options& options) {
  const Published p = settings(options.target, options.code);
  Config config = codename_config(options.code);
  config.merge(experiment_config(options.target == "planar4" ? "planar_robot_4" : options.target));
  config.set({"max_database_size", 2e6});
  config["model_initialization"].set({"num_initial_components", static_cast<double>(p.components)});
  config["sample_selector_config"].set({"desired_samples_per_component", static_cast<double>(p.samples)});
  config["sample_selector_config"].set({"ratio_reused_samples_to_desired", p.reuse});
  const auto stepsizes = [&](const char* module, const std::vector<double>& values) {
    const char* const names[] = {"initial_stepsize", "min_stepsize", "max_stepsize"};
    for (std::size_t i = 0; i < values.size(); ++i) config[module].set({names[i], values[i]});
  };
  stepsizes("component_stepsize_adapter_config", p.component);
  stepsizes("weight_stepsize_adapter_config", p.weight);
  if (options.code[1] == 'A') {
    config["num_component_adapter_config"].set({"add_iters", static_cast<double>(p.add_every)});
    config["num_component_adapter_config"].set({"del_iters", static_cast<double>(p.delete_after)});
  }
  if (options.target == "stm20" && options.code == "SEPYFUX")
    for (const char* module : {"ng_estimator_config", "weight_updater_config"})
      config[module].set({"use_self_normalized_importance_weights", false});
  return config;
}

std::string data_path(const std::string& name) { return std::string(VARIATE_BENCHMARK_DATA) + "/gmmvi/targets/" + name; }

Gaussians<double> recorded_mixture(const json& about) {
  const Index k = static_cast<Index>(about["means"].size()), d = about["dim"].get<Index>();
  Vector<double> weights(k);
  Batch<double> means(d, k);
  std::vector<Batch<double>> factors;
  for (Index c = 0; c < k; ++c) {
    const auto u = static_cast<std::size_t>(c);
    weights[c] = about["weights"][u].get<double>();
    Eigen::MatrixXd covariance(d, d);
    for (Index i = 0; i < d; ++i) {
      means(i, c) = about["means"][u][static_cast<std::size_t>(i)].get<double>();
      for (Index j = 0; j < d; ++j)
        covariance(i, j) = about["covs"][u][static_cast<std::size_t>(i)][static_cast<std::size_t>(j)].get<double>();
    }
    factors.emplace_back(Eigen::MatrixXd(covariance.llt().matrixL()));
  }
  return {weights, means, factors};
}

LogisticRegression<double> logistic(const std::string& name) {
  std::ifstream file(data_path(name + "_raw.csv"));
  if (!file) throw std::runtime_error("no file " + data_path(name + "_raw.csv"));
  std::string line, cell;
  std::getline(file, line);
  std::vector<std::vector<double>> rows;
  while (std::getline(file, line)) {
    std::istringstream cells(line);
    rows.emplace_back();
    while (std::getline(cells, cell, ',')) rows.back().push_back(std::stod(cell));
  }
  Batch<double> raw(static_cast<Index>(rows.size()), static_cast<Index>(rows[0].size()) - 1);
  Vector<double> labels(raw.rows());
  for (Index i = 0; i < raw.rows(); ++i) {
    labels[i] = rows[static_cast<std::size_t>(i)][0];
    for (Index j = 0; j < raw.cols(); ++j) raw(i, j) = rows[static_cast<std::size_t>(i)][static_cast<std::size_t>(j) + 1];
  }
  return {scaled_design(raw), labels, {.prior_deviation = 10}};
}

template <class Target>
void run(const Options& options, const Target& target) {
  Rng rng(options.seed);
  const Rng fresh = rng.split(~std::uint64_t{0});
  ThreadPool pool(options.threads);
  auto gmmvi = build_from_config(config_of(options), target, rng, target.event_size(), pool);
  double spent = 0, elbo = -std::numeric_limits<double>::infinity(), error = 0;
  Index evaluations = 0, steps = 0;
  json curve = json::array();
  const auto look = [&] {
    const auto q = gmmvi.q();
    Rng draws_rng = fresh.split(static_cast<std::uint64_t>(steps));
    const Batch<double> x = q.sample(draws_rng, 2000);
    const Row<double> v = target(x) - q.log_prob(x);
    elbo = v.mean();
    error = std::sqrt((v.array() - elbo).square().mean() / 2000);
    curve.push_back(
        {{"iter", steps}, {"evals", evaluations}, {"seconds", spent}, {"components", gmmvi.mixture().size()}, {"elbo", elbo}});
  };
  while (spent < options.seconds && evaluations < options.evaluations && elbo < options.until) {
    Rng stream = rng.split(static_cast<std::uint64_t>(steps));
    const auto begin = std::chrono::steady_clock::now();
    const GmmViStep step = gmmvi.step(stream);
    spent += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    evaluations += step.evaluations;
    ++steps;
    if (steps % options.every == 0) look();
  }
  if (steps % options.every != 0) look();
  json result{{"engine", "variate"},
              {"target", options.target},
              {"code", options.code},
              {"seed", options.seed},
              {"threads", options.threads},
              {"iterations", steps},
              {"evals", evaluations},
              {"seconds", spent},
              {"final_elbo", elbo},
              {"final_elbo_standard_error", error},
              {"final_components", gmmvi.mixture().size()},
              {"curve", curve}};
  if constexpr (requires { target.means(); }) {
    Batch<double> means(target.event_size(), gmmvi.mixture().size());
    for (Index k = 0; k < means.cols(); ++k) means.col(k) = gmmvi.mixture()[k].mean;
    result["modes"] = modes_found(Batch<double>(target.means()), means);
  }
  std::printf("%s\n", result.dump().c_str());
}

json recorded(const std::string& name) {
  std::ifstream file(data_path(name + ".json"));
  if (!file) throw std::runtime_error("no file " + data_path(name + ".json"));
  return json::parse(file);
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 3)
    throw std::runtime_error(
        "usage: published TARGET CODE [--seconds S] [--evaluations N] [--until ELBO] [--seed N] [--every N] [--threads N]");
  Options options;
  options.target = argv[1];
  options.code = argv[2];
  for (int i = 3; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    if (name == "--seconds") options.seconds = std::atof(argv[i + 1]);
    else if (name == "--evaluations") options.evaluations = std::atol(argv[i + 1]);
    else if (name == "--until") options.until = std::atof(argv[i + 1]);
    else if (name == "--seed") options.seed = std::strtoull(argv[i + 1], nullptr, 10);
    else if (name == "--every") options.every = std::atol(argv[i + 1]);
    else if (name == "--threads") options.threads = std::atol(argv[i + 1]);
    else throw std::runtime_error("unknown option " + name);
  }
  if (options.target == "gmm20") run(options, GaussianMixtureTarget<double>(recorded_mixture(recorded("gmm20"))));
  else if (options.target == "stm20")
    run(options, StudentTMixtureTarget<double>(recorded_mixture(recorded("stm20")),
                                               recorded("stm20")["degrees_of_freedom"].get<double>()));
  else if (options.target == "planar4") run(options, planar_robot<double>());
  else run(options, logistic(options.target));
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}

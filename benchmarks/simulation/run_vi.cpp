/// Generalised variational inference on BlackBIRDS' workloads, with its settings. Prints one JSON object, of the form of
/// peers/blackbirds/run_vi.py: milliseconds per epoch (median, mean), the loss and the posterior.
///
///     run_vi rw|bh|sir [--method pathwise|score|loo] [--diff reverse|forward] [--chunk N] [--epochs N] [--samples N] [--w W]
///            [--lr R] [--posterior gaussian|flow] [--threads N] [--seed N] [--start-sd SD]
///
/// Not a Google benchmark: what counts is the median over epochs.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "variate/distributions/multivariate_normal.hpp"
#include "variate/estimators/baselines/leave_one_out.hpp"
#include "variate/flows/coupling_flow.hpp"
#include "variate/inference/generalized_vi.hpp"
#include "variate/parallel/thread_pool.hpp"
#include "variate/random/rng.hpp"
#include "variate/simulation/brock_hommes.hpp"
#include "variate/simulation/fixed_parameters.hpp"
#include "variate/simulation/mmd_loss.hpp"
#include "variate/simulation/random_walk.hpp"
#include "variate/simulation/simulated_loss.hpp"
#include "variate/simulation/sir.hpp"

namespace {

using namespace variate;
using nlohmann::json;

struct Settings {
  std::string method = "pathwise", posterior = "gaussian";
  Index epochs = 100, samples = 10, threads = 1;
  double w = 0, lr = 1e-2, clip = std::numeric_limits<double>::infinity(), covariance = 1;
  Differentiation how;
  std::uint64_t seed = 0;
};

Vector<double> vector(const json& j) {
  const auto numbers = j.get<std::vector<double>>();
  return Eigen::Map<const Vector<double>>(numbers.data(), static_cast<Index>(numbers.size()));
}
Batch<double> series(const json& outputs) {
  Batch<double> all(static_cast<Index>(outputs.size()), static_cast<Index>(outputs.at(0).size()));
  for (Index k = 0; k < all.rows(); ++k)
    for (Index t = 0; t < all.cols(); ++t) {
      const json& x = outputs.at(static_cast<std::size_t>(k)).at(static_cast<std::size_t>(t));
      all(k, t) = x.is_array() ? x.at(0).get<double>() : x.get<double>();
    }
  return all;
}

template <class L, class Q, class Estimator>
int run(const Settings& s, const json& file, const L& loss, const Q& q, Estimator estimator) {
  const Vector<double> sd = vector(file.at("prior").at("std"));
  const auto prior = MultivariateNormal<double>::from_covariance(vector(file.at("prior").at("mean")),
                                                                 Batch<double>(sd.cwiseAbs2().asDiagonal()));
  ThreadPool pool(s.threads);
  GeneralizedVi vi(loss, prior, q,
                   {.w = s.w,
                    .gradient_clipping_norm = s.clip,
                    .n_samples_per_epoch = s.samples,
                    .diff_mode = s.how.mode,
                    .jacobian_chunk_size = s.how.chunk},
                   Adam<double>{{.rate = s.lr}}, estimator, Kl{}, pool);
  const Rng rng(s.seed);
  vi.observe(series(file.at("outputs")));
  std::vector<double> times, totals;
  for (Index i = 0; i < s.epochs; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    Rng stream = rng.split(static_cast<std::uint64_t>(i));
    totals.push_back(vi.step(stream).total);
    times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
  }
  double mean = 0, last = 0;
  for (const double t : times) mean += t / static_cast<double>(times.size());
  const std::size_t tail = std::min<std::size_t>(20, totals.size());
  for (std::size_t i = totals.size() - tail; i < totals.size(); ++i) last += totals[i] / static_cast<double>(tail);
  std::sort(times.begin(), times.end());
  Rng draws(99);
  const Batch<double> x = vi.averaged_q().sample(draws, 4000);
  json out{{"model", file.at("model")}, {"method", s.method}, {"diff", s.how.mode == Mode::forward ? "forward" : "reverse"},
           {"posterior", s.posterior}, {"epochs", s.epochs}, {"n_samples", s.samples}, {"w", s.w}, {"threads", s.threads},
           {"ms_per_epoch_median", times[times.size() / 2]}, {"ms_per_epoch_mean", mean}, {"loss_last20", last},
           {"best", *std::min_element(totals.begin(), totals.end())}, {"truth", file.at("truth")}};
  for (Index i = 0; i < x.rows(); ++i) {
    const double m = x.row(i).mean();
    out["posterior_mean"].push_back(m);
    out["posterior_sd"].push_back(std::sqrt((x.row(i).array() - m).square().mean()));
  }
  std::printf("%s\n", out.dump().c_str());
  return 0;
}
template <class L, class Q>
int by_method(const Settings& s, const json& file, const L& loss, const Q& q) {
  if (s.method == "pathwise") return run(s, file, loss, q, Pathwise{});
  if (s.method == "score") return run(s, file, loss, q, Reinforce<NoBaseline>{});
  if (s.method == "loo") return run(s, file, loss, q, Reinforce<LeaveOneOut>{});
  throw std::runtime_error("unknown method " + s.method);
}
template <class L>
int by_posterior(const Settings& s, const json& file, const L& loss, const Vector<double>& start) {
  const Index d = start.size();
  if (s.posterior == "gaussian")
    return by_method(s, file, loss, MultivariateNormal<double>::from_covariance(start, s.covariance * Batch<double>::Identity(d, d)));
  Rng rng(s.seed, 1);
  CouplingFlowOptions<double> options{.hidden = {50, 50}};
  for (int layer = 0; layer < 5; ++layer) {
    CouplingMask mask;
    for (Index i = 0; i < d; ++i) mask.push_back((i < d / 2) == (layer % 2 == 0));
    options.masks.push_back(mask);
  }
  return by_method(s, file, loss, coupling_flow(d, AffineTransform<double>{}, rng, options));
}

}  // namespace

int main(int count, char** words) try {
  if (count < 2) throw std::runtime_error("usage: run_vi rw|bh|sir [options]");
  const std::string model = words[1];
  std::map<std::string, std::string> given;
  for (int i = 2; i + 1 < count; i += 2) given[words[i]] = words[i + 1];
  const auto text = [&](const std::string& name, const std::string& otherwise) {
    return given.count(name) ? given.at(name) : otherwise;
  };
  const auto number = [&](const std::string& name, double otherwise) {
    return given.count(name) ? std::atof(given.at(name).c_str()) : otherwise;
  };
  Settings s;
  if (model == "bh") s = {.w = 0.001, .lr = 1e-3, .clip = 1, .how = {}};
  if (model == "sir") s = {.samples = 5, .w = 10, .lr = 1e-3, .covariance = 0.25, .how = {}};
  s.method = text("--method", s.method);
  s.posterior = text("--posterior", s.posterior);
  s.epochs = static_cast<Index>(number("--epochs", 100));
  s.samples = static_cast<Index>(number("--samples", static_cast<double>(s.samples)));
  s.threads = static_cast<Index>(number("--threads", 1));
  s.w = number("--w", s.w);
  s.lr = number("--lr", s.lr);
  const double start_sd = number("--start-sd", std::sqrt(s.covariance));
  s.covariance = start_sd * start_sd;
  s.seed = static_cast<std::uint64_t>(number("--seed", 0));
  s.how.mode = text("--diff", "reverse") == "forward" ? Mode::forward : Mode::reverse;
  s.how.chunk = static_cast<Index>(number("--chunk", 0));

  std::ifstream stream(VARIATE_BENCHMARK_DATA "/blackbirds/workload_" + model + ".json");
  if (!stream) throw std::runtime_error("unknown model " + model);
  const json file = json::parse(stream);
  const Index steps = file.at("n_timesteps");
  if (model == "rw") {
    if (s.posterior != "gaussian") throw std::runtime_error("one parameter: a coupling flow needs two");
    return by_posterior(s, file, SimulatedLoss{RandomWalk<double>(steps)}, Vector<double>::Zero(1));
  }
  if (model == "bh") {
    Vector<double> all(11);
    all << std::log(120.0), 0, 0, 0, 1.01, 0, 0, 0, 0, std::log(0.04), 0;
    const FixedParameters market(BrockHommes<double>(steps), all, {2, 3, 6, 7});
    const Row<double> observed = series(file.at("outputs")).row(0);
    const SimulatedLoss loss(market, MmdLoss<double>(observed), {.gradient_horizon = 0});
    return by_posterior(s, file, loss, Vector<double>::Zero(4));
  }
  std::vector<Graph::Edge> edges;
  for (const json& edge : file.at("edges")) edges.push_back({edge.at(0), edge.at(1)});
  const SimulatedLoss loss(Sir<double>(Graph(file.at("n_agents"), edges), steps), SquaredError{}, {.gradient_horizon = 0, .output = 0});
  return by_posterior(s, file, loss, Vector<double>::Constant(3, -2.0));
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}

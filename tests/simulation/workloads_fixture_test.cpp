/// The data of the timing runs: the simulators make the like, and the random walk's posterior is the exact one.
#include <string>

#include "simulation/blackbirds_fixtures.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/inference/generalized_vi.hpp"
#include "variate/random/rng.hpp"
#include "variate/simulation/brock_hommes.hpp"
#include "variate/simulation/random_walk.hpp"
#include "variate/simulation/simulated_loss.hpp"
#include "variate/simulation/sir.hpp"

using namespace variate;
using namespace variate_tests;

namespace {

/// Outputs x time; a number a step may stand in a list of its own.
Batch<double> series(const nlohmann::json& j) {
  Batch<double> all(static_cast<Index>(j.size()), static_cast<Index>(j.at(0).size()));
  for (Index k = 0; k < all.rows(); ++k) all.row(k) = numbers(j.at(static_cast<std::size_t>(k))).transpose();
  return all;
}
nlohmann::json workload(const std::string& name, std::initializer_list<const char*> fields) {
  const auto file = fixture("blackbirds/workload_" + name + ".json");
  require_fields(file, fields);
  require_fields(file.at("prior"), {"mean", "std"});
  CHECK(file.at("model").get<std::string>() == name);
  return file;
}

/// Expected loss at theta, interpolated linearly between the nodes of the file, from many runs at each.
template <class M>
double mean_loss_of(const M& model, const Vector<double>& theta, const Batch<double>& data, Index runs) {
  const SimulatedLoss loss(model, SquaredError{}, {.output = 0});
  double sum = 0;
  for (Index i = 0; i < runs; ++i) {
    Rng rng(11, static_cast<std::uint64_t>(i));
    sum += loss(theta, data, rng).value;
  }
  return sum / static_cast<double>(runs);
}

}  // namespace

TEST_CASE("The random walk's data and its exact posteriors", "[fixtures][blackbirds]") {
  const auto file = workload("rw", {"model", "n_timesteps", "truth", "prior", "outputs"});
  const auto exact = fixture("blackbirds/workload_rw_optimum.json");
  require_fields(exact, {"note", "optimum", "mean_loss"});
  require_fields(exact.at("mean_loss"), {"theta", "value"});
  const Batch<double> data = series(file.at("outputs"));
  const RandomWalk<double> model(file.at("n_timesteps"));
  CHECK(data.cols() == model.n_timesteps() + 1);
  CHECK(numbers(file.at("truth")).size() == 1);
  // 800 runs: the loss's sd is about its mean, so 15 % is four standard errors
  for (std::size_t i = 0; i < exact.at("mean_loss").at("theta").size(); ++i) {
    const Vector<double> theta = Vector<double>::Constant(1, number(exact.at("mean_loss").at("theta").at(i)));
    CHECK(mean_loss_of(model, theta, data, 800) == Approx(number(exact.at("mean_loss").at("value").at(i))).epsilon(0.15));
  }
  REQUIRE(exact.at("optimum").size() > 0);
  for (const auto& want : exact.at("optimum")) {
    require_fields(want, {"w", "mean", "std", "objective"});
    const Normal<double> prior(numbers(file.at("prior").at("mean")), numbers(file.at("prior").at("std")));
    const auto start = MultivariateNormal<double>::from_covariance(Vector<double>::Constant(1, -1.0), Batch<double>::Constant(1, 1, 0.04));
    const double w = number(want.at("w"));
    GeneralizedVi vi(SimulatedLoss{model}, prior, start, {.w = w, .n_samples_per_epoch = 24, .diff_mode = Mode::forward},
                     Adam<double>{{.rate = 0.01}});
    Rng rng(7);
    vi.run(rng, data, 3000, 3000);
    INFO("w " << w << " mean " << vi.averaged_q().loc()(0, 0) << " sd " << vi.averaged_q().stddev()(0, 0));
    CHECK(vi.averaged_q().loc()(0, 0) == Approx(number(want.at("mean"))).epsilon(0.03));
    CHECK(vi.averaged_q().stddev()(0, 0) == Approx(number(want.at("std"))).epsilon(0.03));
  }
}

TEST_CASE("The market's data", "[fixtures][blackbirds]") {
  const auto file = workload("bh", {"model", "n_timesteps", "truth", "prior", "outputs"});
  const Batch<double> data = series(file.at("outputs"));
  const BrockHommes<double> model(file.at("n_timesteps"));
  CHECK(data.cols() == model.n_timesteps() + 3);
  const Vector<double> p = numbers(file.at("truth"));
  REQUIRE(p.size() == 4);
  Vector<double> theta(11);
  theta << std::log(120.0), 0, p[0], p[1], 1.01, 0, p[2], p[3], 0, std::log(0.04), 0;
  // one run of the peer's among ours: its mean square between the least and the largest of 200
  double least = infinity, largest = 0;
  for (std::uint64_t i = 0; i < 200; ++i) {
    Rng rng(3, i);
    const double size = simulate_and_observe(model, theta, rng).squaredNorm();
    least = std::min(least, size);
    largest = std::max(largest, size);
  }
  CHECK(data.squaredNorm() > least);
  CHECK(data.squaredNorm() < largest);
}

TEST_CASE("The epidemic's data", "[fixtures][blackbirds]") {
  const auto file = workload("sir", {"model", "n_timesteps", "truth", "prior", "outputs", "n_agents", "edges"});
  const Batch<double> data = series(file.at("outputs"));
  std::vector<Graph::Edge> edges;
  for (const auto& edge : file.at("edges")) edges.push_back({edge.at(0), edge.at(1)});
  const Sir<double> model(Graph(file.at("n_agents"), edges), file.at("n_timesteps"));
  const Vector<double> theta = numbers(file.at("truth"));
  // one run of the peer's among 50 of ours, by the infected at their highest and the recovered at the end
  Row<double> peaks(50), ends(50);
  for (Index i = 0; i < 50; ++i) {
    Rng rng(5, static_cast<std::uint64_t>(i));
    const Batch<double> run = simulate_and_observe(model, theta, rng);
    peaks[i] = run.row(0).maxCoeff();
    ends[i] = run(1, run.cols() - 1);
  }
  const auto inside = [](double x, const Row<double>& of) {
    const double mean = of.mean(), sd = std::sqrt((of.array() - mean).square().mean());
    return std::abs(x - mean) < 4 * sd;  // false alarm: about 6e-5
  };
  CHECK(inside(data.row(0).maxCoeff(), peaks));
  CHECK(inside(data(1, data.cols() - 1), ends));
}

/// The simulators with recorded noise: outputs, loss, and its gradient by every horizon, forward and backward.
#include <functional>
#include <string>

#include "simulation/blackbirds_fixtures.hpp"
#include "variate/inference/loss.hpp"
#include "variate/simulation/brock_hommes.hpp"
#include "variate/simulation/normal_model.hpp"
#include "variate/simulation/rama_cont.hpp"
#include "variate/simulation/random_walk.hpp"
#include "variate/simulation/simulated_loss.hpp"
#include "variate/simulation/sir.hpp"

using namespace variate;
using namespace variate_tests;

namespace {

using Engine = Recorded<double>;

Batch<double> outputs_of(const nlohmann::json& j, bool nested) {
  if (!nested) return matrix(j);
  Batch<double> all(static_cast<Index>(j.size()), static_cast<Index>(j.at(0).size()));
  for (Index k = 0; k < all.rows(); ++k) all.row(k) = numbers(j.at(static_cast<std::size_t>(k))).transpose();
  return all;
}

/// BlackBIRDS cuts the older prices of Brock and Hommes' model at horizons 1, 2, 4 and 5, which is no truncation.
Vector<double> peer_horizon_gradient(const BrockHommes<double>& model, const Vector<double>& theta, const Engine& noise,
                                     const Batch<double>& target, Index horizon) {
  using X = Dual<double, 12>;
  Vector<X> x(theta.size());
  for (Index i = 0; i < x.size(); ++i) x[i] = X::variable(theta[i], static_cast<int>(i));
  Engine rng = noise;
  const auto p = model.prepare(x);
  auto state = model.initialize(p, rng);
  Batch<X> all(1, model.n_timesteps() + 3);
  for (Index t = 0; t < 3; ++t) all(0, t) = X(0.0);
  for (Index t = 0; t < model.n_timesteps(); ++t) {
    if (t > horizon) {
      const Index rows = horizon <= 3 ? 3 - horizon : std::max<Index>(6 - horizon, 0);  // the oldest ones
      for (Index r = 0; r < rows; ++r) detach(state.price[static_cast<std::size_t>(2 - r)]);
    }
    model.step(p, state, rng);
    all(0, t + 3) = model.observe(state);
  }
  const X loss = compute_loss(SquaredError{}, target, all).value;
  return Eigen::Map<const Vector<double>>(loss.tangent.data(), theta.size());
}

template <class M>
void check(const M& model, const nlohmann::json& problem, const Engine& noise, bool nested, Worst& worst) {
  const Vector<double> theta = numbers(problem.at("params"));
  const Batch<double> want = outputs_of(problem.at("outputs"), nested);
  Engine rng = noise;
  const Batch<double> got = simulate_and_observe(model, theta, rng);
  CHECK(rng.exhausted());
  worst.compare(got, want);
  const Batch<double> target = problem.at("target").is_null() ? Batch<double>(Batch<double>::Zero(want.rows(), want.cols()))
                                                              : outputs_of(problem.at("target"), nested);
  Engine again = noise;
  worst.compare(SimulatedLoss(model)(theta, target, again).value, number(problem.at("loss")));
  const auto gradient = [&](std::optional<Index> horizon, const Differentiation& how) {
    const SimulatedLoss loss(model, SquaredError{}, {.gradient_horizon = horizon});
    Engine engine = noise;
    Vector<double> g;
    worst.compare(differentiate_loss(loss, theta, target, engine, g, how).value, number(problem.at("loss")));
    return g;
  };
  REQUIRE(problem.at("grad_by_horizon").size() > 0);
  for (const auto& [name, value] : problem.at("grad_by_horizon").items()) {
    const Vector<double> slope = numbers(value);
    std::optional<Index> horizon;
    if (name != "None") horizon = std::stol(name);
    INFO("horizon " << name);
    if (horizon && *horizon > model.n_timesteps()) {
      CHECK_THROWS_AS(SimulatedLoss(model, SquaredError{}, {.gradient_horizon = horizon}), InvalidArgument);
      horizon.reset();
    }
    if constexpr (std::is_same_v<M, BrockHommes<double>>) {
      if (horizon && *horizon > 0) {
        worst.compare(peer_horizon_gradient(model, theta, noise, target, *horizon), slope);
        continue;
      }
    }
    if (horizon && *horizon > 0) horizon.reset();  // BlackBIRDS does not cut models that keep one row
    for (const Differentiation& how : {Differentiation{Mode::reverse}, Differentiation{Mode::forward}, Differentiation{Mode::forward, 1}})
      worst.compare(gradient(horizon, how), slope);
  }
}

template <class F>
void each(const std::string& name, std::initializer_list<const char*> fields, F f) {
  const auto file = fixture("blackbirds/" + name + ".json");
  require_fields(file, {"note", "cases"});
  REQUIRE(file.at("cases").size() > 0);
  Worst worst(name, 1e-9);
  for (const auto& problem : file.at("cases")) {
    require_fields(problem, fields);
    f(problem, worst);
  }
}

}  // namespace

TEST_CASE("Random walks with recorded noise", "[fixtures][blackbirds]") {
  each("random_walk", {"params", "noise", "outputs", "loss", "grad_by_horizon", "target", "n_timesteps", "tau"},
       [](const auto& problem, Worst& worst) {
         const RandomWalk<double> model(problem.at("n_timesteps"), number(problem.at("tau")));
         check(model, problem, Engine({}, {uniforms_of_gumbels(problem.at("noise"))}), true, worst);
       });
}
TEST_CASE("Brock and Hommes with recorded noise", "[fixtures][blackbirds]") {
  each("brock_hommes", {"params", "noise", "outputs", "loss", "grad_by_horizon", "target", "n_timesteps"},
       [](const auto& problem, Worst& worst) {
         const BrockHommes<double> model(problem.at("n_timesteps"));
         check(model, problem, Engine({numbers(problem.at("noise")).transpose()}), false, worst);
       });
}
TEST_CASE("Epidemics with recorded noise", "[fixtures][blackbirds]") {
  each("sir", {"params", "noise", "outputs", "loss", "grad_by_horizon", "target", "n_agents", "n_timesteps", "edges", "tau", "max_degree"},
       [](const auto& problem, Worst& worst) {
         std::vector<Graph::Edge> edges;
         for (const auto& edge : problem.at("edges")) edges.push_back({edge.at(0), edge.at(1)});
         Graph graph(problem.at("n_agents"), edges);
         Index degree = 0;
         for (Index i = 0; i < graph.size(); ++i) degree = std::max(degree, graph.degree(i));
         CHECK(degree == whole(problem.at("max_degree")));
         const Sir<double> model(std::move(graph), problem.at("n_timesteps"), number(problem.at("tau")));
         const auto& noise = problem.at("noise");
         require_fields(noise, {"init", "infection", "recovery"});
         // an agent draws one number: of the two recorded ones, that of what can happen to it
         std::vector<Batch<double>> uniforms{uniforms_of_gumbels(noise.at("init"))};
         Engine first({}, uniforms);
         const auto p = model.prepare(numbers(problem.at("params")));
         auto state = model.initialize(p, first);
         for (std::size_t t = 0; t < noise.at("infection").size(); ++t) {
           const Batch<double> infection = uniforms_of_gumbels(noise.at("infection").at(t));
           const Batch<double> recovery = uniforms_of_gumbels(noise.at("recovery").at(t));
           Batch<double> row = infection;
           for (Index i = 0; i < row.cols(); ++i)
             if (state.condition[static_cast<std::size_t>(i)] == Sir<double>::infected) row(0, i) = recovery(0, i);
           uniforms.push_back(row);
           Engine one({}, {row});
           model.step(p, state, one);
         }
         check(model, problem, Engine({}, uniforms), false, worst);
       });
}
TEST_CASE("Rama Cont's market with recorded noise", "[fixtures][blackbirds]") {
  each("rama_cont", {"params", "noise", "outputs", "loss", "grad_by_horizon", "target", "n_agents", "n_timesteps", "s", "sigmoid_k"},
       [](const auto& problem, Worst& worst) {
         const RamaCont<double> model(problem.at("n_agents"), problem.at("n_timesteps"), number(problem.at("s")),
                                      number(problem.at("sigmoid_k")));
         const auto& noise = problem.at("noise");
         require_fields(noise, {"nu0", "eps", "gumbel"});
         std::vector<Batch<double>> normals{numbers(noise.at("nu0")).transpose()}, uniforms;
         for (const auto& e : noise.at("eps")) normals.push_back(Batch<double>::Constant(1, 1, number(e)));
         for (const auto& g : noise.at("gumbel")) uniforms.push_back(uniforms_of_gumbels(g));
         check(model, problem, Engine(normals, uniforms), false, worst);
       });
}
TEST_CASE("Independent normals with recorded noise", "[fixtures][blackbirds]") {
  each("normal_model", {"params", "noise", "outputs", "loss", "grad_by_horizon", "target", "n_timesteps", "mse_loss", "mse_y"},
       [](const auto& problem, Worst& worst) {
         const NormalModel<double> model(problem.at("n_timesteps"));
         const Engine noise({numbers(problem.at("noise")).transpose()});
         check(model, problem, noise, true, worst);
         Engine rng = noise;
         const Batch<double> y = numbers(problem.at("mse_y")).transpose();
         worst.compare(SimulatedLoss(model, SquaredError{}, {.output = 0})(numbers(problem.at("params")), y, rng).value,
                       number(problem.at("mse_loss")));
       });
}

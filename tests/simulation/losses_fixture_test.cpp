/// Soft minima and maxima, losses of outputs, and clipping, against recorded numbers.
#include "simulation/blackbirds_fixtures.hpp"
#include "variate/optimizers/clip_gradient_norm.hpp"
#include "variate/simulation/mmd_loss.hpp"
#include "variate/simulation/relaxations.hpp"
#include "variate/simulation/simulated_loss.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("Soft minimum and maximum", "[fixtures][blackbirds]") {
  const auto file = fixture("blackbirds/soft_min_max.json");
  require_fields(file, {"a", "b", "k", "soft_maximum", "soft_minimum"});
  REQUIRE(file.at("a").size() > 0);
  const double b = number(file.at("b")), k = number(file.at("k"));
  Worst worst("soft_min_max", 1e-13, 1e-15);
  for (std::size_t i = 0; i < file.at("a").size(); ++i) {
    const double a = number(file.at("a").at(i));
    worst.compare(soft_maximum(a, b, k), number(file.at("soft_maximum").at(i)));
    worst.compare(soft_minimum(a, b, k), number(file.at("soft_minimum").at(i)));
  }
}

TEST_CASE("Losses of outputs", "[fixtures][blackbirds]") {
  const auto file = fixture("blackbirds/losses.json");
  require_fields(file, {"mmd", "compute_loss_mse"});
  REQUIRE(file.at("mmd").size() > 0);
  REQUIRE(file.at("compute_loss_mse").size() > 0);
  Worst worst("losses", 1e-9);
  for (const auto& problem : file.at("mmd")) {
    require_fields(problem, {"x", "y", "sigma", "kyy", "mmd", "grad_x"});
    const MmdLoss<double> loss(numbers(problem.at("y")).transpose());
    worst.compare(loss.bandwidth(), number(problem.at("sigma")));
    worst.compare(loss.observed_part(), number(problem.at("kyy")));
    Row<double> slopes;
    worst.compare(loss.value_and_slopes(Row<double>(numbers(problem.at("x")).transpose()), Row<double>(), slopes),
                  number(problem.at("mmd")));
    worst.compare(slopes.transpose(), numbers(problem.at("grad_x")));
  }
  for (const auto& problem : file.at("compute_loss_mse")) {
    require_fields(problem, {"simulated", "observed", "loss"});
    worst.compare(compute_loss(SquaredError{}, matrix(problem.at("observed")), matrix(problem.at("simulated"))).value,
                  number(problem.at("loss")));
  }
}

TEST_CASE("Clipping by one norm", "[fixtures][blackbirds]") {
  const auto file = fixture("blackbirds/clipping.json");
  require_fields(file, {"note", "cases"});
  REQUIRE(file.at("cases").size() > 0);
  Worst worst("clipping", 1e-12, 1e-15);
  for (const auto& problem : file.at("cases")) {
    require_fields(problem, {"max_norm", "grads", "total_norm", "clipped"});
    const auto flat = [](const nlohmann::json& tensors) {
      std::vector<double> all;
      for (const auto& x : tensors.flatten()) all.push_back(number(x));
      return Vector<double>(Eigen::Map<const Vector<double>>(all.data(), static_cast<Index>(all.size())));
    };
    Vector<double> g = flat(problem.at("grads"));
    worst.compare(clip_gradient_norm(g, number(problem.at("max_norm"))), number(problem.at("total_norm")));
    worst.compare(g, flat(problem.at("clipped")));
  }
}

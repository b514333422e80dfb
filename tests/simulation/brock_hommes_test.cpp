#include "simulation/check_modes.hpp"
#include "variate/simulation/brock_hommes.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
Vector<double> market() {
  Vector<double> theta(11);
  theta << std::log(5.0), 0, 0.9, 0.9, 1.01, 0, 0.2, -0.2, 0, std::log(0.04), -1.0;
  return theta;
}
}  // namespace

TEST_CASE("A market's derivatives agree with differences", "[simulation]") {
  for (const std::optional<Index> horizon : {std::optional<Index>{}, std::optional<Index>{0}, std::optional<Index>{2}})
    check_modes(BrockHommes<double>(15), market(), horizon);
  // whole gradient: the run is smooth in its parameters
  const BrockHommes<double> model(15);
  const SimulatedLoss loss(model);
  const Batch<double> data = Batch<double>::Constant(1, 18, 0.3);
  const auto value = [&](const Vector<double>& theta) {
    Rng rng(3);
    return loss(theta, data, rng).value;
  };
  Vector<double> g;
  Rng rng(3);
  differentiate_loss(loss, market(), data, rng, g);
  for (Index i = 0; i < 11; ++i) {
    Vector<double> up = market(), down = market();
    up[i] += 1e-5;
    down[i] -= 1e-5;
    CHECK(g[i] == Approx((value(up) - value(down)) / 2e-5).epsilon(1e-4).margin(1e-8));
  }
}

TEST_CASE("A market begins with three zeros", "[simulation]") {
  Rng rng(1);
  const Batch<double> run = simulate_and_observe(BrockHommes<double>(), market(), rng);
  CHECK(run.cols() == 103);
  CHECK(run.leftCols(3).isZero());
  CHECK(run(0, 3) != 0);
  CHECK_THROWS_AS(BrockHommes<double>(0), InvalidArgument);
  CHECK_THROWS_AS(simulate_and_observe(BrockHommes<double>(), Vector<double>::Ones(10).eval(), rng), ShapeError);
}

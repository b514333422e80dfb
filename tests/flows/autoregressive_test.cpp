#include "variate/flows/autoregressive.hpp"

#include "flows/flow_checks.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
namespace autoregressive {

const AutoregressiveFlowOptions small{.layers = 2, .hidden = {9, 7}, .zero_last = false};

TEST_CASE("autoregressive flows: densities, draws and every way back", "[flows]") {
  Rng rng(3);
  check_flow(autoregressive_flow(3, RationalQuadratic<double>(4), rng, small));
  check_flow(inverse_autoregressive_flow(3, RationalQuadratic<double>(4), rng, small));
  check_flow(autoregressive_flow(1, RationalQuadratic<double>(4), rng, small));
}

TEST_CASE("an autoregressive layer's Jacobian is triangular", "[flows]") {
  Rng rng(5);
  for (const bool reversed : {false, true}) {
    using Layer = Autoregressive<RationalQuadratic<double>>;
    const Layer layer(4, RationalQuadratic<double>(3), {11}, reversed);
    Flow<Layer> q({layer}, Latent<double>::uniform(), layer.initialise(rng, Initialisation::torch, false));
    q.set_params(normals<double>(rng, layer.size(), 1));
    const Batch<double> x = Batch<double>::Constant(4, 1, 0.4);
    const Batch<double> z = q.to_latent(x).value;
    for (Index j = 0; j < 4; ++j) {
      Batch<double> moved = x;
      moved(j, 0) += 0.2;
      const Batch<double> off = q.to_latent(moved).value - z;
      for (Index i = 0; i < 4; ++i) CHECK((off(i, 0) != 0) == (reversed ? i <= j : i >= j));
    }
  }
}

TEST_CASE("an inverse autoregressive flow has mass one", "[flows]") {
  Rng rng(6);
  const auto q = inverse_autoregressive_flow(2, RationalQuadratic<double>(4), rng, small);
  const Batch<double> grid = unit_grid(150);
  CHECK(q.log_prob(grid).array().exp().mean() == Approx(1).epsilon(2e-3));
}

TEST_CASE("autoregressive flows start as the latent distribution", "[flows]") {
  Rng rng(7);
  const auto q = autoregressive_flow(3, RationalQuadratic<double>(), rng);
  CHECK(q.layers().size() == 4);
  CHECK(q.log_prob(uniforms<double>(rng, 3, 20)).cwiseAbs().maxCoeff() < 1e-12);
  CHECK_THROWS_AS(autoregressive_flow(0, RationalQuadratic<double>(), rng), InvalidArgument);
  CHECK_THROWS_AS(autoregressive_flow(2, RationalQuadratic<double>(), rng, {.layers = 0}), InvalidArgument);
}

}  // namespace autoregressive
}  // namespace

#include "variate/flows/flow.hpp"

#include <cmath>

#include "flows/flow_checks.hpp"
#include "support/moments.hpp"
#include "variate/bijectors/affine.hpp"
#include "variate/flows/coupling_flow.hpp"
#include "variate/objectives/weighted_losses.hpp"

using namespace variate;
using namespace variate_tests;

namespace {

template <class Q>
concept EveryWay = Family<Q> && Scoreable<Q> && Reparameterizable<Q> && DifferentiableIntegrand<Q, ScalarOf<Q>>;
static_assert(EveryWay<RationalQuadraticFlow<double>> && EveryWay<PiecewiseQuadraticFlow<float>>);
static_assert(EveryWay<PiecewiseLinearFlow<double>> && EveryWay<RealNvp<double>>);

const CouplingFlowOptions<double> small{.hidden = {7, 5}, .zero_last = false};

TEST_CASE("flows: densities, draws and every way back", "[flows]") {
  Rng rng(3);
  check_flow(coupling_flow(4, RationalQuadratic<double>(5), rng, small));
  check_flow(coupling_flow(3, PiecewiseQuadratic<double>(4), rng, small));
  check_flow(coupling_flow(3, PiecewiseLinear<double>(4), rng, small));
  check_flow(coupling_flow(2, AffineTransform<double>(), rng, small, Sigmoid<double>()));
  check_flow(coupling_flow<Activation::tanh>(
      2, RationalQuadratic<double>({.bins = 4, .low = -2, .high = 2, .linear_tails = true}), rng, small));
}

TEST_CASE("flows in one dimension have biases for a network", "[flows]") {
  Rng rng(4);
  auto q = coupling_flow(1, RationalQuadratic<double>(6), rng, small);
  CHECK(q.params().size() == 2 * 19);
  q.set_params(normals<double>(rng, 38, 1));
  check_flow(q);
  CHECK(total_mass(q, 200000) == Approx(1).epsilon(1e-5));
}

TEST_CASE("flows that start from zero are the latent distribution", "[flows]") {
  Rng rng(5);
  const auto q = coupling_flow(5, PiecewiseQuadratic<double>(), rng);
  const Batch<double> x = uniforms<double>(rng, 5, 300);
  CHECK(q.log_prob(x).cwiseAbs().maxCoeff() < 1e-13);
}

TEST_CASE("flows have mass one and the moments of their draws", "[flows][statistical]") {
  Rng rng(6);
  const auto check = [&](auto q) {
    Vector<double> params = q.params();
    params += 0.03 * normals<double>(rng, params.size(), 1);
    q.set_params(params);
    const Index side = 300;
    const Batch<double> grid = unit_grid(side);
    const Row<double> p = q.log_prob(grid).array().exp() / static_cast<double>(side * side);
    CHECK(p.sum() == Approx(1).epsilon(2e-3));
    Moments moments;
    const Batch<double> x = q.sample(rng, 20000);
    for (Index c = 0; c < x.cols(); ++c) moments.add(Vector<double>{{x(0, c), x(1, c), x(0, c) * x(1, c)}});
    const Row<double> both = grid.row(0).cwiseProduct(grid.row(1));
    CHECK(moments.worst_z(Vector<double>{{grid.row(0).dot(p), grid.row(1).dot(p), both.dot(p)}} / p.sum()) < 4.5);
  };
  check(coupling_flow(2, RationalQuadratic<double>(5), rng, small));
  check(coupling_flow(2, PiecewiseQuadratic<double>(5), rng, small));
  check(coupling_flow(2, AffineTransform<double>(), rng, small, Sigmoid<double>()));
}

TEST_CASE("flows in float", "[flows]") {
  Rng rng(8), again(8);
  const auto q = coupling_flow(4, RationalQuadratic<double>(5), rng, small);
  Flow<Coupling<RationalQuadratic<float>>> narrow =
      coupling_flow(4, RationalQuadratic<float>(5), again, {.hidden = {7, 5}, .zero_last = false});
  narrow.set_params(q.params().cast<float>());
  const Batch<double> x = uniforms<double>(rng, 4, 40);
  const Batch<float> x_float = x.cast<float>();
  const Row<double> w = uniforms<double>(rng, 1, 40);
  CHECK((narrow.log_prob(x_float).cast<double>() - q.log_prob(x)).norm() < 1e-4);
  const Vector<double> slope = q.evaluate(x).pullback(w);
  const auto e = narrow.evaluate(x_float);
  CHECK((e.pullback(w.cast<float>()).cast<double>() - slope).norm() < 1e-4 * slope.norm());
  const WeightedPoints<double> data{x, Row<double>::Zero(40), w};
  const WeightedPoints<float> data_float{x_float, Row<float>::Zero(40), w.cast<float>()};
  const auto loss = VarianceLoss<double>{}(q, data);
  const auto loss_float = VarianceLoss<float>{}(narrow, data_float);
  CHECK(loss_float.value == Approx(loss.value).epsilon(1e-4));
  CHECK((loss_float.q.cast<double>() - loss.q).norm() < 1e-3 * loss.q.norm());
  const auto s = narrow.sample_with_log_prob(again, 1000);
  CHECK((narrow.log_prob(s.value) - s.log_prob).cwiseAbs().maxCoeff() < 2e-3f);
}

TEST_CASE("a batch is what its parts are", "[flows]") {
  Rng rng(9);
  const auto q = coupling_flow(3, RationalQuadratic<double>(4), rng, small);
  const Batch<double> x = uniforms<double>(rng, 3, 600);
  const Row<double> w = normals<double>(rng, 1, 600);
  const auto all = q.evaluate(x);
  Vector<double> sum = Vector<double>::Zero(q.params().size());
  Row<double> value(600);
  for (const auto& [first, count] : {std::pair<Index, Index>{0, 1}, {1, 257}, {258, 342}}) {
    const Batch<double> part = x.middleCols(first, count);
    const auto e = q.evaluate(part);
    value.segment(first, count) = e.value;
    sum += e.pullback(w.segment(first, count));
  }
  CHECK((all.value - value).cwiseAbs().maxCoeff() < 1e-13);
  CHECK((all.pullback(w) - sum).norm() < 1e-11 * sum.norm());
  CHECK((all.pullback(w) - all.pullback(w)).norm() == 0);
  CHECK(q.log_prob(Batch<double>(3, 0)).size() == 0);
  CHECK(q.evaluate(Batch<double>(3, 0)).pullback(Row<double>(0)).norm() == 0);
}

TEST_CASE("points outside of a flow's cube", "[flows]") {
  Rng rng(10);
  const auto check = [](const auto& q) {
    const Batch<double> x{{0.3, -0.1, std::nan(""), 0.5}, {0.4, 0.5, 0.5, infinity}};
    const Row<double> value = q.log_prob(x);
    const auto e = q.evaluate(x);
    CHECK(std::isfinite(value[0]));
    CHECK(value[1] == -infinity);
    CHECK(std::isnan(value[2]));
    CHECK(value[3] == -infinity);
    CHECK(e.value[0] == value[0]);
    CHECK(e.value[3] == value[3]);
    Batch<double> g, g_first;
    const Vector<double> all = e.pullback(Row<double>{{2.0, 1.0, 1.0, 1.0}}, g);
    const auto first = q.evaluate(x.leftCols(1));
    CHECK((all - first.pullback(Row<double>{{2.0}}, g_first)).norm() < 1e-13 * all.norm());
    CHECK((g.col(0) - g_first.col(0)).norm() < 1e-13);
    CHECK(g.rightCols(3).norm() == 0);
  };
  check(coupling_flow(2, PiecewiseQuadratic<double>(3), rng, small));
  check(coupling_flow(2, AffineTransform<double>(), rng, small, Sigmoid<double>()));
  const auto q = coupling_flow(2, PiecewiseLinear<double>(3), rng, small);
  CHECK(q.log_prob(Batch<double>{{0.0, 1.0}, {1.0, 0.0}}).allFinite());  // faces belong to the cube
}

TEST_CASE("a flow before another map", "[flows]") {
  Rng rng(11);
  const auto q = coupling_flow(2, RationalQuadratic<double>(4), rng, small);
  const auto power = q.with_map(Affine<double>(Vector<double>{{1.0, -2.0}}, Vector<double>{{2.0, 3.0}}));
  const Batch<double> u = uniforms<double>(rng, 2, 9);
  const Batch<double> x = power.map().forward(u).value;
  CHECK((power.log_prob(x) - (q.log_prob(u).array() - std::log(6)).matrix()).norm() < 1e-12);
  check_flow(power);
}

TEST_CASE("what flows refuse", "[flows]") {
  using Cell = Coupling<RationalQuadratic<double>>;
  const Cell cell({true, false}, RationalQuadratic<double>(2), {});
  const auto build = [](std::vector<Cell> cells, Latent<double> latent, Index size) {
    return Flow<Cell>(std::move(cells), latent, Vector<double>::Zero(size));
  };
  const auto uniform = Latent<double>::uniform();
  CHECK_THROWS_AS(build({}, uniform, 0), InvalidArgument);
  CHECK_THROWS_AS(build({cell}, Latent<double>::normal(), cell.size()), InvalidArgument);
  CHECK_THROWS_AS(build({cell}, Latent<double>::uniform(0, 2), cell.size()), InvalidArgument);
  CHECK_THROWS_AS(build({cell}, uniform, cell.size() + 1), ShapeError);
  CHECK_THROWS_AS(build({cell, Cell({true}, RationalQuadratic<double>(2), {})}, uniform, cell.size()), ShapeError);
  auto q = build({cell}, uniform, cell.size());
  CHECK_THROWS_AS(q.set_params(Vector<double>::Constant(cell.size(), infinity)), InvalidArgument);
  CHECK_THROWS_AS(q.log_prob(Batch<double>::Zero(3, 1)), ShapeError);
  CHECK_THROWS_AS(q.evaluate(Batch<double>::Constant(2, 1, 0.5)).pullback(Row<double>::Ones(2)), ShapeError);
  Rng rng(1);
  CHECK_THROWS_AS(q.rsample(rng, 2).pullback(Batch<double>::Zero(2, 3)), ShapeError);
}

}  // namespace

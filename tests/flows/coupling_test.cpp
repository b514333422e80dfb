#include "variate/flows/coupling.hpp"

#include "support/catch.hpp"
#include "variate/flows/affine_transform.hpp"
#include "variate/flows/rational_quadratic.hpp"
#include "variate/random/rng.hpp"

using namespace variate;

namespace {

TEST_CASE("a coupling cell's sizes", "[flows]") {
  const Coupling<RationalQuadratic<double>> cell({true, false, true, false}, RationalQuadratic<double>(10), {64, 64});
  CHECK(cell.size() == 2 * 64 + 64 + 64 * 64 + 64 + 64 * 62 + 62);
  CHECK(cell.passing() == std::vector<Index>{0, 2});
  CHECK(cell.moved() == std::vector<Index>{1, 3});
  const Coupling<AffineTransform<double>> biases({false, false}, {}), nothing({true}, {});
  CHECK(biases.size() == 4);
  CHECK(nothing.size() == 0);
  CHECK_THROWS_AS((Coupling<AffineTransform<double>>({}, {})), InvalidArgument);
  CHECK_THROWS_AS((Coupling<AffineTransform<double>>({true, false}, {}, {0})), InvalidArgument);
}

TEST_CASE("a coupling cell's numbers to start from", "[flows]") {
  const Coupling<AffineTransform<double>> cell({true, false}, {}, {3});
  Rng rng(1), same(1);
  const Vector<double> zero = cell.initialise(rng, Initialisation::torch, true),
                       full = cell.initialise(same, Initialisation::torch, false);
  CHECK(zero.head(6) == full.head(6));
  CHECK(zero.tail(8).norm() == 0);
  CHECK(full.tail(8).cwiseAbs().minCoeff() > 0);
}

TEST_CASE("what passes decides how the rest is moved", "[flows]") {
  // one layer: s = 0.5 x0, t = 2 x0 + 1
  const Coupling<AffineTransform<double>> cell({true, false}, {}, {});
  const Vector<double> theta{{0.5, 2.0, 0.0, 1.0}};
  const Index n = detail::whole_registers<double>(1);
  Batch<double> points = Batch<double>::Zero(2, n), keep(cell.kept(), n);
  Row<double> log_det = Row<double>::Zero(n);
  points(0, 0) = 2;
  points(1, 0) = 3;
  cell.to_target(theta.data(), points.data(), log_det.data(), keep.data(), n);
  CHECK(points(0, 0) == 2);
  CHECK(points(1, 0) == Approx(3 * std::exp(1.0) + 5));
  CHECK(log_det[0] == Approx(-1));
  cell.to_latent(theta.data(), points.data(), log_det.data(), keep.data(), n);
  CHECK(points(1, 0) == Approx(3));
  CHECK(log_det[0] == Approx(-2));
}

}  // namespace

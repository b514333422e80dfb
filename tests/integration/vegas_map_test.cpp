#include "variate/integration/vegas_map.hpp"

#include <limits>

#include "integration/refused.hpp"
#include "support/catch.hpp"
#include "variate/random/fill.hpp"
#include "variate/random/rng.hpp"

namespace {
namespace vegas_map_tests {

using namespace variate;
using variate_tests::refused;

Box wide() { return Box(Vector<double>::Constant(2, -1), Vector<double>::Constant(2, 3)); }

TEST_CASE("A map and its inverse", "[integration]") {
  VegasMap map(wide(), 50);
  Rng rng(1);
  const Batch<double> x = wide().from_unit(uniforms<double>(rng, 2, 5000));
  map.adapt_to_samples(x, (x.array().square().colwise().sum() * -20).exp());
  const Batch<double> y = uniforms<double>(rng, 2, 1000);
  const MappedPoints there = map.forward(y), back = map.inverse(there.points);
  CHECK((back.points - y).cwiseAbs().maxCoeff() < 1e-13);
  CHECK((back.jacobian - there.jacobian).cwiseAbs().maxCoeff() < 1e-12 * there.jacobian.maxCoeff());
  // the mean of the Jacobian is the volume: 16 within four standard errors
  const double mean = there.jacobian.mean();
  const double error = std::sqrt((there.jacobian.array() - mean).square().mean() / 1000);
  CHECK(std::abs(mean - 16) < 4 * error);
  // half of all points now lie where the peak is
  CHECK((there.points.array().abs() < 0.5).colwise().all().count() > 500);
  CHECK(map.forward(Batch<double>::Ones(2, 1)).points == Batch<double>::Constant(2, 1, 3));
  CHECK(map.forward(Batch<double>::Zero(2, 1)).points == Batch<double>::Constant(2, 1, -1));
}

TEST_CASE("A smooth map has a continuous density, its own inverse and Jacobian", "[integration]") {
  VegasMap fine(wide(), 200);
  Rng rng(1);
  const Batch<double> at = wide().from_unit(uniforms<double>(rng, 2, 20000));
  fine.adapt_to_samples(at, (at.array().square().colwise().sum() * -10).exp());
  const VegasMap map = fine.smoothed(20);
  CHECK(map.bins(0) == 20);
  CHECK((map.nodes(1).head(1)[0] == -1 && map.nodes(1).tail(1)[0] == 3));
  Batch<double> y = uniforms<double>(rng, 2, 1000);
  const MappedPoints there = map.forward(y), back = map.inverse(there.points);
  CHECK((back.points - y).cwiseAbs().maxCoeff() < 1e-12);
  CHECK(((back.jacobian - there.jacobian).array().abs() < 1e-9 * there.jacobian.array()).all());
  // dx/dy against differences, one axis at a time
  const double h = 1e-7;
  Row<double> product = Row<double>::Ones(1000);
  for (Index i = 0; i < 2; ++i) {
    Batch<double> up = y, down = y;
    up.row(i).array() += h;
    down.row(i).array() -= h;
    product.array() *= (map.forward(up).points.row(i) - map.forward(down).points.row(i)).array() / (2 * h);
  }
  CHECK(((product - there.jacobian).array().abs() < 1e-4 * there.jacobian.array()).all());
  // at a node both sides agree
  Batch<double> sides(2, 2);
  sides << 0.35 - 1e-12, 0.35 + 1e-12, 0.5, 0.5;
  const Row<double> slopes = map.forward(sides).jacobian;
  CHECK(slopes[0] == Approx(slopes[1]).epsilon(1e-9));
  CHECK(map.forward(Batch<double>::Ones(2, 1)).points == Batch<double>::Constant(2, 1, 3));
  CHECK(map.inverse(Batch<double>::Constant(2, 1, 5)).points == Batch<double>::Ones(2, 1));
  CHECK(map.inverse(Batch<double>::Constant(2, 1, -5)).points == Batch<double>::Zero(2, 1));
}

TEST_CASE("Bins never vanish, and nothing learned is nothing changed", "[integration]") {
  VegasMap map(Box(1), 10);
  map.refine(0.5);
  CHECK((map.nodes(0) - Vector<double>::LinSpaced(11, 0, 1)).cwiseAbs().maxCoeff() < 1e-15);
  map.add_training_data(Batch<double>::Constant(1, 3, 0.5), Row<double>::Zero(3));
  map.refine(0.5);
  CHECK((map.nodes(0) - Vector<double>::LinSpaced(11, 0, 1)).cwiseAbs().maxCoeff() < 1e-15);
  // all the weight in one place, again and again, at either end
  for (const double at : {1e-9, 1 - 1e-9}) {
    VegasMap narrow(Box(1), 1000);
    for (int k = 0; k < 200; ++k) {
      const MappedPoints y = narrow.inverse(Batch<double>::Constant(1, 1, at));
      narrow.add_training_data(y.points, Row<double>::Ones(1));
      narrow.refine(3);
    }
    const Vector<double>& nodes = narrow.nodes(0);
    CHECK((nodes.tail(1000) - nodes.head(1000)).minCoeff() > 0);
    CHECK(nodes[0] == 0);
    CHECK(nodes[1000] == 1);
  }
}

TEST_CASE("The slopes of a map, axis by axis", "[integration]") {
  Rng rng(2);
  VegasMap steps(wide(), 30);
  const Batch<double> x = wide().from_unit(uniforms<double>(rng, 2, 3000)), y = uniforms<double>(rng, 2, 200);
  steps.adapt_to_samples(x, (x.array().square().colwise().sum() * -5).exp());
  for (const VegasMap& map : {steps, steps.smoothed(12)}) {
    const MapSlopes slopes = map.slopes(y);
    const Row<double> jacobian = map.forward(y).jacobian;
    CHECK((slopes.slope.colwise().prod() - jacobian).cwiseAbs().maxCoeff() < 1e-12 * jacobian.maxCoeff());
    const double h = 1e-7;
    const Batch<double> up = map.slopes(y.array() + h).slope.array().log(), down = map.slopes(y.array() - h).slope.array().log();
    CHECK(((up - down) / (2 * h) - slopes.log_slope).cwiseAbs().maxCoeff() < 1e-4 * (1 + slopes.log_slope.cwiseAbs().maxCoeff()));
  }
  CHECK(steps.slopes(y).log_slope.isZero());
  CHECK(steps.slopes(Batch<double>::Ones(2, 1)).slope(0, 0) == Approx(30 * (steps.nodes(0)[30] - steps.nodes(0)[29])));
  CHECK_THROWS_AS(steps.slopes(Batch<double>::Zero(3, 1)), ShapeError);
}

TEST_CASE("A map refuses what is none", "[integration]") {
  CHECK(refused<InvalidArgument>([&] { (void)(VegasMap(Box(1), 0)); }, "bins is 0"));
  CHECK(refused<InvalidArgument>([&] { (void)(VegasMap(Box(1), 70000)); }, "at most 65535"));
  CHECK_THROWS_AS(VegasMap(std::vector<Vector<double>>{}), InvalidArgument);
  CHECK_THROWS_AS(VegasMap({Vector<double>::Zero(1)}), InvalidArgument);
  CHECK(refused<DomainError>([&] { (void)(VegasMap({Vector<double>::Zero(2)})); }, "more than the one before"));
  VegasMap map(Box(2), 4);
  CHECK_THROWS_AS(map.forward(Batch<double>::Zero(3, 1)), ShapeError);
  CHECK_THROWS_AS(map.inverse(Batch<double>::Constant(2, 1, std::numeric_limits<double>::quiet_NaN())), InvalidArgument);
  CHECK_THROWS_AS(map.add_training_data(Batch<double>::Zero(2, 2), Row<double>::Zero(3)), ShapeError);
  CHECK_THROWS_AS(map.regrid({3}), ShapeError);
  CHECK_THROWS_AS(map.regrid({3, 0}), InvalidArgument);
}

}  // namespace vegas_map_tests
}  // namespace

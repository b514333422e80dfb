#include "variate/networks/dense.hpp"

#include "support/catch.hpp"
#include "variate/autodiff/differentiable.hpp"
#include "variate/random/fill.hpp"
#include "variate/random/rng.hpp"

using namespace variate;

namespace {
struct Weighed {
  Dense layer;
  auto operator()(const auto& z, const auto& theta) const { return sum(square(layer(z, theta, 3))); }
};
}  // namespace

TEST_CASE("a dense layer is W z + b, its numbers anywhere in a vector", "[networks]") {
  const Dense layer(4, 2);
  CHECK(layer.inputs() == 4);
  CHECK(layer.outputs() == 2);
  CHECK(layer.size() == 10);
  Rng rng(3);
  CHECK(layer.initialise(rng).size() == 10);
  CHECK(layer.initialise<float>(rng, Initialisation::torch).size() == 10);
  const Vector<double> theta = normals<double>(rng, 14, 1);
  const Batch<double> z = normals<double>(rng, 4, 5), w = Eigen::Map<const Batch<double>>(theta.data() + 3, 2, 4);
  const Vector<double> b = theta.segment(11, 2);
  const Batch<double> out = (w * z).colwise() + b;
  const auto f = differentiable(Weighed{layer}, theta);
  const auto e = f.evaluate(z);
  CHECK((e.value - out.colwise().squaredNorm()).norm() < 1e-13);
  Batch<double> g;
  const Vector<double> slope = e.pullback(Row<double>::Ones(5), g);
  CHECK((g - 2 * w.transpose() * out).norm() < 1e-13);
  const Batch<double> by_w = 2 * out * z.transpose();
  CHECK((slope.segment(3, 8) - Eigen::Map<const Vector<double>>(by_w.data(), 8)).norm() < 1e-12);
  CHECK((slope.segment(11, 2) - 2 * out.rowwise().sum()).norm() < 1e-12);
  CHECK(slope.head(3).isZero(0));
  CHECK(slope(13) == 0);
}

TEST_CASE("a dense layer refuses what does not fit", "[networks]") {
  CHECK_THROWS_AS(Dense(0, 1), InvalidArgument);
  CHECK_THROWS_AS(Dense(1, 0), InvalidArgument);
  const auto short_of_numbers = differentiable(Weighed{Dense(4, 2)}, Vector<double>(Vector<double>::Zero(12)));
  CHECK_THROWS_AS(short_of_numbers(Batch<double>(Batch<double>::Zero(4, 1))), ShapeError);
  const auto f = differentiable(Weighed{Dense(4, 2)}, Vector<double>(Vector<double>::Zero(13)));
  CHECK_THROWS_AS(f(Batch<double>(Batch<double>::Zero(3, 1))), ShapeError);
}

#include "variate/autodiff/gradient.hpp"

#include "autodiff/model_checks.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
struct Rosenbrock {
  auto operator()(const auto& z) const { return -square(1 - z[0]) - 100 * square(z[1] - square(z[0])); }
};
struct Map {
  Batch<double> a;
  auto operator()(const auto& z) const { return stack(z[0] * z[1], exp(a * z), sum(z)); }
};
/// Its gradient is written by the user.
struct ByHand {
  Row<double> value_and_gradient(const Batch<double>& x, Batch<double>& g) const {
    g = 2 * x;
    return x.colwise().squaredNorm();
  }
};
}  // namespace

TEST_CASE("gradients at a point, at a batch, and of what has its own", "[autodiff]") {
  const Vector<double> x = column({-1.2, 1});
  const Vector<double> expected = column({215.6, 88});
  CHECK(difference(gradient(Rosenbrock{}, x), expected) < 1e-14);
  CHECK(difference(gradient(differentiable(Rosenbrock{}), x), expected) < 1e-14);
  const Batch<double> points = scattered(2, 9);
  const auto both = value_and_gradient(Rosenbrock{}, points);
  CHECK(difference(both.value, differentiable(Rosenbrock{})(points)) == 0);
  CHECK(difference(both.gradient, differences(differentiable(Rosenbrock{}), points, Row<double>::Ones(9))) < 1e-8);
  CHECK(gradient(ByHand{}, points) == 2 * points);
  CHECK(gradient(Rosenbrock{}, Vector<float>(x.cast<float>()))[0] == Approx(215.6f).epsilon(1e-5));
}

TEST_CASE("Hessian-vector products against the closed form", "[autodiff]") {
  const Vector<double> x = column({-1.2, 1}), v = column({1, -2});
  const double a = x[0], b = x[1];
  Eigen::Matrix2d hessian;
  hessian << -2 - 1200 * a * a + 400 * b, 400 * a, 400 * a, -200;
  CHECK(difference(hessian_vector_product(Rosenbrock{}, x, v), Vector<double>(hessian * v)) < 1e-14);
  const Batch<double> points = x.replicate(1, 5), directions = scattered(2, 5);
  CHECK(difference(hessian_vector_product(differentiable(Rosenbrock{}), points, directions),
                   Batch<double>(hessian * directions)) < 1e-14);
}

TEST_CASE("Jacobians in reverse and in forward mode, in chunks of any size", "[autodiff]") {
  const Map f{scattered(4, 5)};
  const Vector<double> x = scattered(5, 1);
  Batch<double> expected = Batch<double>::Zero(6, 5);
  expected(0, 0) = x[1];
  expected(0, 1) = x[0];
  expected.middleRows(1, 4) = (f.a * x).array().exp().matrix().asDiagonal() * f.a;
  expected.row(5).setOnes();
  for (const Index chunk : {1, 2, 3, 6, 16}) {
    CAPTURE(chunk);
    CHECK(difference(jacobian(f, x, Mode::reverse, chunk), expected) < 1e-14);
    CHECK(difference(jacobian(f, x, Mode::forward, chunk), expected) < 1e-14);
  }
  CHECK(difference(jacobian(f, x), expected) < 1e-14);
  const auto one = [](const auto& z) { return exp(z); };
  CHECK(jacobian(one, Vector<float>(Vector<float>::Zero(1)), Mode::forward) == Batch<float>::Ones(1, 1));
  CHECK(jacobian(one, Vector<float>(Vector<float>::Zero(1))) == Batch<float>::Ones(1, 1));
  CHECK_THROWS_AS(jacobian(one, x, Mode::reverse, 0), InvalidArgument);
}

#include "variate/autodiff/linear_algebra.hpp"

#include <Eigen/Cholesky>

#include "autodiff/model_checks.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
/// The identity times `scale`, row by row, as a column.
Vector<double> flat_identity(Index n, double scale) {
  const Batch<double> eye = scale * Batch<double>::Identity(n, n);
  return Eigen::Map<const Vector<double>>(eye.data(), n * n);
}
}  // namespace

TEST_CASE("one matrix in each column", "[autodiff]") {
  // only the lower triangle is looked at: z need not be symmetric
  check_double(
      [eye = flat_identity(3, 4)](const auto& z) {
        const auto l = cholesky(rows(z, 0, 9) + eye);
        return sum(square(l)) + sum(log(diagonal(l))) + sum(exp(solve_lower(l, rows(z, 9, 3)))) +
               sum(square(solve_lower_transposed(l, rows(z, 9, 3)))) + l[3];
      },
      12);
  check_double([](const auto& z) { return sum(cholesky(exp(z))); }, 1);
}

TEST_CASE("one matrix for all samples", "[autodiff]") {
  const Batch<double> root = scattered(4, 4);
  const Batch<double> a = root * root.transpose() + 3 * Batch<double>::Identity(4, 4);
  const Vector<double> theta = Eigen::Map<const Vector<double>>(a.data(), 16);
  const auto model = [](const auto& z, const auto& t) {
    const auto l = cholesky(reshape(t, 0, 4, 4));
    return -0.5 * sum(square(solve_lower(l, z))) - sum(log(diagonal(l))) + 0.1 * sum(solve_lower_transposed(l, exp(z)));
  };
  const auto f = differentiable(model, theta);
  for (const Index s : {1, 3, 9}) {
    const Batch<double> x = scattered(4, s), v = scattered(4, s, -1, 1, 3);
    const Row<double> w = scattered(1, s, 0.5, 2);
    const Eigen::LLT<Eigen::MatrixXd> llt(a);
    const Batch<double> half = llt.matrixL().solve(Eigen::MatrixXd(x));
    const Batch<double> tilted = llt.matrixU().solve(Eigen::MatrixXd(x.array().exp().matrix()));
    const Row<double> expected = -0.5 * half.colwise().squaredNorm().array() -
                                 Eigen::MatrixXd(llt.matrixL()).diagonal().array().log().sum() +
                                 0.1 * tilted.colwise().sum().array();
    const auto e = f.evaluate(x);
    CHECK(difference(e.value, expected) < 1e-13);
    Batch<double> g;
    const Vector<double> p = e.pullback(w, g);
    CHECK(difference(g, differences(f, x, w)) < 1e-8);
    Vector<double> slopes(16);
    for (Index i = 0; i < 16; ++i) {
      auto moved = f;
      Vector<double> t = theta;
      t[i] += 1e-5;
      moved.set_params(t);
      const double up = moved(x).dot(w);
      t[i] -= 2e-5;
      moved.set_params(t);
      slopes[i] = (up - moved(x).dot(w)) / 2e-5;
    }
    CHECK(difference(p, slopes) < 1e-8);
    CHECK(p[1] == 0);  // above the diagonal
    Batch<double> up, down;
    f.evaluate(Batch<double>(x + 1e-5 * v)).pullback(w, up);
    f.evaluate(Batch<double>(x - 1e-5 * v)).pullback(w, down);
    CHECK(difference(f.hessian_vector_product(x, v, w).product, (up - down) / 2e-5) < 1e-8);
  }
}

TEST_CASE("a matrix that is not positive definite spoils its own column only", "[autodiff]") {
  const auto f = differentiable([](const auto& z) { return sum(log(diagonal(cholesky(z)))); });
  Batch<double> x = flat_identity(2, 2).rowwise().replicate(9);
  x(3, 4) = -1;
  const auto e = f.evaluate(x);
  Batch<double> g;
  e.pullback(Row<double>::Ones(9), g);
  for (Index c = 0; c < 9; ++c) {
    CHECK(std::isfinite(e.value[c]) == (c != 4));
    CHECK(g.col(c).allFinite() == (c != 4));
  }
  CHECK(e.value[0] == Approx(std::log(2.0)));
  CHECK(g(0, 0) == Approx(0.25));
}

TEST_CASE("Cholesky in float", "[autodiff]") {
  const auto f = differentiable(
      [](const auto& z) { return sum(log(diagonal(cholesky(z)))) + sum(solve_lower(cholesky(z), rows(z, 0, 2))); });
  Batch<double> x = scattered(4, 19);
  x.row(0).array() += 3;
  x.row(3).array() += 3;
  Batch<double> wide;
  Batch<float> g;
  f.evaluate(x).pullback(Row<double>::Ones(19), wide);
  f.evaluate(Batch<float>(x.cast<float>())).pullback(Row<float>::Ones(19), g);
  CHECK(difference(g.cast<double>(), wide) < 1e-5);
}

TEST_CASE("shapes that are no matrices are refused", "[autodiff]") {
  const auto complaint = [](const auto& model, Index d) -> std::string {
    const auto f = differentiable(model);
    try {
      f.evaluate(scattered(d, 2));
    } catch (const ShapeError& e) {
      return e.what();
    }
    return {};
  };
  CHECK(complaint([](const auto& z) { return sum(cholesky(z)); }, 5) ==
        "cholesky: shape is 5 x 2, expected n*n rows, a matrix in each column");
  CHECK(says(complaint([](const auto& z) { return sum(diagonal(z)); }, 5), "diagonal: shape is 5 x 2"));
  CHECK(complaint([](const auto& z) { return sum(solve_lower(z, rows(z, 0, 3))); }, 4) ==
        "solve_lower: shapes are 4 x 2 and 3 x 2, expected n*n and n rows, equal columns");
}

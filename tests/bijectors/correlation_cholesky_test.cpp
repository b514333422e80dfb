#include "variate/bijectors/correlation_cholesky.hpp"

#include "bijectors/bijector_checks.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
/// By the entries below the diagonal.
double below_diagonal(const Batch<double>& jacobian) {
  Batch<double> square(jacobian.cols(), jacobian.cols());
  for (Index i = 0, row = 0, to = 0; row < jacobian.rows(); ++i)
    for (Index j = 0; j <= i; ++j, ++row)
      if (j < i) square.row(to++) = jacobian.row(row);
  return log_abs_det(square);
}
}  // namespace

TEST_CASE("CorrelationCholesky: inverse, volume, gradients", "[bijectors]") {
  for (const Index d : {1, 3, 10}) check_on_normals(CorrelationCholesky<>(), d, below_diagonal);
  check_float(CorrelationCholesky<float>(), CorrelationCholesky<>(), 6, 1e-4);  // tanh leaves few digits near 1
}

TEST_CASE("CorrelationCholesky: factors of correlation matrices, also in the tails", "[bijectors]") {
  const CorrelationCholesky<> b;
  const Batch<double> x = (Batch<double>(3, 4) << 0.5, 30, -200, 0, 1, -30, 200, 0, -2, 1, 3, 0).finished();
  const auto there = b.forward(x);
  for (Index c = 0; c < 4; ++c) {
    const auto y = there.value.col(c);
    CHECK(y(0) == 1);
    CHECK(near(y.segment(1, 2).norm(), 1));
    CHECK(near(y.segment(3, 3).norm(), 1));
    CHECK(y(2) > 0);
    CHECK(y(5) > 0);
  }
  CHECK(near(there.value(1, 0), std::tanh(0.5)));
  CHECK(near(there.value(2, 1), 2 * std::exp(-30.0)));  // 1/cosh
  CHECK(std::isfinite(there.log_det(2)));
  CHECK(near(there.log_det(1), 2 * (std::log(4.0) - 60) + 0.5 * (std::log(4.0) - 60) - 2 * std::log(std::cosh(1.0)), 1e-13));
  // asinh of the ratio to what is left of the row: exact where the partial correlation rounds to 1
  CHECK((b.inverse_value(there.value) - x).cwiseAbs().maxCoeff() < 1e-13 * 200);
  CHECK((there.value.col(3) - Batch<double>(Vector<double>{{1, 0, 1, 0, 0, 1}})).cwiseAbs().maxCoeff() == 0);
}

TEST_CASE("CorrelationCholesky: boundary, beyond, sizes", "[bijectors]") {
  const CorrelationCholesky<> b;
  const Batch<double> y = (Batch<double>(3, 4) << 1, 1, 1, 1, 0.6, 1, 0.6, 0.8, 0.8, 0, -0.8, 0.8).finished();
  CHECK(b.in_image(y) == (Row<double>(4) << 1, 0, 0, 0).finished());
  CHECK(b.inverse(y.leftCols(2)).value(0, 1) == infinity);
  CHECK(b.inverse(y.leftCols(2)).log_det(1) == infinity);
  CHECK(message_of<DomainError>([&] { b.inverse(y); }) ==
        "CorrelationCholesky: column 2 of y is (1, 0.6, -0.8), expected a packed lower triangle with rows of length 1 and positive diagonal");
  CHECK(says(message_of<DomainError>([&] { b.inverse(y.rightCols(1)); }), "column 0 of y is (1, 0.8, 0.8)"));
  CHECK(b.output_size(6) == 10);
  CHECK(b.input_size(10) == 6);
  CHECK(says(message_of<ShapeError>([&] { b.forward(Batch<double>::Zero(2, 1)); }), "number of coordinates is 2"));
  CHECK(says(message_of<ShapeError>([&] { b.inverse(Batch<double>::Ones(1, 1)); }), "d(d+1)/2 for some d >= 2"));
  CHECK(says(message_of<ShapeError>([&] { b.inverse(Batch<double>::Ones(4, 1)); }), "number of coordinates of y is 4"));
}

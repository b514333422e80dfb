#include "variate/bijectors/covariance_cholesky.hpp"

#include "bijectors/bijector_checks.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("CovarianceCholesky: inverse, volume, gradients", "[bijectors]") {
  for (const Index d : {1, 3, 10}) check_on_normals(CovarianceCholesky<>(), d);
  check_float(CovarianceCholesky<float>(), CovarianceCholesky<>(), 6);
}

TEST_CASE("CovarianceCholesky: order, boundary, beyond", "[bijectors]") {
  const CovarianceCholesky<> b;
  const Vector<double> x{{0, 2, 1, 4, 5, -1}};
  const auto there = b.forward(x);
  const Vector<double> expected{{1, 2, std::exp(1.0), 4, 5, std::exp(-1.0)}};
  CHECK((there.value - Batch<double>(expected)).cwiseAbs().maxCoeff() < 1e-15);
  CHECK(there.log_det(0) == 0);
  const Batch<double> y = (Batch<double>(3, 3) << 1, 1, 1, 5, -5, 5, 2, 0, -2).finished();
  CHECK(b.in_image(y) == (Row<double>(3) << 1, 0, 0).finished());
  CHECK(b.inverse(y.leftCols(2)).value(2, 1) == -infinity);
  CHECK(b.inverse(y.leftCols(2)).log_det(1) == infinity);
  CHECK(message_of<DomainError>([&] { b.inverse(y); }) ==
        "CovarianceCholesky: column 2 of y is (1, 5, -2), expected a packed lower triangle with positive diagonal");
  CHECK(message_of<ShapeError>([&] { b.forward(Batch<double>::Zero(2, 1)); }) ==
        "CovarianceCholesky: number of coordinates is 2, expected d(d+1)/2 for some d >= 1");
  CHECK(says(message_of<ShapeError>([&] { b.inverse(Batch<double>::Zero(0, 1)); }), "number of coordinates is 0"));
}

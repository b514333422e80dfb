#include "variate/bijectors/triangular.hpp"

#include "bijectors/bijector_checks.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("Triangular: inverse, volume, gradients", "[bijectors]") {
  const Vector<double> shift{{1, -2, 0.5}};
  const Batch<double> matrix = (Batch<double>(3, 3) << 2, 0, 0, 0.5, -1, 0, -0.3, 0.7, 0.4).finished();
  check_on_normals(Triangular(shift, matrix), 3);
  check_on_normals(Triangular(Vector<double>{{1.5}}, Batch<double>::Constant(1, 1, -3)), 1);
  check_float(Triangular(Vector<float>(shift.cast<float>()), Batch<float>(matrix.cast<float>())), Triangular(shift, matrix), 3);
  const Triangular b(shift, matrix);
  CHECK((b.value(Vector<double>{{1, 2, 3}}) - Batch<double>(Vector<double>{{3, -3.5, 2.8}})).cwiseAbs().maxCoeff() < 1e-15);
  CHECK(b.shift() == shift);
  CHECK(b.matrix() == matrix);
}

TEST_CASE("Triangular: what is refused", "[bijectors]") {
  const Vector<double> two = Vector<double>::Ones(2);
  const auto with = [](double a, double b, double c, double d) { return Batch<double>((Batch<double>(2, 2) << a, b, c, d).finished()); };
  CHECK(message_of<DomainError>([&] { Triangular(two, with(1, 0, 2, 0)); }) == "Triangular: matrix(1, 1) is 0, expected a number other than 0");
  CHECK(message_of<InvalidArgument>([&] { Triangular(two, with(1, 3, 2, 1)); }) == "Triangular: matrix(0, 1) is 3, expected 0 above the diagonal");
  CHECK(says(message_of<InvalidArgument>([&] { Triangular(two, with(1, 0, infinity, 1)); }), "matrix(1, 0) is inf, expected a finite number"));
  CHECK(says(message_of<InvalidArgument>([&] { Triangular(Vector<double>{{1, infinity}}, with(1, 0, 0, 1)); }), "shift(1) is inf"));
  CHECK(says(message_of<ShapeError>([&] { Triangular(two, Batch<double>::Ones(3, 2)); }), "rows of matrix is 3, expected 2"));
  CHECK(says(message_of<ShapeError>([&] { Triangular(two, Batch<double>::Ones(2, 3)); }), "columns of matrix is 3, expected 2"));
  CHECK(says(message_of<InvalidArgument>([] { Triangular(Vector<double>(), Batch<double>()); }), "size of shift is 0"));
  CHECK(says(message_of<ShapeError>([&] { Triangular(two, with(1, 0, 0, 1)).value(Batch<double>::Zero(1, 1)); }), "number of coordinates is 1"));
}

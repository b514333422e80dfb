#include "variate/bijectors/ordered.hpp"

#include "bijectors/bijector_checks.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("Ordered: inverse, volume, gradients", "[bijectors]") {
  for (const Index d : {1, 2, 5}) check_on_normals(Ordered<>(), d);
  check_float(Ordered<float>(), Ordered<>(), 4, 1e-4);  // differences of neighbours lose digits
}

TEST_CASE("Ordered: values, boundary, beyond", "[bijectors]") {
  const Ordered<> b;
  const auto there = b.forward((Batch<double>(3, 1) << -1, 0, std::log(2.0)).finished());
  CHECK((there.value - Batch<double>(Vector<double>{{-1, 0, 2}})).cwiseAbs().maxCoeff() < 1e-15);
  CHECK(near(there.log_det(0), std::log(2.0)));
  CHECK(b.forward((Batch<double>(2, 1) << 0, -1000).finished()).log_det(0) == -1000);

  const Batch<double> y = (Batch<double>(2, 4) << 1, 1, 1, infinity, 2, 1, 0, 1).finished();
  CHECK(b.in_image(y) == (Row<double>(4) << 1, 0, 0, 0).finished());
  CHECK(b.inverse_value(y.leftCols(2))(1, 1) == -infinity);
  CHECK(b.inverse(y.leftCols(2)).log_det(1) == infinity);
  CHECK(message_of<DomainError>([&] { b.inverse(y); }) == "Ordered: column 2 of y is (1, 0), expected in ascending order");
  CHECK(std::isnan(b.inverse((Batch<double>(2, 1) << 0, std::nan("")).finished()).value(1, 0)));
  CHECK(says(message_of<InvalidArgument>([&] { b.forward(Batch<double>(0, 1)); }), "Ordered: number of coordinates is 0"));
}

#include "variate/bijectors/upper_bound.hpp"

#include "bijectors/bijector_checks.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("UpperBound: inverse, volume, gradients", "[bijectors]") {
  const Vector<double> high{{-1, 0, 5}};
  check_on_normals(UpperBound(high), 3);
  for (const Index d : {1, 4}) check_on_normals(UpperBound(2.5), d);
  check_float(UpperBound(0.5f), UpperBound(0.5), 3, 1e-4);  // e^x near the bound loses digits
  CHECK(UpperBound(high).high() == high);
}

TEST_CASE("UpperBound: values and tails", "[bijectors]") {
  const double high = 1;
  const UpperBound b(high);
  for (const double x : {-800.0, -5.0, 0.0, 3.0, 600.0}) {
    const auto there = forward_at(b, x);
    CHECK(near(there.value(0, 0), high - std::exp(x)));
    CHECK(there.log_det(0) == x);
  }
  const UpperBound zero(0.0);
  for (const double x : {-700.0, -5.0, 0.0, 600.0})
    CHECK(std::abs(inverse_at(zero, forward_at(zero, x).value(0, 0)).value(0, 0) - x) <= 1e-14 * std::abs(x));
}

TEST_CASE("UpperBound: the boundary, beyond, and what is refused", "[bijectors]") {
  const UpperBound b(1.0);
  CHECK(inverse_at(b, 1).value(0, 0) == -infinity);
  CHECK(inverse_at(b, 1).log_det(0) == infinity);
  CHECK(b.in_image((Batch<double>(1, 3) << 0, 1, 2).finished()) == (Row<double>(3) << 1, 0, 0).finished());
  CHECK(message_of<DomainError>([&] { inverse_at(b, 1.5); }) == "UpperBound: y(0, 0) is 1.5, expected in [-inf, 1]");
  CHECK(message_of<InvalidArgument>([] { (void)UpperBound(infinity); }) == "UpperBound: high(0) is inf, expected a finite number");
  CHECK(says(message_of<ShapeError>([] { UpperBound(Vector<double>{{1, 2}}).value(Batch<double>::Zero(3, 1)); }),
             "UpperBound: number of coordinates is 3, expected 2"));
}

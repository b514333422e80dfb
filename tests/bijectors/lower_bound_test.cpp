#include "variate/bijectors/lower_bound.hpp"

#include "bijectors/bijector_checks.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("LowerBound: inverse, volume, gradients", "[bijectors]") {
  const Vector<double> low{{-1, 0, 5}};
  check_on_normals(LowerBound(low), 3);
  for (const Index d : {1, 4}) check_on_normals(LowerBound(2.5), d);
  check_float(LowerBound(0.5f), LowerBound(0.5), 3, 1e-4);  // e^x near the bound loses digits
  CHECK(LowerBound(low).low() == low);
}

TEST_CASE("LowerBound: values and tails", "[bijectors]") {
  const double low = 1;
  const LowerBound b(low);
  for (const double x : {-800.0, -5.0, 0.0, 3.0, 600.0}) {
    const auto there = forward_at(b, x);
    CHECK(near(there.value(0, 0), low + std::exp(x)));
    CHECK(there.log_det(0) == x);
  }
  const LowerBound zero(0.0);
  for (const double x : {-700.0, -5.0, 0.0, 600.0})
    CHECK(std::abs(inverse_at(zero, forward_at(zero, x).value(0, 0)).value(0, 0) - x) <= 1e-14 * std::abs(x));
}

TEST_CASE("LowerBound: the boundary, beyond, and what is refused", "[bijectors]") {
  const LowerBound b(1.0);
  CHECK(inverse_at(b, 1).value(0, 0) == -infinity);
  CHECK(inverse_at(b, 1).log_det(0) == infinity);
  CHECK(b.in_image((Batch<double>(1, 3) << 0, 1, 2).finished()) == (Row<double>(3) << 0, 0, 1).finished());
  CHECK(message_of<DomainError>([&] { inverse_at(b, -0.5); }) == "LowerBound: y(0, 0) is -0.5, expected in [1, inf]");
  CHECK(message_of<InvalidArgument>([] { (void)LowerBound(infinity); }) == "LowerBound: low(0) is inf, expected a finite number");
  CHECK(says(message_of<ShapeError>([] { LowerBound(Vector<double>{{1, 2}}).value(Batch<double>::Zero(3, 1)); }),
             "LowerBound: number of coordinates is 3, expected 2"));
}

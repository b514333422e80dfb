#include "variate/bijectors/exp.hpp"

#include "bijectors/bijector_checks.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("Exp: inverse, volume, gradients", "[bijectors]") {
  for (const Index d : {1, 2, 5}) check_on_normals(Exp<>(), d);
  check_float(Exp<float>(), Exp<>(), 3);
}

TEST_CASE("Exp: wide range and tails", "[bijectors]") {
  const Exp<> b;
  for (const double x : {-700.0, -40.0, -1e-10, 0.0, 1e-10, 3.0, 700.0}) {
    INFO("x " << x);
    const auto there = forward_at(b, x);
    CHECK(there.log_det(0) == x);
    CHECK(near(there.value(0, 0), std::exp(x)));
    CHECK(std::abs(inverse_at(b, there.value(0, 0)).value(0, 0) - x) <= 1e-14 * std::abs(x) + 1e-15);
  }
  CHECK(forward_at(b, -800).value(0, 0) == 0);
  CHECK(forward_at(b, -800).log_det(0) == -800);
  CHECK(forward_at(b, 800).log_det(0) == 800);
  CHECK(std::isnan(forward_at(b, std::nan("")).value(0, 0)));
}

TEST_CASE("Exp: the boundary and beyond", "[bijectors]") {
  const Exp<> b;
  CHECK(inverse_at(b, 0).value(0, 0) == -infinity);
  CHECK(inverse_at(b, 0).log_det(0) == infinity);
  CHECK(inverse_at(b, infinity).value(0, 0) == infinity);
  CHECK(std::isnan(inverse_at(b, std::nan("")).value(0, 0)));
  CHECK(b.in_image((Batch<double>(1, 5) << -1, 0, 1, infinity, std::nan("")).finished()) == (Row<double>(5) << 0, 0, 1, 0, 0).finished());
  CHECK(b.in_image((Batch<double>(2, 2) << 1, 1, 1, -1).finished()) == (Row<double>(2) << 1, 0).finished());
  CHECK(message_of<DomainError>([&] { b.inverse((Batch<double>(2, 3) << 1, 1, 1, 1, -0.5, 1).finished()); }) ==
        "Exp: y(1, 1) is -0.5, expected in [0, inf]");
  CHECK(says(message_of<DomainError>([&] { b.inverse_value(Batch<double>::Constant(1, 1, -1)); }), "Exp: y(0, 0) is -1"));
  CHECK(message_of<InvalidArgument>([&] { b.forward(Batch<double>(0, 2)); }) == "Exp: number of coordinates is 0, expected at least 1");
  CHECK(b.forward(Batch<double>(2, 0)).value.cols() == 0);
}

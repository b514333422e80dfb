#include "variate/bijectors/tanh.hpp"

#include "bijectors/bijector_checks.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("Tanh: inverse, volume, gradients", "[bijectors]") {
  for (const Index d : {1, 2, 5}) check_on_normals(Tanh<>(), d);
  check_float(Tanh<float>(), Tanh<>(), 3, 1e-4);  // at |x| = 2 a unit in the last place of y is 14 in x
}

TEST_CASE("Tanh: wide range and tails", "[bijectors]") {
  const Tanh<> b;
  for (const double x : {-300.0, -20.0, -1.0, -1e-9, 0.0, 1e-9, 0.3, 0.5, 3.0, 300.0}) {
    INFO("x " << x);
    const auto there = forward_at(b, x);
    CHECK(near(there.value(0, 0), std::tanh(x)));
    CHECK(near(there.log_det(0), std::abs(x) < 1e-4 ? -x * x : -2 * std::log(std::cosh(x)), 1e-13));
    CHECK(near(there.pullback(unit(), no_weight())(0, 0), 1 / (std::cosh(x) * std::cosh(x))));
    if (std::abs(x) > 1) continue;  // near +-1 the image has no digits left for x
    const auto back = inverse_at(b, there.value(0, 0));
    CHECK(near(back.value(0, 0), x));
    CHECK(near(back.log_det(0), -there.log_det(0), 1e-13));
  }
}

TEST_CASE("Tanh: the boundary and beyond", "[bijectors]") {
  const Tanh<> b;
  CHECK(inverse_at(b, -1).value(0, 0) == -infinity);
  CHECK(inverse_at(b, 1).value(0, 0) == infinity);
  CHECK(inverse_at(b, 1).log_det(0) == infinity);
  CHECK(b.in_image((Batch<double>(1, 4) << -1, 0, 1, 2).finished()) == (Row<double>(4) << 0, 1, 0, 0).finished());
  CHECK(message_of<DomainError>([&] { inverse_at(b, -1.5); }) == "Tanh: y(0, 0) is -1.5, expected in [-1, 1]");
}

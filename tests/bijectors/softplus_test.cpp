#include "variate/bijectors/softplus.hpp"

#include "bijectors/bijector_checks.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("Softplus: inverse, volume, gradients", "[bijectors]") {
  for (const Index d : {1, 2, 5}) check_on_normals(Softplus<>(), d);
  check_float(Softplus<float>(), Softplus<>(), 3);
}

TEST_CASE("Softplus: wide range and tails", "[bijectors]") {
  const Softplus<> b;
  for (const double x : {-700.0, -40.0, -1.0, -1e-9, 0.0, 1e-9, 0.5, 3.0, 40.0, 1e10}) {
    INFO("x " << x);
    const auto there = forward_at(b, x);
    CHECK(near(there.value(0, 0), x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x))));
    CHECK(near(there.log_det(0), x < 0 ? x - std::log1p(std::exp(x)) : -std::log1p(std::exp(-x))));
    CHECK(near(there.pullback(unit(), no_weight())(0, 0), x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x))));
    const auto back = inverse_at(b, there.value(0, 0));
    CHECK(std::abs(back.value(0, 0) - x) <= 1e-14 * std::abs(x) + 1e-15);
    CHECK(near(back.log_det(0), -there.log_det(0), 1e-12));  // x eps, in the tail where it is e^-x
  }
}

TEST_CASE("Softplus: the boundary and beyond", "[bijectors]") {
  const Softplus<> b;
  CHECK(inverse_at(b, 0).value(0, 0) == -infinity);
  CHECK(inverse_at(b, 0).log_det(0) == infinity);
  CHECK(inverse_at(b, infinity).value(0, 0) == infinity);
  CHECK(std::isnan(inverse_at(b, std::nan("")).value(0, 0)));
  CHECK(b.in_image((Batch<double>(1, 3) << -1, 0, 1e-300).finished()) == (Row<double>(3) << 0, 0, 1).finished());
  CHECK(message_of<DomainError>([&] { inverse_at(b, -2); }) == "Softplus: y(0, 0) is -2, expected in [0, inf]");
}

#include "variate/bijectors/sigmoid.hpp"

#include "bijectors/bijector_checks.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("Sigmoid: inverse, volume, gradients", "[bijectors]") {
  for (const Index d : {1, 2, 5}) check_on_normals(Sigmoid<>(), d);
  check_float(Sigmoid<float>(), Sigmoid<>(), 3);
}

TEST_CASE("Logit: inverse, volume, gradients", "[bijectors]") {
  const Logit<> b;
  Rng rng(1);
  check_bijector(b, Batch<double>((0.1 + 0.8 * uniforms<double>(rng, 3, 7).array()).matrix()));
  CHECK(message_of<DomainError>([&] { forward_at(b, 1.5); }) == "Sigmoid: y(0, 0) is 1.5, expected in [0, 1]");
  CHECK(b.in_domain((Batch<double>(1, 3) << 0, 0.5, 1).finished()) == (Row<double>(3) << 0, 1, 0).finished());
}

TEST_CASE("Sigmoid: wide range and tails", "[bijectors]") {
  const Sigmoid<> b;
  for (const double x : {-700.0, -40.0, -1.0, -1e-9, 0.0, 1e-9, 2.0, 30.0, 700.0}) {
    INFO("x " << x);
    const auto there = forward_at(b, x);
    const double e = std::exp(-std::abs(x));
    CHECK(near(there.log_det(0), -std::abs(x) - 2 * std::log1p(e)));
    CHECK(near(there.pullback(unit(), no_weight())(0, 0), e / ((1 + e) * (1 + e))));
    CHECK(near(there.pullback(0 * unit(), Row<double>::Ones(1))(0, 0), -std::tanh(x / 2)));
    if (x > 0) continue;  // near 1 the image has no digits left for x
    const auto back = inverse_at(b, there.value(0, 0));
    CHECK(std::abs(back.value(0, 0) - x) <= 1e-14 * std::abs(x) + 1e-15);
    CHECK(near(back.log_det(0), -there.log_det(0)));
  }
  CHECK(forward_at(b, 700).value(0, 0) == 1);
}

TEST_CASE("Sigmoid: the boundary and beyond", "[bijectors]") {
  const Sigmoid<> b;
  CHECK(inverse_at(b, 0).value(0, 0) == -infinity);
  CHECK(inverse_at(b, 1).value(0, 0) == infinity);
  CHECK(inverse_at(b, 0).log_det(0) == infinity);
  CHECK(inverse_at(b, 1).log_det(0) == infinity);
  CHECK(std::isnan(inverse_at(b, std::nan("")).value(0, 0)));
  CHECK(b.in_image((Batch<double>(1, 4) << -1, 0, 0.5, 1).finished()) == (Row<double>(4) << 0, 0, 1, 0).finished());
  CHECK(message_of<DomainError>([&] { inverse_at(b, 1.25); }) == "Sigmoid: y(0, 0) is 1.25, expected in [0, 1]");
}

#include "variate/autodiff/functions.hpp"

#include <limits>

#include "autodiff/model_checks.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("exponentials and logarithms", "[autodiff]") {
  check_double([](const auto& z) { return sum(exp(z)); }, 3);
  check_double([](const auto& z) { return sum(expm1(z)); }, 3);
  check_double([](const auto& z) { return sum(log(z)); }, 3, 0.2, 3);
  check_double([](const auto& z) { return sum(log1p(z)); }, 3, -0.7, 2);
}

TEST_CASE("sigmoids", "[autodiff]") {
  check_double([](const auto& z) { return sum(tanh(z)); }, 3, -2, 2);
  check_double([](const auto& z) { return sum(sigmoid(z)); }, 3, -3, 3);
  check_double([](const auto& z) { return sum(softplus(z)); }, 3, -3, 3);
  check_double([](const auto& z) { return sum(log_sigmoid(z)); }, 2, -3, 3);
}

TEST_CASE("powers and magnitudes", "[autodiff]") {
  check_double([](const auto& z) { return sum(sqrt(z)); }, 3, 0.3, 3);
  check_double([](const auto& z) { return sum(square(z)); }, 3);
  check_double([](const auto& z) { return sum(inverse(z)); }, 3, 0.5, 2);
  check_double([](const auto& z) { return sum(abs(z)) + sum(-z) + sum(+z); }, 3, 0.1, 1);
  check_double([](const auto& z) { return sum(pow(z, 2.5)) + sum(pow(-z, 3)); }, 2, 0.3, 2);
}

TEST_CASE("sine and cosine", "[autodiff]") {
  check_double([](const auto& z) { return sum(sin(z)) + sum(cos(2.0 * z)); }, 3, -3, 3);
}

TEST_CASE("functions in float", "[autodiff]") {
  check_float(
      [](const auto& z) {
        return sum(exp(z) + expm1(z) + log(z) + log1p(z) + tanh(z) + sigmoid(z) + softplus(z) + sqrt(z) + square(z) + inverse(z) +
                   abs(z) + pow(z, 2.5) + sin(z) + cos(z) - z);
      },
      3, 0.3, 2);
}

TEST_CASE("far tails of the sigmoids keep their slopes", "[autodiff]") {
  const Batch<double> x = Batch<double>(column({-700, -40, 40, 700}).transpose());
  Batch<double> g;
  const Row<double> ones = Row<double>::Ones(4);
  const auto soft = differentiable([](const auto& z) { return softplus(z); });
  soft.evaluate(x).pullback(ones, g);
  CHECK(g(0) == Approx(std::exp(-700.0)).epsilon(1e-14));
  CHECK(g(1) == Approx(std::exp(-40.0)).epsilon(1e-14));
  CHECK(g(2) == 1);
  const auto logistic = differentiable([](const auto& z) { return sigmoid(z); });
  logistic.evaluate(x).pullback(ones, g);
  CHECK(g(1) == Approx(std::exp(-40.0)).epsilon(1e-14));
  CHECK(g(2) == Approx(std::exp(-40.0)).epsilon(1e-14));
  CHECK(g(3) == Approx(std::exp(-700.0)).epsilon(1e-14));
}

TEST_CASE("slopes at the kinks", "[autodiff]") {
  const Batch<double> x = Batch<double>(column({-2, 0, 2}).transpose());
  Batch<double> g;
  const auto f = differentiable([](const auto& z) { return abs(z); });
  f.evaluate(x).pullback(Row<double>::Ones(3), g);
  CHECK(g == Batch<double>(column({-1, 0, 1}).transpose()));
  const auto p = differentiable([](const auto& z) { return pow(z, 1) + pow(z, 2); });
  p.evaluate(x).pullback(Row<double>::Ones(3), g);
  CHECK(g == Batch<double>(column({-3, 1, 5}).transpose()));
}

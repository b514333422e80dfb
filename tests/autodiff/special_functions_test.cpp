#include "variate/autodiff/special_functions.hpp"

#include "autodiff/model_checks.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("the error function and the normal distribution function", "[autodiff]") {
  check_double([](const auto& z) { return sum(erf(z)); }, 3, -2, 2);
  check_double([](const auto& z) { return sum(normal_cdf(z)); }, 3, -2, 2);
  check_double([](const auto& z) { return sum(log_normal_cdf(z)); }, 3, -4, 2);
}

TEST_CASE("the log gamma function", "[autodiff]") {
  check_double([](const auto& z) { return sum(lgamma(z)); }, 3, 0.5, 4);
}

TEST_CASE("special functions of float", "[autodiff]") {
  const auto f = differentiable([](const auto& z) { return sum(erf(z) + normal_cdf(z) + log_normal_cdf(z) + lgamma(z)); });
  const Batch<double> x = scattered(2, 19, 0.5, 3);
  Batch<double> wide;
  Batch<float> g;
  f.evaluate(x).pullback(Row<double>::Ones(19), wide);
  f.evaluate(Batch<float>(x.cast<float>())).pullback(Row<float>::Ones(19), g);
  CHECK(difference(g.cast<double>(), wide) < 1e-5);
}

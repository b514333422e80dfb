#include "variate/networks/activation.hpp"

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "variate/autodiff/differentiable.hpp"

using namespace variate;

namespace {
template <Activation a>
struct Sum {
  auto operator()(const auto& z) const { return sum(activate<a>(z)); }
};
template <Activation a, class T, class F>
void check(F expected, T tolerance) {
  const auto f = differentiable(Sum<a>{});
  const Batch<T> x{{T(-3), T(-0.4), T(0.7), T(2.5), T(30)}};
  const auto e = f.evaluate(x);
  Batch<T> g;
  e.pullback(Row<T>::Ones(5), g);
  const auto curve = f.hessian_vector_product(x, Batch<T>(Batch<T>::Ones(1, 5)), Row<T>(Row<T>::Ones(5)));
  for (Index c = 0; c < 5; ++c) {
    const double h = 1e-4, at = static_cast<double>(x(0, c));
    CHECK(std::abs(static_cast<double>(e.value(c)) - expected(at)) < static_cast<double>(tolerance) * 31);
    CHECK(std::abs(static_cast<double>(g(0, c)) - (expected(at + h) - expected(at - h)) / (2 * h)) < 1e-6);
    const double second = (expected(at + h) - 2 * expected(at) + expected(at - h)) / (h * h);
    CHECK(std::abs(static_cast<double>(curve.product(0, c)) - second) < 2e-6);
  }
}
template <class T>
void check_all(T tolerance) {
  check<Activation::identity, T>([](double x) { return x; }, tolerance);
  check<Activation::tanh, T>([](double x) { return std::tanh(x); }, tolerance);
  check<Activation::relu, T>([](double x) { return x > 0 ? x : 0; }, tolerance);
  check<Activation::leaky_relu, T>([](double x) { return x > 0 ? x : 0.01 * x; }, tolerance);
  check<Activation::softplus, T>([](double x) { return std::log1p(std::exp(x)); }, tolerance);
  check<Activation::sigmoid, T>([](double x) { return 1 / (1 + std::exp(-x)); }, tolerance);
}
}  // namespace

TEST_CASE("activations, their slopes and curvatures", "[networks]") {
  check_all<double>(1e-15);
  check_all<float>(1e-7f);
}

TEST_CASE("relus at their kink, and NaN stays", "[networks]") {
  const auto relu = differentiable(Sum<Activation::relu>{});
  const auto leaky = differentiable(Sum<Activation::leaky_relu>{});
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  const Batch<double> x{{0.0, -inf, nan}};
  const auto e = relu.evaluate(x), l = leaky.evaluate(x);
  Batch<double> g;
  e.pullback(Row<double>::Ones(3), g);
  CHECK(g(0, 0) == 0);
  CHECK(e.value(1) == 0);
  CHECK(std::isnan(e.value(2)));
  l.pullback(Row<double>::Ones(3), g);
  CHECK(g(0, 0) == 0.01);
  CHECK(std::isnan(l.value(2)));
}

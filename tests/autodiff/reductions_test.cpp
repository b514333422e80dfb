#include "variate/autodiff/reductions.hpp"

#include <limits>

#include "autodiff/model_checks.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("sums over rows and means", "[autodiff]") {
  check_model([](const auto& z) { return sum(z) + mean(exp(z)) + mean(square(z)); }, 5);
  check_double([](const auto& z) { return sum(exp(z)); }, 1);
}

TEST_CASE("sums over columns are one column for all samples", "[autodiff]") {
  // of parameters: value and pullback against closed forms
  const Vector<double> theta = scattered(6, 1);
  const auto f =
      differentiable([](const auto& z, const auto& t) { return sum(sum_columns(exp(reshape(t, 0, 2, 3))) * z); }, theta);
  const Batch<double> x = scattered(1, 3);
  const Row<double> w = scattered(1, 3, 1, 2);
  const auto e = f.evaluate(x);
  Batch<double> g;
  const Vector<double> p = e.pullback(w, g);
  const double total = theta.array().exp().sum();
  CHECK(difference(e.value, Row<double>(total * x)) < 1e-14);
  CHECK(difference(g, Batch<double>(total * w)) < 1e-14);
  CHECK(difference(p, Vector<double>(theta.array().exp() * w.dot(x.row(0)))) < 1e-14);
}

TEST_CASE("dot products", "[autodiff]") {
  const Vector<double> a = scattered(4, 1);
  check_model([](const auto& z) { return dot(z, tanh(z)); }, 4);
  check_double([a](const auto& z) { return dot(a, z) * dot(z, a); }, 4);
}

TEST_CASE("log-sum-exp", "[autodiff]") {
  check_model([](const auto& z) { return log_sum_exp(3 * z); }, 5);
  const auto f = differentiable([](const auto& z) { return log_sum_exp(z); });
  constexpr double inf = std::numeric_limits<double>::infinity();
  const Batch<double> x = Batch<double>(column({1000, -1000, -inf, -inf, 1001, -1001, 3, -inf}).reshaped<Eigen::RowMajor>(2, 4));
  const auto e = f.evaluate(x);
  CHECK(e.value[0] == Approx(1001 + std::log1p(std::exp(-1.0))).epsilon(1e-15));
  CHECK(e.value[1] == Approx(-1000 + std::log1p(std::exp(-1.0))).epsilon(1e-15));
  CHECK(e.value[2] == 3);
  CHECK(e.value[3] == -inf);
  Batch<double> g;
  e.pullback(Row<double>::Ones(4), g);
  CHECK(g(0, 0) == Approx(1 / (1 + std::exp(1.0))).epsilon(1e-14));
  CHECK(g(1, 1) == Approx(1 / (1 + std::exp(1.0))).epsilon(1e-14));
  CHECK(g(0, 2) == 0);
  CHECK(g(1, 2) == 1);
}

TEST_CASE("long sums of one column are taken in many lanes and are right", "[autodiff]") {
  const auto f = differentiable([](const auto& z) { return sum(square(z)); });
  for (const Index d : {1, 2, 7, 8, 9, 1000}) {
    const Batch<double> x = scattered(d, 1);
    Batch<double> g;
    const auto e = f.evaluate(x);
    e.pullback(Row<double>::Constant(1, 3.0), g);
    CHECK(e.value[0] == Approx(x.squaredNorm()).epsilon(1e-14));
    CHECK(difference(g, 6 * x) < 1e-15);
  }
}

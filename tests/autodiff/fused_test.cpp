#include "variate/autodiff/fused.hpp"

#include <limits>

#include "autodiff/model_checks.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
template <class A, class B>
void check_equal(const A& fused, const B& apart, Index d) {
  const auto f = differentiable(fused);
  const auto h = differentiable(apart);
  for (const Index s : {1, 2, 5, 8, 19}) {
    CAPTURE(s);
    const Batch<double> x = scattered(d, s), v = scattered(d, s, -1, 1, 2);
    const Row<double> w = scattered(1, s, 0.5, 2);
    const auto e = f.evaluate(x), o = h.evaluate(x);
    CHECK(difference(e.value, o.value) < 1e-14);
    Batch<double> g, k;
    e.pullback(w, g);
    o.pullback(w, k);
    CHECK(difference(g, k) < 1e-14);
    CHECK(difference(f.hessian_vector_product(x, v, w).product, h.hessian_vector_product(x, v, w).product) < 1e-13);
  }
}
}  // namespace

TEST_CASE("a fused node equals its operations one by one", "[autodiff]") {
  check_equal([](const auto& z) { return sum(tanh(z * z[0]) / (1 + exp(-z)) + square(z) * z); },
              [](const auto& z) {
                const auto a = evaluated(tanh(evaluated(z * z[0])));
                const auto b = evaluated(1 + evaluated(exp(evaluated(-z))));
                return evaluated(sum(evaluated(evaluated(a / b) + evaluated(evaluated(square(z)) * z))));
              },
              3);
  check_equal([](const auto& z) { return sum((z - z[1]) * (z + 2) / (square(z) + 1)); },
              [](const auto& z) {
                const auto a = evaluated(evaluated(z - z[1]) * evaluated(z + 2));
                return sum(evaluated(a / evaluated(evaluated(square(z)) + 1)));
              },
              3);
}

TEST_CASE("a column that is not finite does not spoil the others", "[autodiff]") {
  constexpr double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  const Batch<double> a = scattered(6, 4);
  const Vector<double> b = scattered(4, 1);
  const auto f = differentiable([a, b](const auto& z) {
    return -sum(softplus(a * z)) + sum(exp(z) * z[0] + b * z) + log_sum_exp(stack(z, z[1] * z)) - sum(square(z));
  });
  for (const Index s : {2, 8, 9, 20}) {
    CAPTURE(s);
    const Batch<double> good = scattered(4, s);
    const Row<double> w = Row<double>::Ones(s);
    Batch<double> g, h;
    const auto clean = f.evaluate(good);
    clean.pullback(w, g);
    for (const double bad : {nan, inf, -inf}) {
      Batch<double> x = good;
      x(2, s - 1) = bad;
      const auto e = f.evaluate(x);
      CHECK(e.value.head(s - 1) == clean.value.head(s - 1));
      e.pullback(w, h);
      CHECK(h.leftCols(s - 1) == g.leftCols(s - 1));
      CHECK(!h.col(s - 1).allFinite());
      const auto second = f.hessian_vector_product(x, Batch<double>(Batch<double>::Ones(4, s)), w);
      CHECK(second.product.leftCols(s - 1).allFinite());
    }
    // weights that are not finite stay in their column as well
    Row<double> weights = w;
    weights[0] = nan;
    clean.pullback(weights, h);
    CHECK(h.rightCols(s - 1) == g.rightCols(s - 1));
  }
}

TEST_CASE("an expression is evaluated once where asked", "[autodiff]") {
  check_double(
      [](const auto& z) {
        const auto h = evaluated(tanh(z));
        return sum(h * h) + sum(exp(h)) + h[0];
      },
      3);
}

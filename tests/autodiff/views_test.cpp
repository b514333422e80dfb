#include "variate/autodiff/views.hpp"

#include "autodiff/model_checks.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("rows, single rows and stacks", "[autodiff]") {
  check_model([](const auto& z) { return sum(exp(rows(z, 1, 2))) * z[0] + row(z, 3) + sum(square(z)); }, 4);
  check_double([](const auto& z) { return sum(tanh(stack(z[1], 2 * z, exp(z[0])) + 1)); }, 2);
  check_double([](const auto& z) { return row(rows(exp(z), 1, 2), 1) * z[0]; }, 3);  // a view of a view of a result
  check_double([](const auto& z) { return z[0]; }, 2);
}

TEST_CASE("parameters are cut out of a flat vector", "[autodiff]") {
  const Vector<double> theta = scattered(7, 1);
  const auto f =
      differentiable([](const auto& z, const auto& t) { return sum(reshape(t, 0, 2, 2) * z) + t[4] * z[0] + t[5]; }, theta);
  const Batch<double> x = scattered(2, 3);
  const Row<double> w = Row<double>(column({1, 2, 3}).transpose());
  const auto e = f.evaluate(x);
  const Row<double> expected = (theta[0] + theta[2]) * x.row(0) + (theta[1] + theta[3]) * x.row(1) + theta[4] * x.row(0) +
                               Row<double>::Constant(3, theta[5]);
  CHECK(difference(e.value, expected) < 1e-15);
  const Vector<double> p = e.pullback(w);
  const double a = x.row(0).dot(w), b = x.row(1).dot(w);
  CHECK(difference(p, column({a, b, a, b, a, 6, 0})) < 1e-15);
}

TEST_CASE("parts that are not there are refused", "[autodiff]") {
  const Batch<double> x = scattered(3, 2);
  const auto complaint = [&](const auto& model) -> std::string {
    const auto f = differentiable(model, Vector<double>(scattered(4, 1)));
    try {
      f.evaluate(x);
    } catch (const ShapeError& e) {
      return e.what();
    }
    return {};
  };
  CHECK(complaint([](const auto& z, const auto&) { return sum(rows(z, 2, 2)); }) ==
        "rows: asked for 2 from 2, the batch is 3 x 2");
  CHECK(complaint([](const auto& z, const auto&) { return z[3]; }) == "operator[]: row is 3, expected 0 to 2");
  CHECK(complaint([](const auto& z, const auto& t) { return sum(z) * t[4]; }) == "operator[]: index is 4, expected 0 to 3");
  CHECK(complaint([](const auto& z, const auto& t) { return sum(reshape(t, 1, 2, 2) * z); }) ==
        "reshape: asked for 2 x 2 from 1, there are 4 numbers");
  CHECK(says(complaint([](const auto& z, const auto& t) { return sum(stack(z, t)); }),
             "stack: shapes are 3 x 2 and 4 x 1, expected equal columns"));
}

namespace {
/// Parts of a vector that cover it, one of them in use or not, and the whole vector before and after them.
struct Tiles {
  bool all, first, last, twice;
  auto operator()(const auto& z, const auto& t) const {
    const auto whole = [&] { return evaluated(sum(square(t)) * row(z, 0)); };
    auto value = evaluated(0 * row(z, 1));
    if (first) value = evaluated(value + whole());
    const auto w = reshape(t, 0, 1, 2), b = reshape(t, 2, 1, 1), c = reshape(t, 3, 1, 2);
    value = evaluated(value + exp(w * z + b));
    if (all) value = evaluated(value + sin(c * z));
    if (twice) value = evaluated(value + reshape(t, 1, 1, 2) * z);
    if (last) value = evaluated(value + whole());
    return value;
  }
};
}  // namespace

TEST_CASE("views that cover a vector add up with whatever else uses it", "[autodiff]") {
  const Batch<double> x = scattered(2, 5);
  const Row<double> w = scattered(1, 5, 0.5, 2);
  const Vector<double> theta = scattered(5, 1);
  for (int uses = 0; uses < 16; ++uses) {
    CAPTURE(uses);
    const Tiles model{(uses & 1) != 0, (uses & 2) != 0, (uses & 4) != 0, (uses & 8) != 0};
    const auto f = differentiable(model, theta);
    const auto e = f.evaluate(x);
    Batch<double> g;
    const Vector<double> slope = e.pullback(w, g), again = e.pullback(w);
    CHECK(slope == again);
    e.slopes(w, g);
    CHECK(slope == e.pullback(w, g));
    Vector<double> expected(5);
    for (Index i = 0; i < 5; ++i) {
      const double h = 1e-6;
      const auto at = [&](double step) {
        Vector<double> moved = theta;
        moved(i) += step;
        return differentiable(model, moved)(x).dot(w);
      };
      expected(i) = (at(h) - at(-h)) / (2 * h);
    }
    CHECK(difference(slope, expected) < 1e-8);
    const auto second = f.hessian_vector_product(x, Batch<double>::Ones(2, 5).eval(), w);
    CHECK(difference(second.params, slope) < 1e-13);
  }
}

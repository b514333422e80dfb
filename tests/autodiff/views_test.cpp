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

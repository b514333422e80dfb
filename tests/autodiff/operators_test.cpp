#include "variate/autodiff/operators.hpp"

#include "autodiff/model_checks.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("arithmetic between samples", "[autodiff]") {
  check_double([](const auto& z) { return sum(z + square(z) - exp(z)); }, 3);
  check_double([](const auto& z) { return z[0] * z[1] / z[2]; }, 3, 0.5, 2);
  check_double([](const auto& z) { return sum(cwise_product(z, tanh(z)) / (1 + square(z))); }, 3);
}

TEST_CASE("numbers on either side", "[autodiff]") {
  check_double([](const auto& z) { return sum(2 * z + 1 - (3 - z) * 0.5 + 1 / (z + 3) + z / 4); }, 3);
}

TEST_CASE("rows, columns and numbers are broadcast", "[autodiff]") {
  // a 1 x S row with d x S, from either side, with and without a transcendental function in the node
  check_double([](const auto& z) { return sum(z[0] * z + z / (z[1] + 3)); }, 3);
  check_double([](const auto& z) { return sum(exp(z[0] * z) - tanh(z - z[2])); }, 3);
  // a column of constants, and samples made d x S by it
  const Vector<double> a = scattered(3, 1);
  check_double([a](const auto& z) { return sum(a * z + (z - a) / (a + (2.0 + z))); }, 3);
  check_double([a](const auto& z) { return sum(exp(a * z[0]) + a); }, 2);
  check_double([a](const auto& z) { return sum(square(a + z[0] * 2) * 0.5); }, 2);
}

TEST_CASE("one variable several times in a node", "[autodiff]") {
  check_double([](const auto& z) { return sum(cwise_product(cwise_product(z, z), exp(z)) + z); }, 3);
  check_double([](const auto& z) { return sum(exp(z) * z[0] + exp(z[0]) * z[0]); }, 2);
}

TEST_CASE("the larger and the smaller", "[autodiff]") {
  check_double([](const auto& z) { return sum(maximum(z, 0.1) + minimum(square(z), z[0])); }, 3);
}

TEST_CASE("the operators in float", "[autodiff]") {
  check_float([](const auto& z) { return sum((2 * z + z[0] * z - 1) / (z[1] + 3) + maximum(z, 0.1) - minimum(z, z[2])); }, 3);
  check_float([](const auto& z) { return sum(exp(z[0] * z) - cwise_product(z, z) / (3 - z)); }, 3);
}

TEST_CASE("Eigen operands of any kind", "[autodiff]") {
  const Batch<double> rows = scattered(4, 3);
  const Eigen::MatrixXd columns = rows;
  const Vector<double> v = scattered(4, 1, 1, 2);
  const Batch<double> x = scattered(3, 5);
  const Row<double> w = Row<double>::Ones(5);
  const auto gradient_of = [&](const auto& model) {
    Batch<double> g;
    const auto f = differentiable(model);
    f.evaluate(x).pullback(w, g);
    return g;
  };
  const Batch<double> expected = gradient_of([rows, v](const auto& z) { return sum(v * exp(rows * z)); });
  CHECK(difference(expected, differences(differentiable([rows, v](const auto& z) { return sum(v * exp(rows * z)); }), x, w)) <
        1e-8);
  CHECK(difference(gradient_of([&](const auto& z) { return sum(constant(v) * exp(constant(rows) * z)); }), expected) < 1e-14);
  CHECK(difference(gradient_of([&](const auto& z) { return sum(v * exp(constant(columns) * z)); }), expected) < 1e-14);
  CHECK(difference(gradient_of([columns, v](const auto& z) { return sum(v * exp(columns * z)); }), expected) < 1e-14);
  // temporaries, Eigen expressions and local matrices are copied onto the tape
  CHECK(difference(gradient_of([&](const auto& z) {
                     Batch<double> local = 2 * rows;
                     Vector<double> weights = v;
                     auto value = sum(weights * exp((0.5 * local) * z));
                     local.setZero();
                     weights.setZero();
                     return value;
                   }),
                   expected) < 1e-14);
  CHECK(difference(gradient_of([&](const auto& z) { return sum(v.array() * exp(Batch<double>(rows) * z)); }), expected) < 1e-14);
  // a column-major constant coefficient by coefficient
  const Eigen::MatrixXd table = scattered(3, 5);
  check_double([&](const auto& z) { return sum(square(z)); }, 3);
  const Batch<double> g = gradient_of([&](const auto& z) { return sum(cwise_product(constant(table), z)); });
  CHECK(difference(g, Batch<double>(table)) == 0);
  CHECK(difference(gradient_of([&](const auto& z) { return sum(cwise_product(z, table) + table); }), Batch<double>(table)) == 0);
}

TEST_CASE("shapes that do not fit are named", "[autodiff]") {
  const auto complaint = [](const auto& model, Index d, Index s) -> std::string {
    const auto f = differentiable(model);
    try {
      f.evaluate(scattered(d, s));
    } catch (const ShapeError& e) {
      return e.what();
    }
    return {};
  };
  const Batch<double> a = scattered(4, 3);
  const Vector<double> b = scattered(2, 1);
  CHECK(complaint([a](const auto& z) { return sum(a * z); }, 5, 2) ==
        "matrix product: shapes are 4 x 3 and 5 x 2, expected as many columns on the left as rows on the right");
  CHECK(complaint([b](const auto& z) { return sum(z + b); }, 3, 4) ==
        "operator+: shapes are 3 x 4 and 2 x 1, expected equal rows and columns, or 1");
  CHECK(says(complaint([b](const auto& z) { return sum(z - b); }, 3, 4), "operator-: shapes are 3 x 4 and 2 x 1"));
  CHECK(says(complaint([b](const auto& z) { return sum(z / b); }, 3, 4), "operator/: shapes are 3 x 4 and 2 x 1"));
  CHECK(says(complaint([b](const auto& z) { return sum(b * z); }, 3, 4), "coefficient-wise product: shapes are 2 x 1 and 3 x 4"));
  CHECK(says(complaint([b](const auto& z) { return sum(maximum(b, z)); }, 3, 4), "maximum: shapes are 2 x 1 and 3 x 4"));
  CHECK(complaint([](const auto& z) { return exp(z); }, 3, 4) ==
        "model's result: shapes are 3 x 4 and 1 x 4, expected one row with a number for each column, as sum(...) gives");
  CHECK(complaint([](const auto& z) { return sum(exp(z)); }, 3, 4).empty());
}

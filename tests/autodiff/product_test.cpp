#include "variate/autodiff/product.hpp"

#include "autodiff/model_checks.hpp"
#include "variate/autodiff/detail/multiply.hpp"
#include "variate/autodiff/detail/transpose.hpp"

using namespace variate;
using namespace variate_tests;

TEMPLATE_TEST_CASE("the matrix kernel agrees with Eigen's on every shape", "[autodiff]", float, double) {
  using T = TestType;
  const double tolerance = sizeof(T) == 8 ? 1e-12 : 1e-4;
  for (const Index m : {1, 2, 3, 5, 8, 13, 31, 130})
    for (const Index k : {0, 1, 2, 7, 8, 31, 300})
      for (const Index n : {1, 2, 4, 7, 8, 9, 16, 19, 33, 70}) {
        CAPTURE(m, k, n);
        const Batch<T> a = scattered<T>(m, k), b = scattered<T>(k, n), start = scattered<T>(m, n, -1, 1, 5);
        const Batch<T> turned = a.transpose();
        Batch<T> expected = start;
        if (k > 0) expected += a.lazyProduct(b);  // Eigen offsets null pointers where nothing is summed
        Batch<T> c = start;
        detail::multiply<T>(c.data(), {a.data(), k, 1}, b.data(), m, k, n);
        const double plain = difference(c, expected);
        c = start;
        detail::multiply<T>(c.data(), {turned.data(), 1, m}, b.data(), m, k, n);
        const Vector<T> column = scattered<T>(m, 1, -1, 1, 7);
        const Batch<T> onto_column = (expected - start).colwise() + column;
        Batch<T> on_column = start;
        detail::multiply<T>(on_column.data(), {a.data(), k, 1}, b.data(), m, k, n, false, column.data());
        if (plain > tolerance || difference(c, expected) > tolerance || difference(on_column, onto_column) > tolerance) {
          CHECK(plain <= tolerance);
          CHECK(difference(c, expected) <= tolerance);
          CHECK(difference(on_column, onto_column) <= tolerance);
        }
      }
  SUCCEED("all shapes");
}

TEMPLATE_TEST_CASE("few columns, masked or number by number, agree with Eigen's product", "[autodiff]", float, double) {
  using T = TestType;
  using Wide = math::Lanes<T, 8, math::Backing::plain>;  // wider registers than the processor has are refused
  const double tolerance = sizeof(T) == 8 ? 1e-13 : 1e-5;
  for (const Index m : {1, 2, 4, 5, 11, 16})
    for (const Index k : {1, 2, 3, 10})
      for (const Index n : {1, 2, 3, 7}) {
        CAPTURE(m, k, n);
        const Batch<T> a = scattered<T>(m, k), b = scattered<T>(k, n), start = scattered<T>(m, n, -1, 1, 5);
        const Batch<T> turned = a.transpose(), b_turned = b.transpose(), product = a.lazyProduct(b);
        const Vector<T> column = scattered<T>(m, 1, -1, 1, 7);
        const auto close = [&](const Batch<T>& c, const Batch<T>& expected) { CHECK(difference(c, expected) <= tolerance); };
        for (const bool add : {false, true}) {
          const Batch<T> expected = add ? Batch<T>(start + product) : product;
          Batch<T> c = start;
          detail::multiply_few<T>(c.data(), {a.data(), k, 1}, b.data(), m, k, n, {add});
          close(c, expected);
          c = start;
          detail::multiply_thin<Wide, T>(c.data(), {turned.data(), 1, m}, b.data(), m, k, n, {add});
          close(c, expected);
          c = start;
          detail::multiply_few_turned<T>(c.data(), a.data(), b_turned.data(), m, k, n, add);
          close(c, expected);
        }
        Batch<T> c = start;
        detail::multiply_few<T>(c.data(), {turned.data(), 1, m}, b.data(), m, k, n, {false, column.data()});
        close(c, product.colwise() + column);
        detail::multiply_thin<Wide, T>(c.data(), {a.data(), k, 1}, b.data(), m, k, n, {false, column.data()});
        close(c, product.colwise() + column);
        Vector<T> sums = column;
        detail::add_row_sums(sums.data(), start.data(), m, n);
        close(sums, column + start.rowwise().sum());
      }
}

TEMPLATE_TEST_CASE("the transpose of every shape", "[autodiff]", float, double) {
  using T = TestType;
  for (const Index rows : {0, 1, 3, 4, 7, 8, 12, 17, 37})
    for (const Index cols : {0, 1, 2, 4, 5, 8, 15, 16, 18, 21, 40}) {
      CAPTURE(rows, cols);
      const Batch<T> a = scattered<T>(rows, cols);
      Batch<T> turned = Batch<T>::Constant(cols, rows, T(9));
      detail::transpose(turned.data(), a.data(), rows, cols);
      CHECK(turned == a.transpose());
    }
}

TEST_CASE("constants times samples", "[autodiff]") {
  const Batch<double> a = scattered(7, 3);
  const Eigen::MatrixXd b = scattered(5, 7);
  check_double([a, b](const auto& z) { return sum(square(b * tanh(a * z))); }, 3);
  const Row<double> r = scattered(1, 3);
  check_double([r](const auto& z) { return r * exp(z); }, 3);
}

TEST_CASE("a column vector times one row of samples is their outer product", "[autodiff]") {
  const Vector<double> v = scattered(4, 1);
  check_double([v](const auto& z) { return sum(exp(v * z[0] + z[1])); }, 2);
}

TEST_CASE("parameters times samples, times data, times parameters", "[autodiff]") {
  const Batch<double> data = scattered(3, 4);
  const Eigen::MatrixXd columns = scattered(3, 4);
  const auto f = differentiable(
      [data, columns](const auto& z, const auto& t) {
        const auto w = reshape(t, 0, 2, 3);
        return sum(tanh(w * z)) + sum(sum_columns(square(w * data + w * columns))) * z[0] +
               sum(sum_columns(w * reshape(t, 6, 3, 2)));
      },
      Vector<double>(scattered(12, 1)));
  for (const Index s : {1, 3, 9}) {
    const Batch<double> x = scattered(3, s);
    const Row<double> w = scattered(1, s, 0.5, 2);
    Batch<double> g;
    const Vector<double> p = f.evaluate(x).pullback(w, g);
    CHECK(difference(g, differences(f, x, w)) < 1e-8);
    Vector<double> expected(12);
    for (Index i = 0; i < 12; ++i) {
      auto moved = f;
      Vector<double> t = f.params();
      t[i] += 1e-5;
      moved.set_params(t);
      const double up = moved(x).dot(w);
      t[i] -= 2e-5;
      moved.set_params(t);
      expected[i] = (up - moved(x).dot(w)) / 2e-5;
    }
    CHECK(difference(p, expected) < 1e-8);
    CHECK(difference(f.evaluate(x).pullback(w), p) == 0);
    const Batch<double> v = scattered(3, s, -1, 1, 4);
    Batch<double> up, down;
    f.evaluate(Batch<double>(x + 1e-5 * v)).pullback(w, up);
    f.evaluate(Batch<double>(x - 1e-5 * v)).pullback(w, down);
    CHECK(difference(f.hessian_vector_product(x, v, w).product, (up - down) / 2e-5) < 1e-8);
  }
}

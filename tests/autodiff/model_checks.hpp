#pragma once
/// Checks of a model's derivatives against central differences, for several numbers of columns, and of float against double.
#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "support/catch.hpp"
#include "variate/autodiff/differentiable.hpp"

namespace variate_tests {

using variate::Batch;
using variate::Index;
using variate::Row;
using variate::Vector;

/// Numbers without pattern in (low, high).
template <class T = double>
Batch<T> scattered(Index rows, Index cols, double low = -1, double high = 1, double seed = 0) {
  Batch<T> x(rows, cols);
  for (Index i = 0; i < rows; ++i)
    for (Index c = 0; c < cols; ++c) {
      const double u = 0.5 + 0.5 * std::sin(12.9898 * static_cast<double>(i + 1) + 78.233 * static_cast<double>(c + 1) + seed);
      x(i, c) = static_cast<T>(low + (high - low) * u);
    }
  return x;
}

/// A column of given numbers (g++ 12 warns of Eigen's comma initialiser).
inline Vector<double> column(std::initializer_list<double> numbers) {
  return Eigen::Map<const Vector<double>>(numbers.begin(), static_cast<Index>(numbers.size()));
}

/// Largest |a - b|, relative to the larger of 1 and the largest |b|.
template <class A, class B>
double difference(const A& a, const B& b) {
  if (a.size() == 0) return 0;
  return static_cast<double>((a - b).cwiseAbs().maxCoeff()) / std::max(1.0, static_cast<double>(b.cwiseAbs().maxCoeff()));
}

/// w_c dvalue_c/dx_c by central differences of the values; truncation and rounding are both about 1e-10 at this step.
template <class F>
Batch<double> differences(const F& f, const Batch<double>& x, const Row<double>& w, double h = 1e-5) {
  Batch<double> g(x.rows(), x.cols());
  for (Index i = 0; i < x.rows(); ++i) {
    Batch<double> up = x, down = x;
    up.row(i).array() += h;
    down.row(i).array() -= h;
    g.row(i) = (f(up) - f(down)).cwiseProduct(w) / (2 * h);
  }
  return g;
}

/// Gradient and Hessian-vector product of `model` at d x S points between low and high, S = 1, 3, 8, 17.
template <class Model>
void check_double(const Model& model, Index d, double low = -1, double high = 1) {
  const auto f = variate::differentiable(model);
  for (const Index s : {1, 3, 8, 17}) {
    CAPTURE(s);
    const Batch<double> x = scattered(d, s, low, high), v = scattered(d, s, -1, 1, 2);
    const Row<double> w = scattered(1, s, 0.5, 2, 3);
    const auto e = f.evaluate(x);
    CHECK(difference(e.value, f(x)) == 0);
    Batch<double> g, again;
    CHECK(e.pullback(w, g).size() == 0);
    CHECK(difference(g, differences(f, x, w)) < 1e-8);
    e.pullback(w, again);
    CHECK(difference(again, g) == 0);

    const auto second = f.hessian_vector_product(x, v, w);
    CHECK(difference(second.value, e.value) < 1e-14);
    CHECK(difference(second.gradient, g) < 1e-13);
    CHECK(difference(second.slope.cwiseProduct(w), g.cwiseProduct(v).colwise().sum()) < 1e-13);
    Batch<double> up, down;
    const double h = 1e-5;
    f.evaluate(Batch<double>(x + h * v)).pullback(w, up);
    f.evaluate(Batch<double>(x - h * v)).pullback(w, down);
    CHECK(difference(second.product, (up - down) / (2 * h)) < 1e-8);
  }
}

/// Values and gradients in float against double: the model must take either.
template <class Model>
void check_float(const Model& model, Index d, double low = -1, double high = 1) {
  const auto f = variate::differentiable(model);
  for (const Index s : {1, 5, 16, 21}) {
    CAPTURE(s);
    const Batch<float> x = scattered<float>(d, s, low, high);
    const Row<float> w = scattered<float>(1, s, 0.5, 2, 3);
    Batch<float> g;
    Batch<double> wide;
    const auto e = f.evaluate(x);
    e.pullback(w, g);
    const auto exact = f.evaluate(Batch<double>(x.template cast<double>()));
    exact.pullback(w.template cast<double>(), wide);
    CHECK(difference(e.value.template cast<double>(), exact.value) < 1e-5);
    CHECK(difference(g.template cast<double>(), wide) < 1e-5);
  }
}

/// Both.
template <class Model>
void check_model(const Model& model, Index d, double low = -1, double high = 1) {
  check_double(model, d, low, high);
  check_float(model, d, low, high);
}

}  // namespace variate_tests

#pragma once
/// Checks of a model's derivatives against central differences, for several numbers of columns, and of float against double.
#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <type_traits>

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

/// What the checks ask of a model, by pointers: so they are compiled once, in model_checks.cpp, and not for every model again.
struct CheckedModel {
  struct Gradient {
    Row<double> value;
    Batch<double> g, again;  ///< of one evaluation, pulled back twice
    Index params;
  };
  struct Second {
    Row<double> value, slope;
    Batch<double> gradient, product;
  };
  const void* f;
  Row<double> (*values)(const void* f, const Batch<double>& x);
  Gradient (*gradient)(const void* f, const Batch<double>& x, const Row<double>& w);
  Second (*second)(const void* f, const Batch<double>& x, const Batch<double>& v, const Row<double>& w);
};
struct CheckedFloat {
  struct Gradient {
    Row<float> value;
    Batch<float> g;
  };
  const void* f;
  Gradient (*gradient)(const void* f, const Batch<float>& x, const Row<float>& w);
  CheckedModel::Gradient (*wide)(const void* f, const Batch<double>& x, const Row<double>& w);
};
void check_derivatives(const CheckedModel& model, Index d, double low, double high);
void check_precision(const CheckedFloat& model, Index d, double low, double high);

template <class F>
CheckedModel::Gradient gradient_of(const void* f, const Batch<double>& x, const Row<double>& w) {
  const auto e = static_cast<const F*>(f)->evaluate(x);
  CheckedModel::Gradient all{e.value, {}, {}, 0};
  all.params = e.pullback(w, all.g).size();
  e.pullback(w, all.again);
  return all;
}

/// Gradient and Hessian-vector product of `model` at d x S points between low and high, S = 1, 3, 8, 17.
template <class Model>
void check_double(const Model& model, Index d, double low = -1, double high = 1) {
  const auto f = variate::differentiable(model);
  using F = std::remove_const_t<decltype(f)>;
  check_derivatives({&f, [](const void* g, const Batch<double>& x) { return (*static_cast<const F*>(g))(x); }, gradient_of<F>,
                     [](const void* g, const Batch<double>& x, const Batch<double>& v, const Row<double>& w) {
                       auto second = static_cast<const F*>(g)->hessian_vector_product(x, v, w);
                       return CheckedModel::Second{second.value, second.slope, second.gradient, second.product};
                     }},
                    d, low, high);
}

/// Values and gradients in float against double: the model must take either.
template <class Model>
void check_float(const Model& model, Index d, double low = -1, double high = 1) {
  const auto f = variate::differentiable(model);
  using F = std::remove_const_t<decltype(f)>;
  check_precision({&f,
                   [](const void* g, const Batch<float>& x, const Row<float>& w) {
                     const auto e = static_cast<const F*>(g)->evaluate(x);
                     CheckedFloat::Gradient all{e.value, {}};
                     e.pullback(w, all.g);
                     return all;
                   },
                   gradient_of<F>},
                  d, low, high);
}

/// Both.
template <class Model>
void check_model(const Model& model, Index d, double low = -1, double high = 1) {
  check_double(model, d, low, high);
  check_float(model, d, low, high);
}

}  // namespace variate_tests

#pragma once
/// Derivatives of functions as answers rather than as integrands: gradient, value_and_gradient, hessian_vector_product, jacobian.
#include <algorithm>
#include <concepts>
#include <functional>
#include <type_traits>

#include "variate/autodiff/differentiable.hpp"
#include "variate/core/concepts.hpp"

namespace variate {

/// A number for each column and its gradient.
template <class T>
struct ValueAndGradient {
  Row<T> value;       ///< 1 x S
  Batch<T> gradient;  ///< d x S
};

namespace detail {
/// f itself if it can be pulled back, otherwise a model wrapped (and not copied: it may hold data).
template <class T, class F>
decltype(auto) pullable(const F& f) {
  constexpr bool evaluates = requires(const Batch<T>& x, const Row<T>& w, Batch<T>& g) { f.evaluate(x).pullback(w, g); };
  constexpr bool differentiates = requires(const Batch<T>& x, Batch<T>& g) {
    { f.value_and_gradient(x, g) } -> std::convertible_to<Row<T>>;
  };
  if constexpr (evaluates || differentiates) return (f);
  else return Differentiable<std::reference_wrapper<const F>>(std::cref(f));
}
}  // namespace detail

/// Value and gradient of f at every column of x (d x S). f is a generic model (see `differentiable`) or a
/// DifferentiableIntegrand.
template <std::floating_point T, class F>
ValueAndGradient<T> value_and_gradient(const F& f, const Batch<T>& x) {
  decltype(auto) g = detail::pullable<T>(f);
  const auto e = evaluate(g, x);
  ValueAndGradient<T> answer{e.value, {}};
  e.pullback(Row<T>::Ones(x.cols()), answer.gradient);
  return answer;
}
/// The gradient of f at every column of x: d x S.
template <std::floating_point T, class F>
Batch<T> gradient(const F& f, const Batch<T>& x) {
  return value_and_gradient(f, x).gradient;
}
/// The gradient of f at one point: d.
template <std::floating_point T, class F>
Vector<T> gradient(const F& f, const Vector<T>& x) {
  return gradient(f, Batch<T>(x)).col(0);
}

/// The Hessian of f times v, at every column of x: d x S. f is a generic model or what `differentiable` made of one.
template <std::floating_point T, class F>
Batch<T> hessian_vector_product(const F& f, const Batch<T>& x, const Batch<T>& v) {
  const Row<T> ones = Row<T>::Ones(x.cols());
  if constexpr (requires { f.hessian_vector_product(x, v, ones).product; }) return f.hessian_vector_product(x, v, ones).product;
  else return Differentiable<std::reference_wrapper<const F>>(std::cref(f)).hessian_vector_product(x, v, ones).product;
}
/// The same at one point: d.
template <std::floating_point T, class F>
Vector<T> hessian_vector_product(const F& f, const Vector<T>& x, const Vector<T>& v) {
  return hessian_vector_product(f, Batch<T>(x), Batch<T>(v)).col(0);
}

/// How a Jacobian is made: row by row in reverse sweeps (few outputs) or column by column with tangents (few inputs).
enum class Mode { reverse, forward };

/// The m x n Jacobian of f: R^n -> R^m at x. f takes a batch and gives one, column by column (n x S to m x S expressions).
/// `chunk` rows (reverse) or columns (forward) are made in one sweep, as so many samples side by side; memory grows with it.
template <std::floating_point T, class F>
Batch<T> jacobian(const F& f, const Vector<T>& x, Mode mode = Mode::reverse, Index chunk = 16) {
  detail::require_at_least("jacobian", "chunk", chunk, 1);
  const Index n = x.size();
  using L = GradientLanes<T>;
  Batch<T> answer;
  Index total = mode == Mode::forward ? n : chunk;  // outputs are known after the first sweep
  for (Index from = 0; from < total; from += chunk) {
    if (mode == Mode::forward) {
      using D = HessianLanes<T>;
      const Index count = std::min(chunk, n - from);
      LentTape<D> tape;
      auto& point = tape->batch(n, count, false);
      for (Index i = 0; i < n; ++i) {
        std::fill_n(point.value + i * count, count, x[i]);
        for (Index c = 0; c < count; ++c) point.value[point.plane + i * count + c] = i == from + c ? T(1) : T(0);
      }
      const auto& y = *evaluated(f(Variable<D, Kind::sample>(point))).node;
      if (y.cols != count)
        throw ShapeError(detail::complaint("jacobian", "columns of f's result", y.cols, std::to_string(count)));
      answer.resize(y.rows, n);
      answer.middleCols(from, count) = Eigen::Map<const Batch<T>>(y.value + y.plane, y.rows, count);
    } else {
      LentTape<L> tape;
      const Index width = from == 0 ? chunk : std::min(chunk, total - from);
      auto& point = tape->batch(n, width, true);
      for (Index i = 0; i < n; ++i) std::fill_n(point.value + i * width, width, x[i]);
      auto& y = *evaluated(f(Variable<L, Kind::sample>(point))).node;
      if (y.cols != width)
        throw ShapeError(detail::complaint("jacobian", "columns of f's result", y.cols, std::to_string(width)));
      total = y.rows;
      answer.resize(y.rows, n);
      const Index count = std::min(width, total - from);
      T* const seed = tape->numbers(y.size());
      std::fill_n(seed, y.size(), T(0));
      for (Index c = 0; c < count; ++c) seed[(from + c) * width + c] = T(1);
      tape->sweep(y, seed);
      if (point.fresh) point.open_adjoint();
      answer.middleRows(from, count) = Eigen::Map<const Batch<T>>(point.adjoint, n, width).leftCols(count).transpose();
    }
  }
  return answer;
}

}  // namespace variate

#pragma once
/// Functions of one point as integrands of batches: written for scalars of any AD type, or with a gradient of their own.
#include <algorithm>
#include <utility>

#include "variate/autodiff/dual_functions.hpp"
#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"

namespace variate {

/// An integrand from a function of one point that also writes its gradient: `f(x, gradient) -> value`, both Vector<T>, the
/// gradient already of x's size. Column by column. This is how any other AD library is plugged in: tape or dual types go inside
/// f.
template <class F>
class Pointwise {
 public:
  explicit Pointwise(F f) : f_(std::move(f)) {}

  /// Values (1 x S), gradients in the columns of g (resized to d x S).
  template <std::floating_point T>
  Row<T> value_and_gradient(const Batch<T>& x, Batch<T>& g) const {
    g.resize(x.rows(), x.cols());
    Row<T> value(x.cols());
    Vector<T> point(x.rows()), slope(x.rows());
    for (Index c = 0; c < x.cols(); ++c) {
      for (Index i = 0; i < x.rows(); ++i) point[i] = x(i, c);
      slope.setZero();
      value[c] = static_cast<T>(f_(std::as_const(point), slope));
      detail::require_size("pointwise", "size of the gradient", slope.size(), x.rows());
      g.col(c) = slope;
    }
    return value;
  }
  template <std::floating_point T>
  Row<T> operator()(const Batch<T>& x) const {
    Batch<T> g;
    return value_and_gradient(x, g);
  }

 private:
  F f_;
};

/// f(x, gradient) -> value as a DifferentiableIntegrand; see Pointwise.
template <class F>
Pointwise<std::remove_cvref_t<F>> pointwise(F&& f) {
  return Pointwise<std::remove_cvref_t<F>>(std::forward<F>(f));
}

/// An integrand from a function of one point that is generic in its scalar: `f(x)` with x an Eigen column vector of scalars gives
/// a scalar. Gradients by forward mode, `N` directions at a time: for few dimensions, long loops, branches on values
/// (simulators).
template <class F, int N = 8>
class ForwardIntegrand {
 public:
  explicit ForwardIntegrand(F f) : f_(std::move(f)) {}

  /// Values (1 x S), gradients in the columns of g (resized to d x S).
  template <std::floating_point T>
  Row<T> value_and_gradient(const Batch<T>& x, Batch<T>& g) const {
    g.resize(x.rows(), x.cols());
    Row<T> value(x.cols());
    Vector<Dual<T, N>> point(x.rows());
    for (Index c = 0; c < x.cols(); ++c) {
      if (x.rows() == 0) value[c] = Dual<T, N>(f_(std::as_const(point))).value;
      for (Index from = 0; from < x.rows(); from += N) {
        const Index count = std::min<Index>(N, x.rows() - from);
        for (Index i = 0; i < x.rows(); ++i) point[i] = Dual<T, N>(x(i, c));
        for (Index i = 0; i < count; ++i) point[from + i].tangent[static_cast<std::size_t>(i)] = T(1);
        const Dual<T, N> y = f_(std::as_const(point));
        value[c] = y.value;
        for (Index i = 0; i < count; ++i) g(from + i, c) = y.tangent[static_cast<std::size_t>(i)];
      }
    }
    return value;
  }
  /// Values only: f on plain numbers.
  template <std::floating_point T>
  Row<T> operator()(const Batch<T>& x) const {
    Row<T> value(x.cols());
    Vector<T> point(x.rows());
    for (Index c = 0; c < x.cols(); ++c) {
      for (Index i = 0; i < x.rows(); ++i) point[i] = x(i, c);
      value[c] = static_cast<T>(f_(std::as_const(point)));
    }
    return value;
  }

 private:
  F f_;
};

/// f(x) -> scalar, generic in the scalar, as a DifferentiableIntegrand in forward mode, N directions a sweep.
template <int N = 8, class F>
ForwardIntegrand<std::remove_cvref_t<F>, N> forward_integrand(F&& f) {
  return ForwardIntegrand<std::remove_cvref_t<F>, N>(std::forward<F>(f));
}

}  // namespace variate

#pragma once
/// Matrix products on the tape.
#include "variate/autodiff/detail/multiply.hpp"
#include "variate/autodiff/expression.hpp"
#include "variate/autodiff/fused.hpp"

namespace variate::detail {

/// One side of a product: row-major, or column-major (constants only).
template <class L>
struct Factor {
  using T = typename LaneTraits<L>::Scalar;
  const T* value = nullptr;
  const T* tangent = nullptr;
  Shape shape;
  bool column_major = false;
  Node<L>* node = nullptr;
  Strided<T> numbers(const T* from) const {
    return column_major ? Strided<T>{from, 1, shape.rows} : Strided<T>{from, shape.cols, 1};
  }
};

/// The way back of C = A B: adjoint(A) += adjoint(C) B^T and adjoint(B) += A^T adjoint(C); with tangents by the product rule.
template <class L>
struct ProductRecord {
  using T = typename LaneTraits<L>::Scalar;
  Factor<L> a, b;
  T* turned;  ///< room for B^T, if A's adjoint is wanted

  void backward(Node<L>& c) {
    const Index m = c.rows, k = a.shape.cols, n = c.cols;
    const T* const tangent = c.adjoint + c.plane;
    if (a.node && a.node->wants()) {
      a.node->open_adjoint();
      T* const to = a.node->adjoint;
      turn(b.value);
      multiply<T>(to, Strided<T>{c.adjoint, n, 1}, turned, m, n, k);
      if constexpr (LaneTraits<L>::planes == 2) {
        multiply<T>(to + a.node->plane, Strided<T>{tangent, n, 1}, turned, m, n, k);
        if (b.tangent) {
          turn(b.tangent);
          multiply<T>(to + a.node->plane, Strided<T>{c.adjoint, n, 1}, turned, m, n, k);
        }
      }
    }
    if (b.node && b.node->wants()) {
      b.node->open_adjoint();
      T* const to = b.node->adjoint;
      multiply<T>(to, a.numbers(a.value).transposed(), c.adjoint, k, m, n);
      if constexpr (LaneTraits<L>::planes == 2) {
        multiply<T>(to + b.node->plane, a.numbers(a.value).transposed(), tangent, k, m, n);
        if (a.tangent) multiply<T>(to + b.node->plane, a.numbers(a.tangent).transposed(), c.adjoint, k, m, n);
      }
    }
  }

 private:
  void turn(const T* from) const {
    const Index k = b.shape.rows, n = b.shape.cols;
    for (Index i = 0; i < k; ++i)
      for (Index j = 0; j < n; ++j) turned[j * k + i] = from[i * n + j];
  }
};

/// A (m x k) times B (k x n).
template <Kind kind, class L>
Variable<L, kind> matrix_product(Tape<L>& tape, const Factor<L>& a, Factor<L> b) {
  using T = typename LaneTraits<L>::Scalar;
  if (a.shape.cols != b.shape.rows) [[unlikely]]
    refuse_shapes("matrix product", a.shape, b.shape, "as many columns on the left as rows on the right");
  const Index m = a.shape.rows, k = a.shape.cols, n = b.shape.cols;
  if (b.column_major) {
    T* const room = tape.numbers(k * n);
    Eigen::Map<Batch<T>>(room, k, n) = Eigen::Map<const Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>>(b.value, k, n);
    b.value = room;
    b.column_major = false;
  }
  const bool wants_a = a.node && a.node->adjoint, wants = wants_a || (b.node && b.node->adjoint);
  Node<L>& c = tape.batch(m, n, wants);
  std::fill_n(c.value, m * n, T(0));
  multiply<T>(c.value, a.numbers(a.value), b.value, m, k, n);
  if constexpr (LaneTraits<L>::planes == 2) {
    std::fill_n(c.value + c.plane, m * n, T(0));
    if (b.tangent) multiply<T>(c.value + c.plane, a.numbers(a.value), b.tangent, m, k, n);
    if (a.tangent) multiply<T>(c.value + c.plane, a.numbers(a.tangent), b.value, m, k, n);
  }
  if (wants) tape.set_backward(c, ProductRecord<L>{a, b, wants_a ? tape.numbers(k * n) : nullptr});
  return Variable<L, kind>(c);
}

}  // namespace variate::detail

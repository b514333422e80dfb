#pragma once
/// Matrix products on the tape.
#include <algorithm>
#include <utility>

#include "variate/autodiff/detail/multiply.hpp"
#include "variate/autodiff/detail/transpose.hpp"
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

/// The way back of C = A B + bias (one for each row, if any): adjoint(A) += adjoint(C) B^T and adjoint(B) += A^T adjoint(C); with
/// tangents by the product rule.
template <class L>
struct ProductRecord {
  using T = typename LaneTraits<L>::Scalar;
  Factor<L> a, b;
  Node<L>* bias;  ///< nullptr: none
  T* turned;      ///< room for B^T, if A's adjoint is wanted

  void backward(Node<L>& c) {
    const Index m = c.rows, k = a.shape.cols, n = c.cols;
    const T* const tangent = c.adjoint + c.plane;
    if (bias && bias->wants()) {
      bias->open_adjoint();
      for (int p = 0; p < LaneTraits<L>::planes; ++p)
        Eigen::Map<Vector<T>>(bias->adjoint + p * bias->plane, m) +=
            Eigen::Map<const Batch<T>>(c.adjoint + p * c.plane, m, n).rowwise().sum();
    }
    if (a.node && a.node->wants()) {
      const bool add = !std::exchange(a.node->fresh, false);
      T* const to = a.node->adjoint;
      transpose(turned, b.value, k, n);
      multiply<T>(to, Strided<T>{c.adjoint, n, 1}, turned, m, n, k, add);
      if constexpr (LaneTraits<L>::planes == 2) {
        multiply<T>(to + a.node->plane, Strided<T>{tangent, n, 1}, turned, m, n, k, add);
        if (b.tangent) {
          transpose(turned, b.tangent, k, n);
          multiply<T>(to + a.node->plane, Strided<T>{c.adjoint, n, 1}, turned, m, n, k);
        }
      }
    }
    if (b.node && b.node->wants()) {
      const bool add = !std::exchange(b.node->fresh, false);
      T* const to = b.node->adjoint;
      multiply<T>(to, a.numbers(a.value).transposed(), c.adjoint, k, m, n, add);
      if constexpr (LaneTraits<L>::planes == 2) {
        multiply<T>(to + b.node->plane, a.numbers(a.value).transposed(), tangent, k, m, n, add);
        if (a.tangent) multiply<T>(to + b.node->plane, a.numbers(a.tangent).transposed(), c.adjoint, k, m, n);
      }
    }
  }
};

/// A (m x k) times B (k x n), plus a column for all of it if there is one (m x 1).
template <Kind kind, class L>
Variable<L, kind> matrix_product(Tape<L>& tape, const Factor<L>& a, Factor<L> b, Node<L>* bias = nullptr) {
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
  const bool wants_a = a.node && a.node->adjoint, wants_bias = bias && bias->adjoint,
             wants = wants_a || wants_bias || (b.node && b.node->adjoint);
  Node<L>& c = tape.batch(m, n, wants);
  const auto begin = [&](T* to, const T* column) {
    if (column)
      for (Index i = 0; i < m; ++i) std::fill_n(to + i * n, n, column[i]);
    return column != nullptr;
  };
  multiply<T>(c.value, a.numbers(a.value), b.value, m, k, n, begin(c.value, bias ? bias->value : nullptr));
  if constexpr (LaneTraits<L>::planes == 2) {
    T* const to = c.value + c.plane;
    bool begun = begin(to, bias ? bias->tangent() : nullptr);
    c.still = !begun && !b.tangent && !a.tangent;
    if (c.still) std::fill_n(to, m * n, T(0));
    if (b.tangent) multiply<T>(to, a.numbers(a.value), b.tangent, m, k, n, begun);
    begun = begun || b.tangent;
    if (a.tangent) multiply<T>(to, a.numbers(a.tangent), b.value, m, k, n, begun);
  }
  if (wants) tape.set_backward(c, ProductRecord<L>{a, b, bias, wants_a ? tape.numbers(k * n) : nullptr});
  return Variable<L, kind>(c);
}

}  // namespace variate::detail

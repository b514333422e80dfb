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
};

/// The way back of C = A B: adjoint(A) += adjoint(C) B^T and adjoint(B) += A^T adjoint(C); with tangents by the product rule.
template <class L>
struct ProductRecord {
  Factor<L> a, b;
  void backward(Node<L>& c) {
    const Index m = c.rows, k = a.shape.cols, n = c.cols;
    if (a.node && a.node->wants()) {
      a.node->open_adjoint();
      multiply<false, true>(a.node->adjoint, c.adjoint, b.value, m, n, k);
      if constexpr (LaneTraits<L>::planes == 2) {
        multiply<false, true>(a.node->adjoint + a.node->plane, c.adjoint + c.plane, b.value, m, n, k);
        if (b.tangent) multiply<false, true>(a.node->adjoint + a.node->plane, c.adjoint, b.tangent, m, n, k);
      }
    }
    if (b.node && b.node->wants()) {
      b.node->open_adjoint();
      add_transposed(b.node->adjoint, a.value, c.adjoint, k, m, n);
      if constexpr (LaneTraits<L>::planes == 2) {
        add_transposed(b.node->adjoint + b.node->plane, a.value, c.adjoint + c.plane, k, m, n);
        if (a.tangent) add_transposed(b.node->adjoint + b.node->plane, a.tangent, c.adjoint, k, m, n);
      }
    }
  }

 private:
  using T = typename LaneTraits<L>::Scalar;
  void add_transposed(T* to, const T* left, const T* right, Index k, Index m, Index n) const {
    if (a.column_major) multiply<false, false>(to, left, right, k, m, n);
    else multiply<true, false>(to, left, right, k, m, n);
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
  const bool wants = (a.node && a.node->adjoint) || (b.node && b.node->adjoint);
  Node<L>& c = tape.batch(m, n, wants);
  std::fill_n(c.value, m * n, T(0));
  const auto add = [&](T* to, const T* left, const T* right) {
    if (a.column_major) multiply<true, false>(to, left, right, m, k, n);
    else multiply<false, false>(to, left, right, m, k, n);
  };
  add(c.value, a.value, b.value);
  if constexpr (LaneTraits<L>::planes == 2) {
    std::fill_n(c.value + c.plane, m * n, T(0));
    if (b.tangent) add(c.value + c.plane, a.value, b.tangent);
    if (a.tangent) add(c.value + c.plane, a.tangent, b.value);
  }
  if (wants) tape.set_backward(c, ProductRecord<L>{a, b});
  return Variable<L, kind>(c);
}

}  // namespace variate::detail

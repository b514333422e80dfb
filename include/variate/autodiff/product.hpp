#pragma once
/// Matrix products on the tape.
#include <algorithm>
#include <concepts>
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

/// A product that nothing follows.
struct NothingAfter {};
template <class After>
inline constexpr bool something_after = !std::same_as<After, NothingAfter>;

/// Registers of a batch with their tangents, over its end up to the plane's: f(from, index) gives what is stored.
template <class L, class F>
void over_plane(typename LaneTraits<L>::Scalar* to, Index plane, F f) {
  constexpr int width = Buffer<L>::width;
  for (Index i = 0; i < plane; i += width)
    store_planes<L>(f(load_planes<L>(to + i, to + (LaneTraits<L>::planes - 1) * plane + i), i), to + i,
                    to + (LaneTraits<L>::planes - 1) * plane + i);
}
/// After(x) in x's place.
template <class After, class L>
[[gnu::noinline]] void apply_after(Node<L>& c) {
  over_plane<L>(c.value, c.plane, [](const L& x, Index) {
    if constexpr (LaneTraits<L>::planes == 1) {
      return After{}.jet(x).value;
    } else {
      const auto j = After{}.jet(x.value);
      return L::chain(j.value, j.slope, x);
    }
  });
}
/// The adjoint of After(x) becomes that of x.
template <class After, class L>
[[gnu::noinline]] void before_after(Node<L>& c) {
  over_plane<L>(c.adjoint, c.plane, [&c](const L& adjoint, Index i) {
    return adjoint * After::slope_where(load_planes<L>(c.value + i, c.value + (LaneTraits<L>::planes - 1) * c.plane + i));
  });
}

/// sums_i += the sum of row i of x (rows x cols).
template <class T>
void add_row_sums(T* sums, const T* x, Index rows, Index cols) {
  if (cols < 4) {
    for (Index i = 0; i < rows; ++i) {
      T sum = x[i * cols];
      for (Index j = 1; j < cols; ++j) sum += x[i * cols + j];
      sums[i] += sum;
    }
  } else {
    Eigen::Map<Vector<T>>(sums, rows) += Eigen::Map<const Batch<T>>(x, rows, cols).rowwise().sum();
  }
}

/// The way back of C = A B + bias (one for each row, if any): adjoint(A) += adjoint(C) B^T and adjoint(B) += A^T adjoint(C); with
/// tangents by the product rule. Of C = After(A B + bias) first the way through After.
template <class L, class After>
struct ProductRecord {
  using T = typename LaneTraits<L>::Scalar;
  Factor<L> a, b;
  Node<L>* bias;  ///< nullptr: none
  T* turned;      ///< room for B^T, if A's adjoint is wanted

  void backward(Node<L>& c) {
    const Index m = c.rows, k = a.shape.cols, n = c.cols;
    if constexpr (something_after<After>) before_after<After>(c);
    const T* const tangent = c.adjoint + c.plane;
    if (bias && bias->wants()) {
      bias->open_adjoint();
      for (int p = 0; p < LaneTraits<L>::planes; ++p)
        add_row_sums(bias->adjoint + p * bias->plane, c.adjoint + p * c.plane, m, n);
    }
    if (a.node && a.node->wants()) {
      const bool add = a.node->add_to_adjoint();
      T* const to = a.node->adjoint;
      const bool few = m * n * k <= few_terms;
      const auto times = [&](T* out, const T* left, const T* right, bool onto) {
        if (few) multiply_few_turned(out, left, right, m, n, k, onto);
        else multiply<T>(out, Strided<T>{left, n, 1}, turned, m, n, k, onto);
      };
      if (!few) transpose(turned, b.value, k, n);
      times(to, c.adjoint, b.value, add);
      if constexpr (LaneTraits<L>::planes == 2) {
        times(to + a.node->plane, tangent, b.value, add);
        if (b.tangent) {
          if (!few) transpose(turned, b.tangent, k, n);
          times(to + a.node->plane, c.adjoint, b.tangent, true);
        }
      }
    }
    if (b.node && b.node->wants()) {
      const bool add = b.node->add_to_adjoint();
      T* const to = b.node->adjoint;
      multiply<T>(to, a.numbers(a.value).transposed(), c.adjoint, k, m, n, add);
      if constexpr (LaneTraits<L>::planes == 2) {
        multiply<T>(to + b.node->plane, a.numbers(a.value).transposed(), tangent, k, m, n, add);
        if (a.tangent) multiply<T>(to + b.node->plane, a.numbers(a.tangent).transposed(), c.adjoint, k, m, n);
      }
    }
  }
};

/// A (m x k) times B (k x n), plus a column for all of it if there is one (m x 1), then After of every number: a function whose
/// slope is known from its value.
template <Kind kind, class After = NothingAfter, class L>
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
  multiply<T>(c.value, a.numbers(a.value), b.value, m, k, n, false, bias ? bias->value : nullptr);
  if constexpr (LaneTraits<L>::planes == 2) {
    T* const to = c.value + c.plane;
    const T* column = bias ? bias->tangent() : nullptr;
    const bool moves = a.tangent || b.tangent;
    c.still = !moves && !column;
    if (!moves)
      for (Index i = 0; i < m; ++i) std::fill_n(to + i * n, n, column ? column[i] : T(0));
    if (b.tangent) multiply<T>(to, a.numbers(a.value), b.tangent, m, k, n, false, std::exchange(column, nullptr));
    if (a.tangent) multiply<T>(to, a.numbers(a.tangent), b.value, m, k, n, b.tangent != nullptr, column);
  }
  if constexpr (something_after<After>) apply_after<After>(c);
  if (wants) tape.set_backward(c, ProductRecord<L, After>{a, b, bias, wants_a ? tape.numbers(k * n) : nullptr});
  return Variable<L, kind>(c);
}

}  // namespace variate::detail

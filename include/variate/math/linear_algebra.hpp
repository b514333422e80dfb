#pragma once
/// Lower-triangular factors on batches: what a multivariate normal needs of its Cholesky factor. All columns go at once, in
/// strips that stay in registers; a single column takes plain loops over the factor's rows. Only the lower triangle is read.
#include <cmath>
#include <type_traits>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/math/lanes.hpp"

namespace variate::math {

/// A square row-major matrix, or a map or block of one, with the scalar of the batch it acts on.
template <class T>
using Factor = Eigen::Ref<const std::type_identity_t<Batch<T>>>;

namespace detail {

/// K registers of columns of a batch, from column `x` on; `count` numbers in the last register.
template <class L, int K>
struct Strip {
  using T = typename L::Scalar;
  T* x;
  Index stride, count;
  [[gnu::always_inline]] L get(Index row, int k) const {
    const T* at = x + row * stride + k * L::size;
    return K > 1 || count == L::size ? L::load(at) : L::load(at, count, T(0));
  }
  [[gnu::always_inline]] void put(Index row, int k, L value) const {
    T* at = x + row * stride + k * L::size;
    if (K > 1 || count == L::size) value.store(at);
    else value.store(at, count);
  }
};

/// a += sum_j l0[j step] x_j and b += sum_j l1[j step] x_j over the first `count` rows of x: two rows of l share the loads of x.
template <class L, int K>
[[gnu::always_inline]] inline void add_products(Strip<L, K> s, const typename L::Scalar* l0, const typename L::Scalar* l1,
                                                Index step, Index count, L (&a)[K], L (&b)[K]) {
  for (Index j = 0; j < count; ++j) {
    const L c0(l0[j * step]), c1(l1[j * step]);
    for (int k = 0; k < K; ++k) {
      const L x = s.get(j, k);
      a[k] = multiply_add(c0, x, a[k]);
      b[k] = multiply_add(c1, x, b[k]);
    }
  }
}

/// x = M^-1 x by substitution, M lower triangular with M(i, j) = l[i row_step + j step]. L^T is such an M when rows and columns
/// are counted from the end, and the steps negative.
template <class L, int K>
void substitute(const typename L::Scalar* l, Index row_step, Index step, Index d, Strip<L, K> s) {
  using T = typename L::Scalar;
  for (Index i = 0; i < d; i += 2) {
    const bool both = i + 1 < d;
    const T *l0 = l + i * row_step, *l1 = both ? l0 + row_step : l0;
    L a[K], b[K];
    for (int k = 0; k < K; ++k) a[k] = b[k] = L(T(0));
    add_products(s, l0, l1, step, i, a, b);
    const T inverse0 = T(1) / l0[i * step], inverse1 = both ? T(1) / l1[(i + 1) * step] : T(0);
    for (int k = 0; k < K; ++k) {
      const L first = (s.get(i, k) - a[k]) * inverse0;
      s.put(i, k, first);
      if (both) s.put(i + 1, k, (s.get(i + 1, k) - multiply_add(L(l1[i * step]), first, b[k])) * inverse1);
    }
  }
}

/// x = M x for the same M, from the last row on, so that what is overwritten is not needed any more.
template <class L, int K>
void multiply(const typename L::Scalar* l, Index row_step, Index step, Index d, Strip<L, K> s) {
  using T = typename L::Scalar;
  for (Index i = d - 1; i >= 0; i -= 2) {
    const bool both = i > 0;
    const T *l0 = l + i * row_step, *l1 = both ? l0 - row_step : l0;
    L a[K], b[K];
    for (int k = 0; k < K; ++k) {
      a[k] = s.get(i, k) * l0[i * step];
      b[k] = L(T(0));
    }
    add_products(s, l0, l1, step, i, a, b);
    for (int k = 0; k < K; ++k) {
      s.put(i, k, a[k]);
      if (both) s.put(i - 1, k, b[k]);
    }
  }
}

/// f(strip) over all columns of x; the strip's rows run from the end with a negative stride if `backward`.
template <class L, class T, class F>
void by_strips(Batch<T>& x, bool backward, F f) {
  if (x.size() == 0) return;
  constexpr int wide = 4;
  const Index stride = backward ? -x.cols() : x.cols(), cols = x.cols();
  T* const start = x.data() + (backward ? (x.rows() - 1) * cols : 0);
  Index c = 0;
  for (; c + wide * L::size <= cols; c += wide * L::size) f(Strip<L, wide>{start + c, stride, L::size});
  for (; c < cols; c += L::size) f(Strip<L, 1>{start + c, stride, cols - c < L::size ? cols - c : L::size});
}

/// Of n numbers in a row: a . b, and b += scale a.
template <class T>
T dot(const T* a, const T* b, Index n) {
  return Eigen::Map<const Vector<T>>(a, n).dot(Eigen::Map<const Vector<T>>(b, n));
}
template <class T>
void add(T scale, const T* a, T* b, Index n) {
  Eigen::Map<Vector<T>>(b, n) += scale * Eigen::Map<const Vector<T>>(a, n);
}

template <class T>
void require_factor(const char* function, const Factor<T>& l, Index rows) {
  variate::detail::require_size(function, "columns of l", l.cols(), l.rows());
  variate::detail::require_size(function, "rows of x", rows, l.rows());
}

}  // namespace detail

/// x = L x, x a d x S batch. ShapeError unless L is d x d.
template <class T, class Wide = Lanes<T>>
void multiply_lower(const Factor<T>& l, Batch<T>& x) {
  detail::require_factor<T>("multiply_lower", l, x.rows());
  const Index d = x.rows();
  if (x.cols() == 1) {
    for (Index i = d - 1; i >= 0; --i) x(i, 0) = detail::dot(l.data() + i * l.outerStride(), x.data(), i + 1);
    return;
  }
  detail::by_strips<Wide>(x, false, [&](auto s) { detail::multiply(l.data(), l.outerStride(), 1, d, s); });
}

/// x = L^T x, x a d x S batch. ShapeError unless L is d x d.
template <class T, class Wide = Lanes<T>>
void multiply_lower_transposed(const Factor<T>& l, Batch<T>& x) {
  detail::require_factor<T>("multiply_lower_transposed", l, x.rows());
  const Index d = x.rows(), stride = l.outerStride();
  if (x.cols() == 1) {
    for (Index i = 0; i < d; ++i) {
      const T top = x(i, 0);
      detail::add(top, l.data() + i * stride, x.data(), i);
      x(i, 0) = top * l(i, i);
    }
    return;
  }
  detail::by_strips<Wide>(x, true, [&](auto s) { detail::multiply(l.data() + (d - 1) * (stride + 1), -1, -stride, d, s); });
}

/// x = L^-1 x by forward substitution, x a d x S batch. ShapeError unless L is d x d; a zero on the diagonal gives infinities or
/// NaN.
template <class T, class Wide = Lanes<T>>
void solve_lower(const Factor<T>& l, Batch<T>& x) {
  detail::require_factor<T>("solve_lower", l, x.rows());
  const Index d = x.rows();
  if (x.cols() == 1) {
    for (Index i = 0; i < d; ++i) x(i, 0) = (x(i, 0) - detail::dot(l.data() + i * l.outerStride(), x.data(), i)) / l(i, i);
    return;
  }
  detail::by_strips<Wide>(x, false, [&](auto s) { detail::substitute(l.data(), l.outerStride(), 1, d, s); });
}

/// x = L^-T x by backward substitution, x a d x S batch. ShapeError unless L is d x d; a zero on the diagonal gives infinities or
/// NaN.
template <class T, class Wide = Lanes<T>>
void solve_lower_transposed(const Factor<T>& l, Batch<T>& x) {
  detail::require_factor<T>("solve_lower_transposed", l, x.rows());
  const Index d = x.rows(), stride = l.outerStride();
  if (x.cols() == 1) {
    for (Index i = d - 1; i >= 0; --i) {
      x(i, 0) /= l(i, i);
      detail::add(-x(i, 0), l.data() + i * l.outerStride(), x.data(), i);
    }
    return;
  }
  detail::by_strips<Wide>(x, true, [&](auto s) { detail::substitute(l.data() + (d - 1) * (stride + 1), -1, -stride, d, s); });
}

/// log |det L| = sum_i log |L_ii|; half the log determinant of L L^T. ShapeError unless L is square.
template <class T>
T log_determinant_lower(const Batch<T>& l) {
  variate::detail::require_size("log_determinant_lower", "columns of l", l.cols(), l.rows());
  T sum = 0;
  for (Index i = 0; i < l.rows(); ++i) sum += std::log(std::abs(l(i, i)));
  return sum;
}

/// The lower triangle row by row: d(d+1)/2 numbers. ShapeError unless L is square.
template <class T>
Vector<T> pack_lower(const Batch<T>& l) {
  variate::detail::require_size("pack_lower", "columns of l", l.cols(), l.rows());
  Vector<T> packed(l.rows() * (l.rows() + 1) / 2);
  for (Index i = 0, at = 0; i < l.rows(); at += ++i) packed.segment(at, i + 1) = l.row(i).head(i + 1).transpose();
  return packed;
}
/// The inverse of `pack_lower`: d x d with zeros above the diagonal. ShapeError unless there are d(d+1)/2 numbers.
template <class T>
Batch<T> unpack_lower(const Vector<T>& packed, Index d) {
  variate::detail::require_size("unpack_lower", "size of packed", packed.size(), d * (d + 1) / 2);
  Batch<T> l = Batch<T>::Zero(d, d);
  for (Index i = 0, at = 0; i < d; at += ++i) l.row(i).head(i + 1) = packed.segment(at, i + 1).transpose();
  return l;
}

}  // namespace variate::math

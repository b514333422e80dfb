#pragma once
/// Small dense linear algebra of the component updates: everything by rows, which are contiguous, so that nothing but dot products
/// and sums of rows needs to be compiled.
#include <cmath>
#include <utility>

#include "variate/core/types.hpp"
#include "variate/math/linear_algebra.hpp"

namespace variate::detail {

/// Entry for entry.
template <class T>
bool is_symmetric(const Batch<T>& a) {
  for (Index i = 0; i < a.rows(); ++i)
    for (Index j = 0; j < i; ++j)
      if (!(a(i, j) == a(j, i))) return false;
  return true;
}

/// x = a^-1 x by elimination with row pivots; a is spoilt. A singular a gives infinities or NaN.
template <class T>
void eliminate(Batch<T>& a, Batch<T>& x) {
  const Index d = a.rows(), n = x.cols();
  for (Index k = 0; k < d; ++k) {
    Index best = k;
    for (Index i = k + 1; i < d; ++i)
      if (std::abs(a(i, k)) > std::abs(a(best, k))) best = i;
    if (best != k) {
      a.row(k).swap(a.row(best));
      x.row(k).swap(x.row(best));
    }
    for (Index i = k + 1; i < d; ++i) {
      const T factor = -a(i, k) / a(k, k);
      if (factor == 0) continue;
      math::detail::add(factor, a.data() + k * d + k, a.data() + i * d + k, d - k);
      math::detail::add(factor, x.data() + k * n, x.data() + i * n, n);
    }
  }
  for (Index k = d - 1; k >= 0; --k) {
    for (Index j = k + 1; j < d; ++j) math::detail::add(-a(k, j), x.data() + j * n, x.data() + k * n, n);
    x.row(k) /= a(k, k);
  }
}

/// Householder's reduction of a symmetric matrix, a = Q T Q^T with T tridiagonal, and c = Q^T c. a is spoilt; `off` has a number
/// less than `diagonal`.
template <class T>
void tridiagonalise(Batch<T>& a, Vector<T>& c, Vector<T>& diagonal, Vector<T>& off, Vector<T>& work) {
  const Index d = a.rows();
  diagonal.resize(d);
  off.resize(d > 0 ? d - 1 : 0);
  work.resize(d);
  for (Index k = 0; k + 1 < d; ++k) {
    T* v = a.data() + k * d;  // entries k+1 .. d-1 of the row: the column below the diagonal
    const Index n = d - k - 1;
    diagonal[k] = v[k];
    v += k + 1;
    const T rest = math::detail::dot(v + 1, v + 1, n - 1);
    if (rest == 0) {
      off[k] = v[0];
      continue;
    }
    off[k] = v[0] > 0 ? -std::sqrt(v[0] * v[0] + rest) : std::sqrt(v[0] * v[0] + rest);
    v[0] -= off[k];
    const T scale = T(2) / (v[0] * v[0] + rest);
    T* w = work.data();
    T* below = a.data() + (k + 1) * d + k + 1;
    for (Index i = 0; i < n; ++i) w[i] = scale * math::detail::dot(below + i * d, v, n);
    math::detail::add(T(-0.5) * scale * math::detail::dot(w, v, n), v, w, n);
    for (Index i = 0; i < n; ++i) {
      math::detail::add(-v[i], w, below + i * d, n);
      math::detail::add(-w[i], v, below + i * d, n);
    }
    math::detail::add(-scale * math::detail::dot(v, c.data() + k + 1, n), v, c.data() + k + 1, n);
  }
  if (d > 0) diagonal[d - 1] = a(d - 1, d - 1);
}

}  // namespace variate::detail

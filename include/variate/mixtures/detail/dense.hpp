#pragma once
/// Small dense linear algebra of the component updates: everything by rows, which are contiguous, so that nothing but dot
/// products and sums of rows needs to be compiled.
#include <cmath>
#include <utility>

#include "variate/core/types.hpp"
#include "variate/math/lanes.hpp"
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

/// For R rows of n numbers, `stride` apart: row_r -= p_r q + q_r p, and out_r = row_r . v. Without p: the products alone.
template <int R, class L, class T>
void update_and_multiply(T* row, Index stride, Index n, const T* p, const T* q, Index at, const T* v, T* out) {
  L sum[R];
  for (int r = 0; r < R; ++r) sum[r] = L(T(0));
  const auto step = [&](Index j, auto load, auto store) {
    const L left = load(v + j);
    if (!p) {
      for (int r = 0; r < R; ++r) sum[r] = multiply_add(load(row + r * stride + j), left, sum[r]);
      return;
    }
    const L a = load(p + j), b = load(q + j);
    for (int r = 0; r < R; ++r) {
      const L x = multiply_add(L(-p[at + r]), b, multiply_add(L(-q[at + r]), a, load(row + r * stride + j)));
      store(x, row + r * stride + j);
      sum[r] = multiply_add(x, left, sum[r]);
    }
  };
  Index j = 0;
  for (; j + L::size <= n; j += L::size)
    step(j, [](const T* from) { return L::load(from); }, [](L x, T* to) { x.store(to); });
  if (const Index rest = n - j; rest > 0)
    step(j, [&](const T* from) { return L::load(from, rest, T(0)); }, [&](L x, T* to) { x.store(to, rest); });
  for (int r = 0; r < R; ++r) out[r] = math::sum(sum[r]);
}

/// Householder's reduction of a symmetric matrix, a = Q T Q^T with T tridiagonal, and c = Q^T c. a is spoilt; `off` has a number
/// less than `diagonal`. What a reflection subtracts is subtracted in the next one's pass over the matrix.
template <class T, class L = math::Lanes<T>>
void tridiagonalise(Batch<T>& a, Vector<T>& c, Vector<T>& diagonal, Vector<T>& off, Vector<T>& work) {
  const Index d = a.rows();
  diagonal.resize(d);
  off.resize(d > 0 ? d - 1 : 0);
  work.resize(2 * d);
  const T *p = nullptr, *q = nullptr;  // of the last reflection: entry j belongs to row and column k + j
  for (Index k = 0; k < d; ++k) {
    T* const row = a.data() + k * d + k;
    if (p) {
      const T p0 = p[0], q0 = q[0];
      for (Index j = 0; j < d - k; ++j) row[j] -= p0 * q[j] + q0 * p[j];
    }
    diagonal[k] = row[0];
    if (k + 1 == d) break;
    T* const v = row + 1;  // the column below the diagonal
    const Index n = d - k - 1;
    const T rest = math::detail::dot(v + 1, v + 1, n - 1);
    T scale = 0;
    off[k] = v[0];
    if (rest != 0) {
      off[k] = v[0] > 0 ? -std::sqrt(v[0] * v[0] + rest) : std::sqrt(v[0] * v[0] + rest);
      v[0] -= off[k];
      scale = T(2) / (v[0] * v[0] + rest);
    }
    T* const w = work.data() + (k % 2) * d;
    const T *const p1 = p ? p + 1 : p, *const q1 = p ? q + 1 : q;
    T* below = v + d;
    Index i = 0;
    for (; i + 2 <= n; i += 2) update_and_multiply<2, L>(below + i * d, d, n, p1, q1, i, v, w + i);
    if (i < n) update_and_multiply<1, L>(below + i * d, d, n, p1, q1, i, v, w + i);
    for (i = 0; i < n; ++i) w[i] *= scale;
    math::detail::add(T(-0.5) * scale * math::detail::dot(w, v, n), v, w, n);
    math::detail::add(-scale * math::detail::dot(v, c.data() + k + 1, n), v, c.data() + k + 1, n);
    p = v;
    q = w;
  }
}

}  // namespace variate::detail

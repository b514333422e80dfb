#pragma once
/// Products of small matrices: a network of ten units on one or two columns, where dividing the work would be most of it.
#include <algorithm>
#include <utility>

#include "variate/core/types.hpp"
#include "variate/math/lanes.hpp"

namespace variate::detail {

/// A matrix by its first number and the distances to the next row and column.
template <class T>
struct Strided {
  const T* data;
  Index row;
  Index col;
  const T* at(Index i, Index j) const { return data + i * row + j * col; }
  Strided transposed() const { return {data, col, row}; }
};

/// What a product does with the numbers that C holds.
template <class T>
struct Onto {
  bool add = true;            ///< C += A B; else C = A B
  const T* column = nullptr;  ///< if any: C = A B + column, a number for each row
  Onto from(Index i) const { return {add, column ? column + i : nullptr}; }
};

/// Products of so few terms that any preparation would take longer than they do.
inline constexpr Index few_terms = 64;
/// One of them, number by number. What C holds comes into the sum where larger products have it.
template <class T>
[[gnu::noinline]] void multiply_few(T* c, Strided<T> a, const T* b, Index m, Index k, Index n, Onto<T> onto) {
  const bool first = m == 1 || n == 1;
  for (Index i = 0; i < m; ++i)
    for (Index j = 0; j < n; ++j) {
      const T held = onto.column ? onto.column[i] : onto.add ? c[i * n + j] : T(0);
      T sum = first ? held : T(0);
      for (Index l = 0; l < k; ++l) sum += *a.at(i, l) * b[l * n + j];
      c[i * n + j] = first ? sum : held + sum;
    }
}

/// Some rows of a product of fewer columns than a register has numbers: B's rows are read where they are, masked.
template <int rows, class L, class T>
[[gnu::always_inline]] inline void multiply_thin_rows(T* c, const T* a, Strided<T> step, const T* b, Index k, Index n,
                                                      Onto<T> onto, bool first) {
  L held[rows], sum[rows];
  for (int r = 0; r < rows; ++r) {
    held[r] = onto.column ? L(onto.column[r]) : onto.add ? L::load(c + r * n, n, T(0)) : L(T(0));
    sum[r] = first ? held[r] : L(T(0));
  }
  for (Index l = 0; l < k; ++l, a += step.col) {
    const L right = L::load(b + l * n, n, T(0));
    for (int r = 0; r < rows; ++r) sum[r] = multiply_add(L(a[r * step.row]), right, sum[r]);
  }
  for (int r = 0; r < rows; ++r) (first ? sum[r] : held[r] + sum[r]).store(c + r * n, n);
}
/// Such a product, of so few rows that packing B would not pay.
template <class L, class T>
[[gnu::noinline]] void multiply_thin(T* c, Strided<T> a, const T* b, Index m, Index k, Index n, Onto<T> onto) {
  constexpr int tall = 4;
  Index i = 0;
  for (; i + tall <= m; i += tall)
    multiply_thin_rows<tall, L>(c + i * n, a.at(i, 0), a, b, k, n, onto.from(i), false);
  for (; i < m; ++i) multiply_thin_rows<1, L>(c + i * n, a.at(i, 0), a, b, k, n, onto.from(i), m == 1);
}
template <class L>
bool is_thin(Index m, Index k, Index n) {
  constexpr bool masks = sizeof(L) >= 32;  // of narrower registers the first few numbers are loaded one by one
  return masks && n > 1 && n < L::size && m <= 16 && k > 0 && k <= 128;
}

/// c_j = held_j + sum_l x_l y_jl for `count` rows of y, of length n.
template <class T>
[[gnu::always_inline]] inline void multiply_rows_by(T* c, const T* x, const T* y, Index count, Index n, bool add, bool first) {
  const auto of = [&](auto dot) {
    for (Index j = 0; j < count; ++j, y += n) {
      const T held = add ? c[j] : T(0), sum = dot(first ? held : T(0));
      c[j] = first ? sum : held + sum;
    }
  };
  const T x0 = x[0], x1 = n > 1 ? x[1] : T(0);
  if (n == 1) return of([&](T sum) { return sum + x0 * y[0]; });
  if (n == 2) return of([&](T sum) { return (sum + x0 * y[0]) + x1 * y[1]; });
  of([&](T sum) {
    for (Index l = 0; l < n; ++l) sum += x[l] * y[l];
    return sum;
  });
}
/// C (m x k) += A (m x n) B^T for B (k x n), or C = A B^T: of few terms.
template <class T>
[[gnu::noinline]] void multiply_few_turned(T* c, const T* a, const T* b, Index m, Index n, Index k, bool add) {
  if (n == 0) {
    if (!add) std::fill_n(c, m * k, T(0));
    return;
  }
  const bool first = m == 1 || k == 1;
  if (k == 1) {
    std::swap(a, b);
    std::swap(m, k);
  }
  for (Index i = 0; i < m; ++i) multiply_rows_by(c + i * k, a + i * n, b, k, n, add, first);
}

}  // namespace variate::detail

#pragma once
/// Products of long flat matrices with each other's transposes: sums over samples of outer products.
#include <algorithm>

#include "variate/core/types.hpp"
#include "variate/math/lanes.hpp"

namespace variate::detail {

/// out(i, j) += sum_c a(i, c) b(j, c) for a tile of at most 4 x 4 entries; rows are contiguous and `stride` apart.
template <class L, class T>
void add_outer_tile(const T* a, const T* b, Index stride, Index cols, Index rows_a, Index rows_b, T* out, Index out_stride) {
  const T *ra[4], *rb[4];
  for (Index i = 0; i < 4; ++i) {
    ra[i] = a + std::min(i, rows_a - 1) * stride;
    rb[i] = b + std::min(i, rows_b - 1) * stride;
  }
  L sum[4][4];
  for (auto& row : sum)
    for (L& entry : row) entry = L(T(0));
  const auto step = [&](auto load) {
    const L b0 = load(rb[0]), b1 = load(rb[1]), b2 = load(rb[2]), b3 = load(rb[3]);
    for (int i = 0; i < 4; ++i) {
      const L x = load(ra[i]);
      sum[i][0] = multiply_add(x, b0, sum[i][0]);
      sum[i][1] = multiply_add(x, b1, sum[i][1]);
      sum[i][2] = multiply_add(x, b2, sum[i][2]);
      sum[i][3] = multiply_add(x, b3, sum[i][3]);
    }
  };
  Index c = 0;
  for (; c + L::size <= cols; c += L::size) step([c](const T* row) { return L::load(row + c); });
  if (c < cols) step([c, cols](const T* row) { return L::load(row + c, cols - c, T(0)); });
  for (Index i = 0; i < rows_a; ++i)
    for (Index j = 0; j < rows_b; ++j) out[i * out_stride + j] += math::sum(sum[i][j]);
}

/// out(i, j) += sum_c a(i, c) b(j, c), a of rows_a and b of rows_b rows `stride` apart, out row-major with rows_b columns. With
/// `lower`, only entries j <= i are sure to be written.
template <class T, class L = math::Lanes<T>>
void add_outer_products(const T* a, Index rows_a, const T* b, Index rows_b, Index stride, Index cols, T* out,
                        bool lower = false) {
  constexpr Index columns = 512;  // eight rows of them stay in the first cache
  for (Index from = 0; from < cols; from += columns) {
    const Index count = std::min(columns, cols - from);
    for (Index i = 0; i < rows_a; i += 4)
      for (Index j = 0; j < (lower ? std::min(i + 4, rows_b) : rows_b); j += 4)
        add_outer_tile<L>(a + i * stride + from, b + j * stride + from, stride, count, std::min<Index>(4, rows_a - i),
                          std::min<Index>(4, rows_b - j), out + i * rows_b + j, rows_b);
  }
}

/// Room for a row of d numbers that `add_rank_ones` takes in whole registers.
template <class L>
constexpr Index padded_size(Index d) {
  constexpr Index step = L::size < 4 ? 4 : L::size;
  return (d + step - 1) / step * step;
}

/// out(i, j) += sum_c y(c, i) s(c, j) for R rows and V registers of columns.
template <class L, int R, int V, class T>
void add_rank_ones_tile(const T* y, const T* s, Index width, Index count, T* out) {
  L sum[R][V];
  for (int r = 0; r < R; ++r)
    for (int v = 0; v < V; ++v) sum[r][v] = L(T(0));
  for (Index c = 0; c < count; ++c) {
    L row[V];
    for (int v = 0; v < V; ++v) row[v] = L::load(s + c * width + v * L::size);
    for (int r = 0; r < R; ++r) {
      const L left(y[c * width + r]);
      for (int v = 0; v < V; ++v) sum[r][v] = multiply_add(left, row[v], sum[r][v]);
    }
  }
  for (int r = 0; r < R; ++r)
    for (int v = 0; v < V; ++v) {
      T* to = out + r * width + v * L::size;
      (L::load(to) + sum[r][v]).store(to);
    }
}
/// out += sum_c y_c s_c^T over `count` pairs of rows; all have `width` = padded_size(d) numbers a row, and out as many rows.
template <class T, class L = math::Lanes<T>>
void add_rank_ones(const T* y, const T* s, Index width, Index count, T* out) {
  constexpr int rows = 4, registers = L::size > 4 ? 3 : 2;
  for (Index i = 0; i < width; i += rows) {
    Index j = 0;
    for (; j + registers * L::size <= width; j += registers * L::size)
      add_rank_ones_tile<L, rows, registers>(y + i, s + j, width, count, out + i * width + j);
    for (; j < width; j += L::size) add_rank_ones_tile<L, rows, 1>(y + i, s + j, width, count, out + i * width + j);
  }
}

}  // namespace variate::detail

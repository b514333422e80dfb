#pragma once
/// The transpose of a row-major matrix, blocks of it in registers.
#include <algorithm>
#include <cstring>

#include "variate/core/types.hpp"

namespace variate::detail {

/// to (cols x rows) = from (rows x cols)^T, for `count_i` rows and `count_j` columns of a block.
template <class T>
void transpose_plainly(T* to, Index to_row, const T* from, Index from_row, Index count_i, Index count_j) {
  for (Index i = 0; i < count_i; ++i)
    for (Index j = 0; j < count_j; ++j) to[j * to_row + i] = from[i * from_row + j];
}

#if defined(__GNUC__)
/// Eight rows of four numbers: a register holds a row's four and those of the fourth row after it.
template <class T>
[[gnu::always_inline]] inline void transpose_eight(T* to, Index to_row, const T* from, Index from_row) {
  using V [[gnu::vector_size(8 * sizeof(T))]] = T;
  using Half [[gnu::vector_size(4 * sizeof(T))]] = T;
  V r[4];
  for (int i = 0; i < 4; ++i) {
    Half low, high;
    std::memcpy(&low, from + i * from_row, sizeof low);
    std::memcpy(&high, from + (i + 4) * from_row, sizeof high);
    r[i] = __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7);
  }
  const V low01 = __builtin_shufflevector(r[0], r[1], 0, 8, 1, 9, 4, 12, 5, 13),
          low23 = __builtin_shufflevector(r[2], r[3], 0, 8, 1, 9, 4, 12, 5, 13),
          high01 = __builtin_shufflevector(r[0], r[1], 2, 10, 3, 11, 6, 14, 7, 15),
          high23 = __builtin_shufflevector(r[2], r[3], 2, 10, 3, 11, 6, 14, 7, 15);
  const V out[4] = {__builtin_shufflevector(low01, low23, 0, 1, 8, 9, 4, 5, 12, 13),
                    __builtin_shufflevector(low01, low23, 2, 3, 10, 11, 6, 7, 14, 15),
                    __builtin_shufflevector(high01, high23, 0, 1, 8, 9, 4, 5, 12, 13),
                    __builtin_shufflevector(high01, high23, 2, 3, 10, 11, 6, 7, 14, 15)};
  for (int j = 0; j < 4; ++j) std::memcpy(to + j * to_row, &out[j], sizeof(V));
}
template <class T>
[[gnu::always_inline]] inline void transpose_four(T* to, Index to_row, const T* from, Index from_row) {
  using V [[gnu::vector_size(4 * sizeof(T))]] = T;
  V r[4];
  for (int i = 0; i < 4; ++i) std::memcpy(&r[i], from + i * from_row, sizeof(V));
  const V low01 = __builtin_shufflevector(r[0], r[1], 0, 4, 1, 5), low23 = __builtin_shufflevector(r[2], r[3], 0, 4, 1, 5);
  const V high01 = __builtin_shufflevector(r[0], r[1], 2, 6, 3, 7), high23 = __builtin_shufflevector(r[2], r[3], 2, 6, 3, 7);
  const V out[4] = {__builtin_shufflevector(low01, low23, 0, 1, 4, 5), __builtin_shufflevector(low01, low23, 2, 3, 6, 7),
                    __builtin_shufflevector(high01, high23, 0, 1, 4, 5), __builtin_shufflevector(high01, high23, 2, 3, 6, 7)};
  for (int j = 0; j < 4; ++j) std::memcpy(to + j * to_row, &out[j], sizeof(V));
}
#else
template <class T>
void transpose_eight(T* to, Index to_row, const T* from, Index from_row) {
  transpose_plainly(to, to_row, from, from_row, 8, 4);
}
template <class T>
void transpose_four(T* to, Index to_row, const T* from, Index from_row) {
  transpose_plainly(to, to_row, from, from_row, 4, 4);
}
#endif

/// to (cols x rows) = from (rows x cols)^T. A cache line of columns at a time.
template <class T>
[[gnu::noinline]] void transpose(T* to, const T* from, Index rows, Index cols) {
  constexpr Index strip = 16;
  if (rows == 0) return;  // there may be no memory at all
  for (Index j = 0; j < cols; j += strip) {
    const Index end = std::min(cols, j + strip);
    Index i = 0;
    for (; i + 8 <= rows; i += 8) {
      Index k = j;
      for (; k + 4 <= end; k += 4) transpose_eight(to + k * rows + i, rows, from + i * cols + k, cols);
      transpose_plainly(to + k * rows + i, rows, from + i * cols + k, cols, Index{8}, end - k);
    }
    for (; i + 4 <= rows; i += 4) {
      Index k = j;
      for (; k + 4 <= end; k += 4) transpose_four(to + k * rows + i, rows, from + i * cols + k, cols);
      transpose_plainly(to + k * rows + i, rows, from + i * cols + k, cols, Index{4}, end - k);
    }
    transpose_plainly(to + j * rows + i, rows, from + i * cols + j, cols, rows - i, end - j);
  }
}

}  // namespace variate::detail

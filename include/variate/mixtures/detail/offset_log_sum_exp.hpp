#pragma once
/// log sum_k exp(o_k + t_kc) of every column of a table, with what each row gave, in blocks that stay in the cache.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "variate/core/types.hpp"
#include "variate/math/log_sum_exp.hpp"

namespace variate::detail {

/// out_c = log sum_k exp(offset_k + table(k, c)). If `shares` is not null it becomes exp(offset_k + table(k, c) - out_c), where what
/// is too small for products with it to be normal numbers is 0.
template <class T>
void offset_log_sum_exp(const Batch<T>& table, const Vector<T>& offset, Row<T>& out, Batch<T>* shares = nullptr) {
  using L = math::Lanes<T>;
  constexpr T least = std::numeric_limits<T>::min() / (std::numeric_limits<T>::epsilon() * std::numeric_limits<T>::epsilon());
  const Index rows = table.rows(), cols = table.cols();
  out.resize(cols);
  if (shares) shares->resize(rows, cols);
  std::vector<T> block(static_cast<std::size_t>(rows * math::detail::block_columns));
  math::detail::for_blocks<L, T>(cols, [&](Index from, Index count, T* shift, T* sum) {
    for (Index k = 0; k < rows; ++k) {
      const T *row = table.data() + k * cols + from, by = offset[k];
      T* to = block.data() + k * math::detail::block_columns;
      for (Index c = 0; c < count; ++c) to[c] = row[c] + by;
    }
    math::detail::sums_of_block<L>(block.data(), rows, count, math::detail::block_columns, shift, sum,
                                   shares ? block.data() : static_cast<T*>(nullptr));
    for (Index c = 0; c < count; ++c) out[from + c] = shift[c] + std::log(sum[c]);
    if (!shares) return;
    for (Index c = 0; c < count; ++c) sum[c] = sum[c] == 0 ? T(0) : T(1) / sum[c];
    for (Index k = 0; k < rows; ++k) {
      const T* given = block.data() + k * math::detail::block_columns;
      T* to = shares->data() + k * cols + from;
      for (Index c = 0; c < count; ++c) {
        const T share = given[c] * sum[c];
        to[c] = share < least ? T(0) : share;
      }
    }
  });
}

}  // namespace variate::detail

#pragma once
/// log sum exp and softmax without overflow: of each column of a batch (over its rows), or of a row or vector.
///
/// Entries of -inf are weights of zero. Where all entries are -inf the sum is -inf, softmax is 0 and log_softmax is -inf. A NaN
/// makes its column NaN; +inf makes the sum +inf and the softmax NaN where it is +inf.
#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>

#include "variate/core/types.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/lanes.hpp"
#include "variate/math/log.hpp"

namespace variate::math {

namespace detail {

/// Columns that are reduced together: their maxima and sums stay in the first cache, and each row is read in one stretch.
inline constexpr Index block_columns = 256;

/// A finite number to subtract before exp: the maximum, or 0 where it is infinite.
template <class L>
[[gnu::always_inline]] inline L finite_or_zero(L top) {
  using T = typename L::Scalar;
  return select(abs(top) < std::numeric_limits<T>::infinity(), top, L(T(0)));
}

/// Calls f(first, count) for stretches of at most a register; count is below L::size only in the last.
template <class L, class F>
[[gnu::always_inline]] inline void by_lanes(Index n, F f) {
  for (Index i = 0; i < n; i += L::size) f(i, std::min<Index>(L::size, n - i));
}
template <class L, class T>
[[gnu::always_inline]] inline L load_some(const T* from, Index count, T fill) {
  return count == L::size ? L::load(from) : L::load(from, count, fill);
}
template <class L, class T>
[[gnu::always_inline]] inline void store_some(L x, T* to, Index count) {
  if (count == L::size) x.store(to);
  else x.store(to, count);
}

/// For each of `cols` <= block_columns columns of x (rows apart by `stride`): the shift, and sum_i exp(x_i - shift). If y is not
/// null, exp(x_i - shift) is left there.
template <class L, class T>
void sums_of_block(const T* x, Index rows, Index cols, Index stride, T* shift, T* sum, T* y) {
  constexpr T inf = std::numeric_limits<T>::infinity();
  std::fill(shift, shift + block_columns, -inf);
  std::fill(sum, sum + block_columns, T(0));
  for (Index i = 0; i < rows; ++i)
    by_lanes<L>(cols, [&](Index j, Index count) {
      max(L::load(shift + j), load_some<L>(x + i * stride + j, count, T(0))).store(shift + j);
    });
  for (Index j = 0; j < cols; j += L::size) finite_or_zero(L::load(shift + j)).store(shift + j);
  for (Index i = 0; i < rows; ++i)
    by_lanes<L>(cols, [&](Index j, Index count) {
      const L e = exp(load_some<L>(x + i * stride + j, count, T(0)) - L::load(shift + j));
      (L::load(sum + j) + e).store(sum + j);
      if (y) store_some(e, y + i * stride + j, count);
    });
}

template <class L, class T, class F>
void for_blocks(Index cols, F f) {
  std::array<T, static_cast<std::size_t>(block_columns)> shift, sum;
  for (Index j = 0; j < cols; j += block_columns) f(j, std::min(block_columns, cols - j), shift.data(), sum.data());
}

/// Shift and sum of n numbers in a row.
template <class T>
struct ShiftedSum {
  T shift, sum;
};
template <class L, class T>
ShiftedSum<T> shifted_sum(const T* x, Index n) {
  constexpr T inf = std::numeric_limits<T>::infinity();
  L top(-inf), total(T(0));
  by_lanes<L>(n, [&](Index i, Index count) { top = max(top, load_some<L>(x + i, count, -inf)); });
  T shift = -inf;
  for (int i = 0; i < L::size; ++i) shift = top[i] > shift ? top[i] : shift;
  if (!std::isfinite(shift)) shift = 0;
  by_lanes<L>(n, [&](Index i, Index count) { total += exp(load_some<L>(x + i, count, -inf) - shift); });
  return {shift, math::sum(total)};
}

}  // namespace detail

/// log sum_i exp(x_ij) for each column j: R x S to 1 x S; -inf where there are no rows.
template <std::floating_point T, class L = Lanes<T>>
Row<T> log_sum_exp(const Batch<T>& x) {
  Row<T> out(x.cols());
  detail::for_blocks<L, T>(x.cols(), [&](Index j, Index count, T* shift, T* sum) {
    detail::sums_of_block<L>(x.data() + j, x.rows(), count, x.cols(), shift, sum, static_cast<T*>(nullptr));
    detail::by_lanes<L>(count, [&](Index i, Index some) {
      detail::store_some(L::load(shift + i) + log(L::load(sum + i)), out.data() + j + i, some);
    });
  });
  return out;
}
/// log of the mean over the rows of exp(x_ij), for each column: R x S to 1 x S.
template <std::floating_point T>
Row<T> log_mean_exp(const Batch<T>& x) {
  Row<T> out = log_sum_exp(x);
  out.array() -= std::log(static_cast<T>(x.rows()));
  return out;
}
/// exp(x_ij) / sum_k exp(x_kj): each column sums to one.
template <std::floating_point T, class L = Lanes<T>>
Batch<T> softmax(const Batch<T>& x) {
  Batch<T> y(x.rows(), x.cols());
  detail::for_blocks<L, T>(x.cols(), [&](Index j, Index count, T* shift, T* sum) {
    detail::sums_of_block<L>(x.data() + j, x.rows(), count, x.cols(), shift, sum, y.data() + j);
    for (Index i = 0; i < count; ++i) shift[i] = sum[i] == 0 ? T(0) : T(1) / sum[i];  // the shift has served
    for (Index r = 0; r < x.rows(); ++r)
      detail::by_lanes<L>(count, [&](Index i, Index some) {
        T* at = y.data() + r * x.cols() + j + i;
        detail::store_some(detail::load_some<L>(at, some, T(0)) * L::load(shift + i), at, some);
      });
  });
  return y;
}
/// x_ij - log sum_k exp(x_kj): the logarithm of `softmax`.
template <std::floating_point T, class L = Lanes<T>>
Batch<T> log_softmax(const Batch<T>& x) {
  Batch<T> y(x.rows(), x.cols());
  detail::for_blocks<L, T>(x.cols(), [&](Index j, Index count, T* shift, T* sum) {
    detail::sums_of_block<L>(x.data() + j, x.rows(), count, x.cols(), shift, sum, static_cast<T*>(nullptr));
    for (Index i = 0; i < count; ++i) sum[i] = sum[i] == 0 ? T(1) : sum[i];
    detail::by_lanes<L>(count, [&](Index i, Index) { log(L::load(sum + i)).store(sum + i); });
    for (Index r = 0; r < x.rows(); ++r)
      detail::by_lanes<L>(count, [&](Index i, Index some) {
        const Index at = r * x.cols() + j + i;
        const L z = detail::load_some<L>(x.data() + at, some, T(0));
        detail::store_some((z - L::load(shift + i)) - L::load(sum + i), y.data() + at, some);
      });
  });
  return y;
}

/// log sum_i exp(x_i) of n numbers, added in an order that depends on n and the lanes alone; -inf for none.
template <std::floating_point T, class L = Lanes<T>>
T log_sum_exp(const T* x, Index n) {
  const auto s = detail::shifted_sum<L>(x, n);
  return s.shift + math::log<T, L>(s.sum);
}
/// The same for the numbers of a row.
template <std::floating_point T>
T log_sum_exp(const Row<T>& x) {
  return log_sum_exp(x.data(), x.size());
}
/// The same for the numbers of a vector.
template <std::floating_point T>
T log_sum_exp(const Vector<T>& x) {
  return log_sum_exp(x.data(), x.size());
}
/// log of the mean of exp(x_i).
template <std::floating_point T>
T log_mean_exp(const Row<T>& x) {
  return log_sum_exp(x) - std::log(static_cast<T>(x.size()));
}
/// The same for the numbers of a vector.
template <std::floating_point T>
T log_mean_exp(const Vector<T>& x) {
  return log_sum_exp(x) - std::log(static_cast<T>(x.size()));
}
/// y_i = exp(x_i) / sum_k exp(x_k), in place if y == x.
template <std::floating_point T, class L = Lanes<T>>
void softmax(const T* x, T* y, Index n) {
  const auto s = detail::shifted_sum<L>(x, n);
  const T scale = s.sum == 0 ? T(0) : T(1) / s.sum;
  map<L>(x, y, n, [&](L a) { return exp(a - s.shift) * scale; });
}
/// The same for the numbers of a row.
template <std::floating_point T>
Row<T> softmax(const Row<T>& x) {
  Row<T> y(x.size());
  softmax(x.data(), y.data(), x.size());
  return y;
}
/// The same for the numbers of a vector.
template <std::floating_point T>
Vector<T> softmax(const Vector<T>& x) {
  Vector<T> y(x.size());
  softmax(x.data(), y.data(), x.size());
  return y;
}
/// y_i = x_i - log sum_k exp(x_k), in place if y == x.
template <std::floating_point T, class L = Lanes<T>>
void log_softmax(const T* x, T* y, Index n) {
  const auto s = detail::shifted_sum<L>(x, n);
  const T shift = s.shift, rest = s.sum == 0 ? T(0) : math::log<T, L>(s.sum);
  map<L>(x, y, n, [&](L a) { return (a - shift) - rest; });
}
/// The same for the numbers of a row.
template <std::floating_point T>
Row<T> log_softmax(const Row<T>& x) {
  Row<T> y(x.size());
  log_softmax(x.data(), y.data(), x.size());
  return y;
}
/// The same for the numbers of a vector.
template <std::floating_point T>
Vector<T> log_softmax(const Vector<T>& x) {
  Vector<T> y(x.size());
  log_softmax(x.data(), y.data(), x.size());
  return y;
}

}  // namespace variate::math

#pragma once
/// log sum_k exp(o_k + t_kc) of every column of a table, with what each row gave, in stretches that stay in the cache.
#include <algorithm>
#include <limits>
#include <type_traits>

#include "variate/core/types.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/log.hpp"
#include "variate/math/log_sum_exp.hpp"

namespace variate::detail {

/// exp of numbers below this adds nothing to a sum that holds a 1, and is taken for 0.
template <class T>
inline constexpr T negligible_exponent = std::is_same_v<T, float> ? T(-46) : T(-80);

/// exp(x) of a register whose numbers are at most 0, or 0 at no cost if all of them are far below.
template <class L>
[[gnu::always_inline]] inline L exp_or_zero(L x) {
  using T = typename L::Scalar;
  if (!any(!(x < L(negligible_exponent<T>)))) return L(T(0));
  return exp(x);
}

/// Of n columns from column `from` on, what the next function does; out and shares have their sizes.
template <class T>
void offset_log_sum_exp(const Batch<T>& table, const Vector<T>& offset, Index from, Index n, Row<T>& out, Batch<T>* shares) {
  using L = math::Lanes<T>;
  using math::detail::load_some, math::detail::store_some;
  constexpr T inf = std::numeric_limits<T>::infinity();
  const Index rows = table.rows(), cols = table.cols();
  for (Index c = from; c < from + n; c += L::size) {
    const Index count = std::min<Index>(L::size, from + n - c);
    L top(-inf), sum(T(0));
    const T* at = table.data() + c;
    for (Index k = 0; k < rows; ++k) top = max(load_some<L>(at + k * cols, count, T(0)) + L(offset[k]), top);
    const L shift = math::detail::finite_or_zero(top);
    for (Index k = 0; k < rows; ++k) {
      const L e = exp_or_zero(load_some<L>(at + k * cols, count, T(0)) + L(offset[k]) - shift);
      sum += e;
      if (shares) store_some(e, shares->data() + k * cols + c, count);
    }
    store_some(shift + log(sum), out.data() + c, count);
    if (!shares) continue;
    const L scale = select(sum > L(T(0)), L(T(1)) / sum, L(T(0)));
    for (Index k = 0; k < rows; ++k) {
      T* to = shares->data() + k * cols + c;
      store_some(load_some<L>(to, count, T(0)) * scale, to, count);
    }
  }
}
/// out_c = log sum_k exp(offset_k + table(k, c)), -inf where every term is. If `shares` is not null it becomes
/// exp(offset_k + table(k, c) - out_c), where a register of shares below e^-80 (float: e^-46) may be 0.
template <class T>
void offset_log_sum_exp(const Batch<T>& table, const Vector<T>& offset, Row<T>& out, Batch<T>* shares = nullptr) {
  out.resize(table.cols());
  if (shares) shares->resize(table.rows(), table.cols());
  offset_log_sum_exp(table, offset, 0, table.cols(), out, shares);
}

}  // namespace variate::detail

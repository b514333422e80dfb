#pragma once
/// Variables of K classes, one below the other in the rows of a batch.
#include <algorithm>
#include <limits>
#include <string>
#include <string_view>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/lanes.hpp"
#include "variate/math/log1p.hpp"
#include "variate/math/log_sum_exp.hpp"

namespace variate::detail {

/// Classes of each variable, given the rows of the logits; 0 means a single variable. ShapeError unless they divide the rows.
inline Index classes_of(std::string_view name, Index rows, Index classes) {
  require_at_least(name, "rows of logits", rows, 1);
  require_at_least(name, "classes", classes, 0);
  const Index k = classes == 0 ? rows : classes;
  if (rows % k != 0)
    throw ShapeError(complaint(name, "rows of logits", rows, "a multiple of the " + std::to_string(k) + " classes"));
  return k;
}

/// Takes log sum exp from each column of k finite rows, in place. What is left of the largest is -log1p of the others.
template <class T>
void log_normalise(T* x, Index k, Index cols) {
  using L = math::Lanes<T>;
  constexpr Index width = math::detail::block_columns;
  T top[width], others[width], peaks[width];  // peaks: how many are the largest, less one
  for (Index first = 0; first < cols; first += width) {
    const Index count = std::min(width, cols - first);
    const auto each = [&](auto f) {
      for (Index i = 0; i < k; ++i)
        math::detail::by_lanes<L>(count, [&](Index j, Index some) { f(x + i * cols + first + j, j, some); });
    };
    std::fill(top, top + width, -std::numeric_limits<T>::infinity());
    std::fill(others, others + width, T(0));
    std::fill(peaks, peaks + width, T(-1));
    each([&](const T* at, Index j, Index some) {
      max(math::detail::load_some<L>(at, some, T(0)), L::load(top + j)).store(top + j);
    });
    each([&](const T* at, Index j, Index some) {
      const L off = math::detail::load_some<L>(at, some, T(0)) - L::load(top + j);
      const auto peak = off == L(T(0));
      (L::load(others + j) + select(peak, L(T(0)), math::exp(off))).store(others + j);
      (L::load(peaks + j) + select(peak, L(T(1)), L(T(0)))).store(peaks + j);
    });
    for (Index j = 0; j < count; j += L::size) math::log1p(L::load(others + j) + L::load(peaks + j)).store(others + j);
    each([&](T* at, Index j, Index some) {
      const L off = math::detail::load_some<L>(at, some, T(0)) - L::load(top + j);
      math::detail::store_some(off - L::load(others + j), at, some);
    });
  }
}

}  // namespace variate::detail

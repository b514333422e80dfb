#pragma once
/// A batch again and again, each time with one coordinate changed: what measure-valued and local-expectation gradients evaluate.
#include <algorithm>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/core/types.hpp"

namespace variate::detail {

/// Values of f at `changes` variants of x, changes x columns: change(j, y, at) makes the columns of y from `at` on, a copy of
/// x, into variant number j. As many variants go into one call as fit into a few megabytes.
template <class T, class F, class Change>
Batch<T> values_of_changed(const F& f, const Batch<T>& x, Index changes, Change change) {
  constexpr Index most_numbers = Index{1} << 20;
  const Index cols = x.cols(),
              group = std::clamp<Index>(most_numbers / std::max<Index>(x.size(), 1), 1, std::max<Index>(changes, 1));
  Batch<T> values(changes, cols), y;
  for (Index j = 0; j < changes; j += group) {
    const Index count = std::min(group, changes - j);
    y.resize(x.rows(), count * cols);
    for (Index k = 0; k < count; ++k) {
      y.middleCols(k * cols, cols) = x;
      change(j + k, y, k * cols);
    }
    const Row<T> some = variate::values(f, y);
    require_size("evaluate", "number of values of the model", some.size(), y.cols());
    values.middleRows(j, count) = Eigen::Map<const Batch<T>>(some.data(), count, cols);
  }
  return values;
}

}  // namespace variate::detail

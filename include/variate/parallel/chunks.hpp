#pragma once
/// Work cut into pieces of a fixed size, however many threads there are, and sums in the order of the pieces.
#include <algorithm>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/parallel/executor.hpp"

namespace variate {

/// 0, 1, ..., total - 1 in pieces of `size`, the last one perhaps shorter.
class Chunks {
 public:
  /// Throws InvalidArgument if total < 0 or size < 1.
  Chunks(Index total, Index size) : total_(total), size_(size) {
    detail::require_at_least("Chunks", "total", total, 0);
    detail::require_at_least("Chunks", "size", size, 1);
  }
  /// How many chunks there are.
  Index count() const { return total_ / size_ + (total_ % size_ != 0 ? 1 : 0); }
  /// Where piece i begins, and how long it is; 0 <= i < count().
  Index begin(Index i) const { return i * size_; }
  /// The columns of chunk i.
  Index length(Index i) const { return std::min(size_, total_ - i * size_); }

 private:
  Index total_, size_;
};

/// part(begin, length) for every piece, on the executor; then add(sum, part) for all parts in order, here. The same bits for any
/// number of threads. Returns the sum, which starts as `sum`.
template <Executor E, class Sum, class Part, class Add>
Sum reduce_in_order(E& executor, const Chunks& chunks, Sum sum, Part&& part, Add&& add) {
  std::vector<std::optional<std::invoke_result_t<Part&, Index, Index>>> parts(static_cast<std::size_t>(chunks.count()));
  executor.for_each(chunks.count(),
                    [&](Index i) { parts[static_cast<std::size_t>(i)].emplace(part(chunks.begin(i), chunks.length(i))); });
  for (auto& one : parts) add(sum, std::move(*one));
  return sum;
}

}  // namespace variate

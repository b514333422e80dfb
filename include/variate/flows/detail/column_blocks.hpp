#pragma once
/// Batches cut into blocks of columns that stay in the cache while all layers of a flow pass over them.
#include <algorithm>
#include <optional>
#include <utility>

#include "variate/core/spare.hpp"
#include "variate/core/types.hpp"
#include "variate/flows/transform.hpp"

namespace variate::detail {

/// Columns of a block: a network's values for them stay in the second cache.
inline constexpr Index flow_block = 128;

/// `count` columns from `first` on, in rows of `wide` numbers: whole registers.
struct ColumnBlock {
  Index first, count, wide;
};
template <class T, class F>
void for_blocks(Index cols, F f) {
  for (Index first = 0; first < cols; first += flow_block) {
    const Index count = std::min(flow_block, cols - first);
    f(ColumnBlock{first, count, whole_registers<T>(count)});
  }
}
/// Copies a block of a batch of `cols` columns; what is beyond the last column is `fill`.
template <class T>
void load_block(const T* from, Index cols, Index rows, const ColumnBlock& b, T fill, T* to) {
  for (Index i = 0; i < rows; ++i) {
    std::copy_n(from + i * cols + b.first, b.count, to + i * b.wide);
    std::fill_n(to + i * b.wide + b.count, b.wide - b.count, fill);
  }
}
template <class T>
void store_block(const T* from, Index rows, const ColumnBlock& b, T* to, Index cols) {
  for (Index i = 0; i < rows; ++i) std::copy_n(from + i * b.wide, b.count, to + i * cols + b.first);
}

/// Rows for one block, borrowed.
template <class T>
class RoomFor {
 public:
  explicit RoomFor(Index rows) : room_(spare<T>(rows, flow_block)) {}
  RoomFor(const RoomFor&) = delete;
  RoomFor& operator=(const RoomFor&) = delete;
  ~RoomFor() { give_back(room_); }
  T* data() { return room_.data(); }

 private:
  Batch<T> room_;
};

/// Rows for all blocks of a batch, kept for the way back. Move-only.
template <class T>
class KeptBlocks {
 public:
  KeptBlocks() = default;
  KeptBlocks(Index rows, Index cols)
      : stride_(rows), rows_(rows), cols_(cols), room_(spare<T>((cols + flow_block - 1) / flow_block * rows, flow_block)) {}
  KeptBlocks(KeptBlocks&& other) noexcept = default;
  KeptBlocks& operator=(KeptBlocks&& other) noexcept {
    give_back(room_);
    stride_ = other.stride_;
    rows_ = other.rows_;
    cols_ = other.cols_;
    room_ = std::move(other.room_);
    return *this;
  }
  ~KeptBlocks() { give_back(room_); }

  /// Rows of a block.
  Index rows() const { return rows_; }
  /// The last rows of each block are of no interest any more.
  void forget_rows(Index count) { rows_ -= count; }
  template <class F>
  void for_each(F f) {
    for_blocks<T>(cols_, [&](const ColumnBlock& b) { f(b, room_.data() + b.first * stride_); });
  }
  template <class F>
  void for_each(F f) const {
    for_blocks<T>(cols_, [&](const ColumnBlock& b) { f(b, room_.data() + b.first * stride_); });
  }

 private:
  Index stride_ = 0, rows_ = 0, cols_ = 0;
  Batch<T> room_;
};

/// What a flow's map left going forward or back, if there is a map.
template <class T, class Map, bool forward>
struct MapImage {
  using Type = std::optional<decltype(std::declval<const Map&>().inverse(std::declval<const Batch<T>&>()))>;
};
template <class T, class Map>
struct MapImage<T, Map, true> {
  using Type = std::optional<decltype(std::declval<const Map&>().forward(std::declval<const Batch<T>&>()))>;
};
struct NoImage {
  template <class Image>
  void emplace(Image&&) {}
};

}  // namespace variate::detail

#pragma once
/// Walking over batches of one shape, some of them broadcast, a register at a time.
///
/// A participant is as large as the walk, or one row, one column or one number of it. Whenever nobody is a proper row or column
/// the walk is one long row, so that batches of one column (or of three) still use every lane. The last, partial register of a
/// row goes through small buffers: the body of the loop is compiled once. What is not in the inner loop is kept out of line: it
/// is shared by all expressions, and compile time is mostly spent on what is not.
#include <array>

#include "variate/autodiff/tape.hpp"

namespace variate::detail {

struct Shape {
  Index rows = 1;
  Index cols = 1;
  Index size() const { return rows * cols; }
  friend bool operator==(const Shape&, const Shape&) = default;
};

/// The loop's extent, and how a participant moves through it.
struct Walk {
  Index rows;
  Index cols;
  bool flat;

  template <class... S>
  static Walk over(const Shape& whole, const S&... parts) {
    const bool flat = ((parts.size() == 1 || parts.size() == whole.size()) && ...);
    return flat ? Walk{1, whole.size(), true} : Walk{whole.rows, whole.cols, false};
  }
  static Walk over_all(const Shape& whole, const Shape* parts, int count) {
    bool flat = true;
    for (int k = 0; k < count; ++k) flat = flat && (parts[k].size() == 1 || parts[k].size() == whole.size());
    return flat ? Walk{1, whole.size(), true} : Walk{whole.rows, whole.cols, false};
  }
  bool moves_along(const Shape& part) const { return flat ? part.size() == cols : part.cols == cols && cols > 1; }
  Index row_step(const Shape& part) const { return flat || part.rows == 1 ? 0 : part.cols; }
};

/// Registers of numbers of the plain lanes of L, one array a plane.
template <class L>
struct Buffer {
  using T = typename LaneTraits<L>::Scalar;
  static constexpr int width = LaneTraits<L>::Plain::size;
  alignas(64) T at[LaneTraits<L>::planes][width];
};

template <class L>
[[gnu::always_inline]] inline L load_planes(const typename LaneTraits<L>::Scalar* a, const typename LaneTraits<L>::Scalar* b) {
  using P = typename LaneTraits<L>::Plain;
  if constexpr (LaneTraits<L>::planes == 1) return P::load(a);
  else return L(P::load(a), {P::load(b)});
}
template <class L>
[[gnu::always_inline]] inline void store_planes(const L& x, typename LaneTraits<L>::Scalar* a,
                                                typename LaneTraits<L>::Scalar* b) {
  if constexpr (LaneTraits<L>::planes == 1) {
    x.store(a);
  } else {
    x.value.store(a);
    x.tangent[0].store(b);
  }
}

/// Reads a participant. A register that does not move is kept in a buffer and read with offset 0: no branch in the loop.
template <class L>
class Reader {
  using T = typename LaneTraits<L>::Scalar;
  static constexpr int planes = LaneTraits<L>::planes;
  static constexpr int width = Buffer<L>::width;

 public:
  /// `tangent` is nullptr for what does not vary.
  [[gnu::noinline]] void start(const Walk& walk, const Shape& part, const T* value, const T* tangent) {
    base_[0] = value;
    if constexpr (planes == 2) base_[1] = tangent;
    moving_ = walk.moves_along(part);
    row_step_ = walk.row_step(part);
    const bool empty = walk.rows == 0 || walk.cols == 0;
    for (int p = 0; p < planes; ++p) {
      std::fill_n(buffer_.at[p], width, base_[p] && !empty ? *base_[p] : T(0));
      at_[p] = buffer_.at[p];
      mask_[p] = 0;
    }
  }
  [[gnu::always_inline]] void row(Index i) {
    for (int p = 0; p < planes; ++p) {
      if (!base_[p]) continue;
      if (moving_) {
        at_[p] = base_[p] + i * row_step_;
        mask_[p] = -1;
      } else if (row_step_ != 0) {
        std::fill_n(buffer_.at[p], width, base_[p][i * row_step_]);
      }
    }
  }
  [[gnu::always_inline]] L load(Index c) const {
    return load_planes<L>(at_[0] + (c & mask_[0]), at_[planes - 1] + (c & mask_[planes - 1]));
  }
  /// The last `count` numbers of a row, from c on; the rest repeats the first of them.
  [[gnu::noinline]] void enter_tail(Index c, Index count) {
    for (int p = 0; p < planes; ++p) {
      if (mask_[p] == 0) continue;
      LaneTraits<L>::Plain::load(at_[p] + c, count, at_[p][c]).store(buffer_.at[p]);
      at_[p] = buffer_.at[p];
      mask_[p] = 0;
    }
  }
  void leave_tail(Index, Index) {}
  void end_row(Index) {}
  void finish() {}

 private:
  const T* base_[planes];
  const T* at_[planes];
  Index mask_[planes];
  Index row_step_ = 0;
  bool moving_ = false;
  Buffer<L> buffer_;
};

/// Writes a whole batch.
template <class L>
class Writer {
  using T = typename LaneTraits<L>::Scalar;
  static constexpr int planes = LaneTraits<L>::planes;

 public:
  [[gnu::noinline]] void start(const Walk& walk, T* value, Index plane) {
    base_ = value;
    plane_ = plane;
    row_step_ = walk.cols;
  }
  [[gnu::always_inline]] void row(Index i) {
    at_ = row_ = base_ + i * row_step_;
    second_ = at_ + plane_;
    mask_ = -1;
  }
  [[gnu::always_inline]] void store(Index c, const L& x) { store_planes<L>(x, at_ + (c & mask_), second_ + (c & mask_)); }
  [[gnu::noinline]] void enter_tail(Index, Index) {
    at_ = tail_.at[0];
    second_ = tail_.at[planes - 1];
    mask_ = 0;
  }
  [[gnu::noinline]] void leave_tail(Index c, Index count) {
    if (!base_) return;
    for (int p = 0; p < planes; ++p) LaneTraits<L>::Plain::load(tail_.at[p]).store(row_ + p * plane_ + c, count);
  }
  void end_row(Index) {}
  void finish() {}

 private:
  T* base_ = nullptr;
  T* row_ = nullptr;
  T* at_ = nullptr;
  T* second_ = nullptr;
  Index plane_ = 0;
  Index row_step_ = 0;
  Index mask_ = 0;
  Buffer<L> tail_;
};

/// Adds to a participant: where it is broadcast the contributions are summed in a register and folded at the end.
template <class L>
class Adder {
  using T = typename LaneTraits<L>::Scalar;
  static constexpr int planes = LaneTraits<L>::planes;
  static constexpr int width = Buffer<L>::width;

 public:
  [[gnu::noinline]] void start(const Walk& walk, const Shape& part, T* value, Index plane) {
    base_ = value;
    plane_ = plane;
    moving_ = walk.moves_along(part);
    row_step_ = walk.row_step(part);
    clear(sum_);
  }
  [[gnu::always_inline]] void row(Index i) {
    at_ = moving_ ? base_ + i * row_step_ : sum_.at[0];
    second_ = moving_ ? at_ + plane_ : sum_.at[planes - 1];
    mask_ = moving_ ? -1 : 0;
  }
  [[gnu::always_inline]] void add(Index c, const L& x) {
    T* const a = at_ + (c & mask_);
    T* const b = second_ + (c & mask_);
    store_planes<L>(load_planes<L>(a, b) + x, a, b);
  }
  [[gnu::noinline]] void enter_tail(Index c, Index) {
    row_at_ = moving_ ? at_ + c : at_;
    row_second_ = moving_ ? second_ + c : second_;
    clear(tail_);
    at_ = tail_.at[0];
    second_ = tail_.at[planes - 1];
    mask_ = 0;
  }
  [[gnu::noinline]] void leave_tail(Index, Index count) {
    using P = typename LaneTraits<L>::Plain;
    const auto add = [&](T* to, const T* more) { (P::load(to, count, T(0)) + P::load(more)).store(to, count); };
    add(row_at_, tail_.at[0]);
    if constexpr (planes == 2) add(row_second_, tail_.at[1]);
  }
  [[gnu::always_inline]] void end_row(Index i) {
    if (!moving_ && row_step_ != 0) fold(i * row_step_);
  }
  void finish() {
    if (!moving_ && row_step_ == 0) fold(0);
  }

 private:
  void clear(Buffer<L>& buffer) {
    for (int p = 0; p < planes; ++p) std::fill_n(buffer.at[p], width, T(0));
  }
  [[gnu::noinline]] void fold(Index to) {
    for (int p = 0; p < planes; ++p) base_[to + p * plane_] += sum(LaneTraits<L>::Plain::load(sum_.at[p]));
    clear(sum_);
  }
  T* base_ = nullptr;
  T* at_ = nullptr;
  T* second_ = nullptr;
  T* row_at_ = nullptr;
  T* row_second_ = nullptr;
  Index plane_ = 0;
  Index row_step_ = 0;
  Index mask_ = 0;
  bool moving_ = false;
  Buffer<L> sum_;
  Buffer<L> tail_;
};

/// Runs body(c) over the walk, cursors following. `width` numbers a step.
template <int width, class Body, class... Cursors>
[[gnu::always_inline]] inline void run(const Walk& walk, Body body, Cursors&... cursors) {
  for (Index i = 0; i < walk.rows; ++i) {
    (cursors.row(i), ...);
    for (Index c = 0; c < walk.cols; c += width) {
      const Index left = walk.cols - c;
      if (left < width) [[unlikely]]
        (cursors.enter_tail(c, left), ...);
      body(c);
      if (left < width) [[unlikely]]
        (cursors.leave_tail(c, left), ...);
    }
    (cursors.end_row(i), ...);
  }
  (cursors.finish(), ...);
}

/// Several cursors that move together.
template <class Cursor, int count>
struct Cursors {
  std::array<Cursor, static_cast<std::size_t>(count)> each;
  [[gnu::always_inline]] void row(Index i) {
    for (Cursor& c : each) c.row(i);
  }
  [[gnu::always_inline]] void enter_tail(Index c, Index left) {
    for (Cursor& x : each) x.enter_tail(c, left);
  }
  [[gnu::always_inline]] void leave_tail(Index c, Index left) {
    for (Cursor& x : each) x.leave_tail(c, left);
  }
  [[gnu::always_inline]] void end_row(Index i) {
    for (Cursor& c : each) c.end_row(i);
  }
  [[gnu::always_inline]] void finish() {
    for (Cursor& c : each) c.finish();
  }
};

}  // namespace variate::detail

#pragma once
/// Memory that only grows until it is reset: what a tape's batches are kept in.
#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <vector>

#include "variate/core/types.hpp"

namespace variate::detail {

/// A monotonic arena. `reset` forgets everything at once and, if more than one block was needed, replaces them by one that would
/// have been enough: from then on equal steps allocate nothing. Pointers stay valid until `reset`.
class Arena {
 public:
  static constexpr std::size_t alignment = 64;

  void* allocate(std::size_t bytes) {
    bytes = (bytes + alignment - 1) / alignment * alignment;
    if (bytes > left_) [[unlikely]]
      grow(bytes);
    std::byte* const at = next_;
    next_ += bytes;
    left_ -= bytes;
    return at;
  }
  /// `count` numbers, not initialised.
  template <class T>
  T* numbers(Index count) {
    return static_cast<T*>(allocate(static_cast<std::size_t>(count) * sizeof(T)));
  }

  void reset() {
    if (blocks_.size() > 1) {
      const std::size_t all = capacity();
      blocks_.clear();
      add_block(all);
    }
    if (!blocks_.empty()) {
      next_ = blocks_.back().memory.get();
      left_ = blocks_.back().size;
    }
  }
  /// Bytes held.
  std::size_t capacity() const {
    std::size_t all = 0;
    for (const Block& block : blocks_) all += block.size;
    return all;
  }

 private:
  struct Release {
    void operator()(std::byte* memory) const { ::operator delete(memory, std::align_val_t{alignment}); }
  };
  struct Block {
    std::unique_ptr<std::byte, Release> memory;
    std::size_t size;
  };
  void add_block(std::size_t size) {
    blocks_.push_back(
        {std::unique_ptr<std::byte, Release>(static_cast<std::byte*>(::operator new(size, std::align_val_t{alignment}))), size});
  }
  void grow(std::size_t bytes) {
    add_block(std::max({bytes, capacity(), std::size_t{1} << 16}));
    next_ = blocks_.back().memory.get();
    left_ = blocks_.back().size;
  }

  std::vector<Block> blocks_;
  std::byte* next_ = nullptr;
  std::size_t left_ = 0;
};

}  // namespace variate::detail

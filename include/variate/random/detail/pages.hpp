#pragma once
/// Random words by the page, and how a page becomes numbers.
///
/// A page is 32 words (256 bytes) made of eight cipher blocks: word g*8 + b is word g of block b. Read as numbers of type T it
/// has four groups of 64 / sizeof(T) numbers. Kernels write the same page whatever the width of the registers they use, and each
/// number of a page depends on its own bits alone: that is why a fill gives the same numbers on every processor.
#include <cstdint>
#include <cstring>

#include "variate/core/types.hpp"
#include "variate/math/lanes.hpp"
#include "variate/random/detail/threefry.hpp"

namespace variate::detail {

inline constexpr int words_per_page = 32;
inline constexpr int blocks_per_page = 8;

/// Numbers of type T in a page, and in one of its four groups.
template <class T>
inline constexpr Index numbers_per_page = words_per_page * 8 / static_cast<Index>(sizeof(T));
template <class T>
inline constexpr Index numbers_per_group = numbers_per_page<T> / 4;

/// What a counter is used for; kept in its last word, so that no two uses meet.
enum class Purpose : std::uint64_t { numbers = 0, split = 1, rejection = 2 };

/// The words of the page's first blocks (at least `blocks`) under this key; W, lanes of std::uint64_t, counters at a time.
template <class W>
[[gnu::always_inline]] inline void generate_page(const Block& key, std::uint64_t page, int blocks, std::uint64_t* words) {
  std::uint64_t steps[W::size];
  for (int i = 0; i < W::size; ++i) steps[i] = static_cast<std::uint64_t>(i);
  const W lane = W::load(steps);
  for (int b = 0; b < blocks; b += W::size) {
    W x[4] = {lane + W(page * blocks_per_page + static_cast<std::uint64_t>(b)), W(0), W(0),
              W(static_cast<std::uint64_t>(Purpose::numbers))};
    threefry4x64(key, x);
    for (int g = 0; g < 4; ++g) x[g].store(words + g * blocks_per_page + b);
  }
}

/// Fills out[0, n) page by page. `words(page, count, to)` writes the words that the page's first `count` numbers need;
/// `transform(words, out, count)` makes numbers of them (it may write a whole page).
template <class T, class Words, class Transform>
void fill_pages(T* out, Index n, Words&& words, Transform&& transform) {
  alignas(64) std::uint64_t page[words_per_page] = {};
  std::uint64_t index = 0;
  for (; n >= numbers_per_page<T>; n -= numbers_per_page<T>, out += numbers_per_page<T>) {
    words(index++, numbers_per_page<T>, page);
    transform(page, out, numbers_per_page<T>);
  }
  if (n > 0) {
    alignas(64) T rest[numbers_per_page<T>];
    words(index, n, page);
    transform(page, rest, n);
    std::memcpy(out, rest, static_cast<std::size_t>(n) * sizeof(T));
  }
}

}  // namespace variate::detail

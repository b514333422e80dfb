#pragma once
/// Random words by the page, and how a page becomes numbers.
///
/// A page is 32 words (256 bytes) made of eight cipher blocks: word g*8 + b is word g of block b. Read as numbers of type T it
/// has four groups of 64 / sizeof(T) numbers. Kernels write the same page whatever the width of the registers they use, and each
/// number of a page depends on its own bits alone: that is why a fill gives the same numbers on every processor.
#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

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

/// Words that hold n numbers of type T.
template <class T>
constexpr Index words_for(Index n) {
  return (n * static_cast<Index>(sizeof(T)) + 7) / 8;
}

/// The counters b, b + 1, ... of a page's blocks; W, lanes of std::uint64_t, at a time.
template <class W>
[[gnu::always_inline]] inline Threefry<W> counters(std::uint64_t page, Index b) {
  std::uint64_t steps[W::size];
  for (int i = 0; i < W::size; ++i) steps[i] = static_cast<std::uint64_t>(i);
  return {{W::load(steps) + W(page * blocks_per_page + static_cast<std::uint64_t>(b)), W(0), W(0),
           W(static_cast<std::uint64_t>(Purpose::numbers))}};
}

/// Lanes of unsigned integers as wide as L's numbers.
template <class L>
using BitsOf = math::Lanes<math::UnsignedOf<typename L::Scalar>, L::size, L::backing>;

/// A page in memory.
struct StoredPage {
  alignas(64) std::uint64_t words[words_per_page] = {};

  /// Numbers i, i + 1, ... of a group as integers.
  template <class L>
  [[gnu::always_inline]] BitsOf<L> bits(Index group, Index i) const {
    BitsOf<L> bits;
    const std::byte* const from = reinterpret_cast<const std::byte*>(words + group * blocks_per_page);
    std::memcpy(&bits.v, from + i * static_cast<Index>(sizeof(typename L::Scalar)), sizeof bits.v);
    return bits;
  }
};
/// A page whose groups are one register each. Words that went through memory on their way would halve the speed.
template <class W>
struct PageInRegisters {
  W words[4];

  template <class L>
  [[gnu::always_inline]] BitsOf<L> bits(Index group, Index) const {
    return BitsOf<L>(std::bit_cast<typename BitsOf<L>::Native>(words[group].v));
  }
};

/// The words of pages `first`, `first` + 1, ... under a key, for numbers of type T: what `fill_pages` asks for.
template <class W, class T>
class KeyedPages {
  static constexpr bool wide = W::size == blocks_per_page;

 public:
  using Page = std::conditional_t<wide, PageInRegisters<W>, StoredPage>;

  [[gnu::always_inline]] KeyedPages(const Block& key, std::uint64_t first) : key_(key), first_(first) {}

  /// Makes a page in five parts, if it is as wide as W; else all at the first.
  class InParts {
   public:
    [[gnu::always_inline]] InParts(const KeyedPages& pages, std::uint64_t page, Index count, Page& to)
        : pages_(pages), page_(page), count_(count), to_(to) {
      if constexpr (wide) {
        under_way_ = counters<W>(pages.first_ + page, 0);
        under_way_.begin(pages.key_);
      }
    }
    template <unsigned number>
    [[gnu::always_inline]] void part() {
      if constexpr (wide) {
        under_way_.template part<number>(pages_.key_);
        if constexpr (number == 4)
          for (int g = 0; g < 4; ++g) to_.words[g] = under_way_.x[g];
      } else if constexpr (number == 0) {
        pages_.make(page_, count_, to_);
      }
    }

   private:
    const KeyedPages& pages_;
    std::uint64_t page_;
    Index count_;
    Page& to_;
    Threefry<W> under_way_;
  };

 private:
  [[gnu::always_inline]] void make(std::uint64_t page, Index count, Page& to) const {
    const Index blocks = words_for<T>(count);
    Index b = 0;
    do {
      Threefry<W> c = counters<W>(first_ + page, b);
      threefry4x64(key_, c.x);
      for (int g = 0; g < 4; ++g) c.x[g].store(to.words + g * blocks_per_page + b);
      b += W::size;
    } while (b < blocks && b < blocks_per_page);
  }

  ThreefryKey<W> key_;
  std::uint64_t first_;
};

/// Pages that are filled at once, by fill(page, count, words).
template <class Fill>
struct PagesFilledBy {
  using Page = StoredPage;
  Fill fill;

  struct InParts {
    const PagesFilledBy& pages;
    std::uint64_t page;
    Index count;
    Page& to;
    template <unsigned number>
    void part() {
      if constexpr (number == 0) pages.fill(page, count, to.words);
    }
  };
};
template <class Fill>
PagesFilledBy(Fill) -> PagesFilledBy<Fill>;

/// Nothing more to make.
struct NoPage {
  template <unsigned number>
  void part() {}
};
/// All five.
template <class Next>
[[gnu::always_inline]] inline void all_parts(Next& next) {
  next.template part<0>();
  next.template part<1>();
  next.template part<2>();
  next.template part<3>();
  next.template part<4>();
}

/// Fills out[0, n) page by page. `typename Words::InParts(words, index, count, page)` makes the words that the page's first
/// `count` numbers need; `transform(page, out, count, next)` makes numbers of them (it may write a whole page), and calls
/// next.part<0>() to next.part<4>() where it would wait for results: there the words of the next page are made.
template <class T, class Words, class Transform>
void fill_pages(T* out, Index n, const Words& words, const Transform& transform) {
  if (n <= 0) return;
  using Next = typename Words::InParts;
  constexpr Index size = numbers_per_page<T>;
  std::uint64_t index = 0;
  typename Words::Page page{};
  Next first{words, index, std::min(n, size), page};
  all_parts(first);
  if (n > size) {
    const Words own = words;  // which no writing to `out` can change: what depends on the key alone is computed once
    for (; n > size; n -= size, out += size) {
      typename Words::Page next{};
      transform(page, out, size, Next{own, ++index, std::min(n - size, size), next});
      page = next;
    }
  }
  alignas(64) T last[size];
  T* const to = n == size ? out : last;
  transform(page, to, n, NoPage{});
  if (n < size) std::memcpy(out, last, static_cast<std::size_t>(n) * sizeof(T));
}

}  // namespace variate::detail

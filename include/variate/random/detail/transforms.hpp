#pragma once
/// From random bits to uniform and normal numbers, N at a time.
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "variate/math/lanes.hpp"
#include "variate/random/detail/box_muller.hpp"
#include "variate/random/detail/pages.hpp"

namespace variate::detail {

/// The unsigned integer of T's size.
template <class T>
using BitsOf = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;

/// The page's numbers i, i + 1, ... i + N - 1 as integers of T's size.
template <class T, int N>
[[gnu::always_inline]] inline math::Lanes<BitsOf<T>, N> load_bits(const std::uint64_t* words, Index i) {
  math::Lanes<BitsOf<T>, N> bits;
  std::memcpy(&bits.v, reinterpret_cast<const char*>(words) + i * static_cast<Index>(sizeof(T)), sizeof bits.v);
  return bits;
}

/// A number in the open interval (0, 1). double: (k + 1/2) 2^-52 with 52 random bits, exact and symmetric. float: (k + 1/2) 2^-31
/// rounded, with 31 random bits, so that the lower tail keeps all 24 digits; the largest is 1 - 2^-24.
template <class T, int N>
[[gnu::always_inline]] inline math::Lanes<T, N> to_uniform(math::Lanes<BitsOf<T>, N> bits) {
  using L = math::Lanes<T, N>;
  if constexpr (sizeof(T) == 8) {
    using B = math::Lanes<std::uint64_t, N>;
    return math::bits_as<double>((bits >> 12) | B(0x3FF0000000000000u)) - L(0x1.fffffffffffffp-1);
  } else {
    const L u = math::convert<float>(math::bits_as<std::int32_t>(bits >> 1)) * L(0x1p-31f) + L(0x1p-32f);
    return select(u < L(0x1.fffffep-1f), u, L(0x1.fffffep-1f));
  }
}

/// A fraction of a full turn in [-1/2, 1/2], for the angle of Box and Muller.
template <class T, int N>
[[gnu::always_inline]] inline math::Lanes<T, N> to_turns(math::Lanes<BitsOf<T>, N> bits) {
  using L = math::Lanes<T, N>;
  if constexpr (sizeof(T) == 8) {
    using B = math::Lanes<std::uint64_t, N>;
    return math::bits_as<double>((bits >> 12) | B(0x3FF0000000000000u)) - L(1.5);
  } else {
    return math::convert<float>(math::bits_as<std::int32_t>(bits)) * L(0x1p-32f);
  }
}

template <class T, int N>
[[gnu::always_inline]] inline void uniform_page(const std::uint64_t* words, T* out, Index count) {
  for (Index i = 0; i < count; i += N) to_uniform<T, N>(load_bits<T, N>(words, i)).store(out + i);
}

/// Groups 0 and 2 give the radii, groups 1 and 3 the angles; numbers l and l + group are r cos and r sin of the same pair.
template <class T, int N>
[[gnu::always_inline]] inline void normal_page(const std::uint64_t* words, T* out, Index count) {
  constexpr Index group = numbers_per_group<T>;
  for (Index first = 0; first < count; first += 2 * group)
    for (Index i = first; i < first + group && i < count; i += N) {
      const auto [a, b] = box_muller(to_uniform<T, N>(load_bits<T, N>(words, i)), to_turns<T, N>(load_bits<T, N>(words, i + group)));
      a.store(out + i);
      b.store(out + i + group);
    }
}

}  // namespace variate::detail

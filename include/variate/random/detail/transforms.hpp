#pragma once
/// From random bits to uniform and normal numbers, a register at a time. L is lanes of float or double.
#include <cstdint>
#include <cstring>

#include "variate/math/lanes.hpp"
#include "variate/random/detail/box_muller.hpp"
#include "variate/random/detail/pages.hpp"

namespace variate::detail {

/// Lanes of unsigned integers as wide as L's numbers, and lanes of T in the same register.
template <class L>
using BitsOf = math::Lanes<math::UnsignedOf<typename L::Scalar>, L::size, L::backing>;
template <class W, class T>
using LanesLike = math::Lanes<T, static_cast<int>(sizeof(typename W::Native) / sizeof(T)), W::backing>;

/// The page's numbers i, i + 1, ... as integers.
template <class L>
[[gnu::always_inline]] inline BitsOf<L> load_bits(const std::uint64_t* words, Index i) {
  BitsOf<L> bits;
  std::memcpy(&bits.v, reinterpret_cast<const char*>(words) + i * static_cast<Index>(sizeof(typename L::Scalar)), sizeof bits.v);
  return bits;
}

/// A number in [1, 2) from the top 52 bits of a word.
template <class L>
[[gnu::always_inline]] inline L from_one_to_two(BitsOf<L> bits) {
  return math::bits_as<double>((bits >> 12) | BitsOf<L>(0x3FF0000000000000u));
}

/// A number in the open interval (0, 1). double: (k + 1/2) 2^-52 with 52 random bits, exact and symmetric. float: (k + 1/2) 2^-31
/// rounded, with 31 random bits, so that the lower tail keeps all 24 digits; the largest is 1 - 2^-24.
template <class L>
[[gnu::always_inline]] inline L to_uniform(BitsOf<L> bits) {
  if constexpr (sizeof(typename L::Scalar) == 8) {
    return from_one_to_two<L>(bits) - L(0x1.fffffffffffffp-1);
  } else {
    const L u = math::convert<float>(math::bits_as<std::int32_t>(bits >> 1)) * L(0x1p-31f) + L(0x1p-32f);
    return min(u, L(0x1.fffffep-1f));
  }
}

/// A fraction of a full turn in [-1/2, 1/2], for the angle of Box and Muller.
template <class L>
[[gnu::always_inline]] inline L to_turns(BitsOf<L> bits) {
  if constexpr (sizeof(typename L::Scalar) == 8) return from_one_to_two<L>(bits) - L(1.5);
  else return math::convert<float>(math::bits_as<std::int32_t>(bits)) * L(0x1p-32f);
}

template <class L, class T = typename L::Scalar>
[[gnu::always_inline]] inline void uniform_page(const std::uint64_t* words, T* out, Index count) {
  for (Index i = 0; i < count; i += L::size) to_uniform<L>(load_bits<L>(words, i)).store(out + i);
}

/// Groups 0 and 2 give the radii, groups 1 and 3 the angles; numbers l and l + group are r cos and r sin of the same pair.
template <class L, class T = typename L::Scalar>
[[gnu::always_inline]] inline void normal_page(const std::uint64_t* words, T* out, Index count) {
  constexpr Index group = numbers_per_group<T>;
  for (Index first = 0; first < count; first += 2 * group)
    for (Index i = first; i < first + group && i < count; i += L::size) {
      const auto [a, b] = box_muller(to_uniform<L>(load_bits<L>(words, i)), to_turns<L>(load_bits<L>(words, i + group)));
      a.store(out + i);
      b.store(out + i + group);
    }
}

}  // namespace variate::detail

#pragma once
/// Loads and stores of the first few lanes of a register. Rows of a batch are often shorter than a register, so this is not rare:
/// a masked instruction takes 1 ns where a loop through memory takes 10 to 20. `Lanes::load` and `Lanes::store` come here.
#include <bit>
#include <cstddef>
#include <cstdint>

#include "variate/math/detail/registers.hpp"

namespace variate::math::detail {

#if defined(__AVX2__)
template <class T>
[[gnu::always_inline]] inline __m256i first_mask(std::ptrdiff_t count) {
  if constexpr (sizeof(T) == 8) return _mm256_cmpgt_epi64(_mm256_set1_epi64x(count), _mm256_setr_epi64x(0, 1, 2, 3));
  else return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
#endif

/// The first `count` numbers, the rest `fill`; 0 <= count <= the number of lanes.
template <class L, class T>
[[gnu::always_inline]] inline L load_first(const T* from, std::ptrdiff_t count, T fill) {
#if defined(__AVX512F__) && defined(__AVX512DQ__)
  if constexpr (L::backing != Backing::plain && sizeof(L) == 64) {
    const unsigned mask = (1u << count) - 1u;
    const __m512i rest = std::bit_cast<__m512i>(L(fill).v);
    if constexpr (sizeof(T) == 8)
      return L(std::bit_cast<typename L::Native>(_mm512_mask_loadu_epi64(rest, static_cast<__mmask8>(mask), from)));
    else return L(std::bit_cast<typename L::Native>(_mm512_mask_loadu_epi32(rest, static_cast<__mmask16>(mask), from)));
  }
#endif
#if defined(__AVX2__)
  if constexpr (L::backing != Backing::plain && sizeof(L) == 32) {
    const __m256i mask = first_mask<T>(count), rest = std::bit_cast<__m256i>(L(fill).v);
    __m256i some;
    if constexpr (sizeof(T) == 8) some = _mm256_maskload_epi64(reinterpret_cast<const long long*>(from), mask);
    else some = _mm256_maskload_epi32(reinterpret_cast<const int*>(from), mask);
    return L(std::bit_cast<typename L::Native>(_mm256_blendv_epi8(rest, some, mask)));
  }
#endif
  T all[L::size];
  for (int i = 0; i < L::size; ++i) all[i] = i < count ? from[i] : fill;
  return L::load(all);
}

/// Stores the first `count` numbers only.
template <class L, class T>
[[gnu::always_inline]] inline void store_first(L v, T* to, std::ptrdiff_t count) {
#if defined(__AVX512F__) && defined(__AVX512DQ__)
  if constexpr (L::backing != Backing::plain && sizeof(L) == 64) {
    const unsigned mask = (1u << count) - 1u;
    if constexpr (sizeof(T) == 8) _mm512_mask_storeu_epi64(to, static_cast<__mmask8>(mask), std::bit_cast<__m512i>(v.v));
    else _mm512_mask_storeu_epi32(to, static_cast<__mmask16>(mask), std::bit_cast<__m512i>(v.v));
    return;
  }
#endif
#if defined(__AVX2__)
  if constexpr (L::backing != Backing::plain && sizeof(L) == 32) {
    const __m256i mask = first_mask<T>(count), some = std::bit_cast<__m256i>(v.v);
    if constexpr (sizeof(T) == 8) _mm256_maskstore_epi64(reinterpret_cast<long long*>(to), mask, some);
    else _mm256_maskstore_epi32(reinterpret_cast<int*>(to), mask, some);
    return;
  }
#endif
  T all[L::size];
  v.store(all);
  for (int i = 0; i < count; ++i) to[i] = all[i];
}

}  // namespace variate::math::detail

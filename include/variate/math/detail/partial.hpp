#pragma once
/// Loads and stores of the first few lanes of a register. Rows of a batch are often shorter than a register, so this is not rare: a
/// masked instruction takes 1 ns where a loop through memory takes 10 to 20.
#include <bit>
#include <cstddef>
#include <cstdint>

#include "variate/math/lanes.hpp"

namespace variate::math::detail {

/// The first `count` numbers, the rest `fill`; 0 <= count <= the number of lanes.
template <class L, class T>
[[gnu::always_inline]] inline L load_first(const T* from, std::ptrdiff_t count, T fill) {
#if defined(__AVX512F__) && defined(__AVX512DQ__)
  if constexpr (L::backing != Backing::plain && sizeof(L) == 64) {
    const unsigned mask = (1u << count) - 1u;
    if constexpr (sizeof(T) == 8)
      return L(std::bit_cast<typename L::Native>(_mm512_mask_loadu_epi64(std::bit_cast<__m512i>(L(fill).v), static_cast<__mmask8>(mask), from)));
    else
      return L(std::bit_cast<typename L::Native>(_mm512_mask_loadu_epi32(std::bit_cast<__m512i>(L(fill).v), static_cast<__mmask16>(mask), from)));
  }
#endif
#if defined(__AVX2__)
  if constexpr (L::backing != Backing::plain && sizeof(L) == 32) {
    if constexpr (sizeof(T) == 8) {
      const __m256i mask = _mm256_cmpgt_epi64(_mm256_set1_epi64x(count), _mm256_setr_epi64x(0, 1, 2, 3));
      const __m256d some = _mm256_maskload_pd(reinterpret_cast<const double*>(from), mask);
      return L(std::bit_cast<typename L::Native>(_mm256_blendv_pd(std::bit_cast<__m256d>(L(fill).v), some, _mm256_castsi256_pd(mask))));
    } else {
      const __m256i mask = _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
      const __m256 some = _mm256_maskload_ps(reinterpret_cast<const float*>(from), mask);
      return L(std::bit_cast<typename L::Native>(_mm256_blendv_ps(std::bit_cast<__m256>(L(fill).v), some, _mm256_castsi256_ps(mask))));
    }
  }
#endif
  return L::load(from, count, fill);
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
    if constexpr (sizeof(T) == 8)
      _mm256_maskstore_pd(reinterpret_cast<double*>(to), _mm256_cmpgt_epi64(_mm256_set1_epi64x(count), _mm256_setr_epi64x(0, 1, 2, 3)),
                          std::bit_cast<__m256d>(v.v));
    else
      _mm256_maskstore_ps(reinterpret_cast<float*>(to),
                          _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)),
                          std::bit_cast<__m256>(v.v));
    return;
  }
#endif
  v.store(to, count);
}

}  // namespace variate::math::detail

#pragma once
/// What lies under `Lanes`: the register type, and the few operations the vector extensions of GCC 12 have no word for.
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#if defined(__GNUC__) && (defined(__AVX__) || defined(__FMA__))
#include <immintrin.h>
#elif defined(__GNUC__) && defined(__SSE2__)
#include <emmintrin.h>  // a tenth of the time to read
#endif

namespace variate::math {

/// What N lanes are kept in: an array, a vector register, or a vector register of a processor with fused multiply-add.
enum class Backing : int { plain, vector, fused };

/// The backing this translation unit is compiled for.
inline constexpr Backing native_backing =
#if !defined(__GNUC__)
    Backing::plain;
#elif defined(__FMA__) || defined(__AVX512F__) || defined(__ARM_FEATURE_FMA)
    Backing::fused;
#else
    Backing::vector;
#endif

/// Bytes in the widest register this translation unit may use.
inline constexpr int register_bytes =
#if defined(__AVX512F__) && defined(__AVX512DQ__)
    64;
#elif defined(__AVX2__)
    32;
#else
    16;
#endif

/// Numbers of type T that fill one register.
template <class T>
inline constexpr int native_lanes = register_bytes / static_cast<int>(sizeof(T));

namespace detail {

/// N numbers in an array, with the operators a vector register has: the backing for compilers without vector types.
template <class T, int N>
struct PlainRegister {
  using Signed = std::conditional_t<sizeof(T) == 8, std::int64_t, std::int32_t>;
  using Truth = PlainRegister<Signed, N>;
  T at[N];

  T& operator[](int i) { return at[i]; }
  const T& operator[](int i) const { return at[i]; }

  template <class R, class F>
  static R both(const PlainRegister& a, const PlainRegister& b, F f) {
    R r;
    for (int i = 0; i < N; ++i) r[i] = f(a[i], b[i]);
    return r;
  }
  template <class F>
  static PlainRegister arithmetic(const PlainRegister& a, const PlainRegister& b, F f) {
    return both<PlainRegister>(a, b, [f](T x, T y) { return static_cast<T>(f(x, y)); });
  }
  template <class F>
  static Truth compare(const PlainRegister& a, const PlainRegister& b, F f) {
    return both<Truth>(a, b, [f](T x, T y) { return f(x, y) ? Signed(-1) : Signed(0); });
  }
  using P = PlainRegister;
  friend P operator+(const P& a, const P& b) { return arithmetic(a, b, [](T x, T y) { return x + y; }); }
  friend P operator-(const P& a, const P& b) { return arithmetic(a, b, [](T x, T y) { return x - y; }); }
  friend P operator*(const P& a, const P& b) { return arithmetic(a, b, [](T x, T y) { return x * y; }); }
  friend P operator/(const P& a, const P& b) { return arithmetic(a, b, [](T x, T y) { return x / y; }); }
  friend P operator&(const P& a, const P& b) { return arithmetic(a, b, [](T x, T y) { return x & y; }); }
  friend P operator|(const P& a, const P& b) { return arithmetic(a, b, [](T x, T y) { return x | y; }); }
  friend P operator^(const P& a, const P& b) { return arithmetic(a, b, [](T x, T y) { return x ^ y; }); }
  friend P operator-(const P& a) { return arithmetic(a, a, [](T x, T) { return -x; }); }
  friend P operator~(const P& a) { return arithmetic(a, a, [](T x, T) { return ~x; }); }
  friend P operator<<(const P& a, int n) { return arithmetic(a, a, [n](T x, T) { return x << n; }); }
  friend P operator>>(const P& a, int n) { return arithmetic(a, a, [n](T x, T) { return x >> n; }); }
  friend Truth operator<(const P& a, const P& b) { return compare(a, b, [](T x, T y) { return x < y; }); }
  friend Truth operator<=(const P& a, const P& b) { return compare(a, b, [](T x, T y) { return x <= y; }); }
  friend Truth operator>(const P& a, const P& b) { return compare(a, b, [](T x, T y) { return x > y; }); }
  friend Truth operator>=(const P& a, const P& b) { return compare(a, b, [](T x, T y) { return x >= y; }); }
  friend Truth operator==(const P& a, const P& b) { return compare(a, b, [](T x, T y) { return x == y; }); }
  friend Truth operator!=(const P& a, const P& b) { return compare(a, b, [](T x, T y) { return x != y; }); }
};

template <class T, int N, Backing B>
struct RegisterOf {
  using Type = PlainRegister<T, N>;
};
#if defined(__GNUC__)
template <class T, int N, Backing B>
  requires(B != Backing::plain)
struct RegisterOf<T, N, B> {
  typedef T Type __attribute__((vector_size(N * static_cast<int>(sizeof(T)))));
};
#endif
template <class T, int N, Backing B>
using Register = typename RegisterOf<T, N, B>::Type;

/// f on each element of one or more registers.
template <class T, class F, class V, class... More>
[[gnu::always_inline]] inline V elementwise(F f, V a, More... more) {
  V r;
  for (int i = 0; i < static_cast<int>(sizeof(V) / sizeof(T)); ++i) r[i] = f(a[i], more[i]...);
  return r;
}

#if defined(__GNUC__)
template <class To, class From>
[[gnu::always_inline]] inline To convert_register(From a) {
  return __builtin_convertvector(a, To);
}
#else
template <class To, class From>
To convert_register(From a);
#endif

template <class T, class V>
[[gnu::always_inline]] inline V fused_multiply_add(V a, V b, V c) {
#if defined(__FMA__) && defined(__SSE2__)
  if constexpr (sizeof(V) == 16 && sizeof(T) == 8) return V(_mm_fmadd_pd(__m128d(a), __m128d(b), __m128d(c)));
  else if constexpr (sizeof(V) == 16 && sizeof(T) == 4) return V(_mm_fmadd_ps(__m128(a), __m128(b), __m128(c)));
  else if constexpr (sizeof(V) == 32 && sizeof(T) == 8) return V(_mm256_fmadd_pd(__m256d(a), __m256d(b), __m256d(c)));
  else if constexpr (sizeof(V) == 32 && sizeof(T) == 4) return V(_mm256_fmadd_ps(__m256(a), __m256(b), __m256(c)));
#if defined(__AVX512F__)
  else if constexpr (sizeof(V) == 64 && sizeof(T) == 8) return V(_mm512_fmadd_pd(__m512d(a), __m512d(b), __m512d(c)));
  else if constexpr (sizeof(V) == 64 && sizeof(T) == 4) return V(_mm512_fmadd_ps(__m512(a), __m512(b), __m512(c)));
#endif
  else
#endif
    return elementwise<T>([](T x, T y, T z) { return std::fma(x, y, z); }, a, b, c);
}

template <class T, class V>
[[gnu::always_inline]] inline V square_root(V a) {
#if defined(__GNUC__) && defined(__SSE2__)
  if constexpr (sizeof(V) == 16 && sizeof(T) == 8) return V(_mm_sqrt_pd(__m128d(a)));
  else if constexpr (sizeof(V) == 16 && sizeof(T) == 4) return V(_mm_sqrt_ps(__m128(a)));
#if defined(__AVX__)
  else if constexpr (sizeof(V) == 32 && sizeof(T) == 8) return V(_mm256_sqrt_pd(__m256d(a)));
  else if constexpr (sizeof(V) == 32 && sizeof(T) == 4) return V(_mm256_sqrt_ps(__m256(a)));
#endif
#if defined(__AVX512F__)  // the masked forms: g++ 12 warns of the plain ones' own uninitialised variable
  else if constexpr (sizeof(V) == 64 && sizeof(T) == 8) return V(_mm512_maskz_sqrt_pd(__mmask8(-1), __m512d(a)));
  else if constexpr (sizeof(V) == 64 && sizeof(T) == 4) return V(_mm512_maskz_sqrt_ps(__mmask16(-1), __m512(a)));
#endif
  else
#endif
    return elementwise<T>([](T x) { return std::sqrt(x); }, a);
}

/// Whether any of the elements, each 0 or -1, is set.
template <class I, class V>
[[gnu::always_inline]] inline bool any_set(V a) {
#if defined(__GNUC__) && defined(__SSE2__)
  if constexpr (sizeof(V) == 16) return _mm_movemask_epi8(__m128i(a)) != 0;
#if defined(__AVX2__)
  else if constexpr (sizeof(V) == 32) return _mm256_movemask_epi8(__m256i(a)) != 0;
#endif
#if defined(__AVX512F__)
  else if constexpr (sizeof(V) == 64) return _mm512_test_epi32_mask(__m512i(a), __m512i(a)) != 0;
#endif
  else
#endif
  {
    I set = 0;
    for (int i = 0; i < static_cast<int>(sizeof(V) / sizeof(I)); ++i) set |= a[i];
    return set != 0;
  }
}

}  // namespace detail
}  // namespace variate::math

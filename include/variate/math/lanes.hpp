#pragma once
/// `Lanes<T, N>`: N numbers that the processor treats as one. Written on the vector types of GCC and Clang, so that speed does not
/// hang on the auto-vectoriser's mood (spec/core.md section 2: the same loop is 4x slower at another flag); elsewhere a plain array.
///
/// N is part of every kernel's name, so two translation units compiled for different processors do not share a definition.
#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace variate::math {

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

/// The signed integer of T's size.
template <class T>
using IntegerOf = std::conditional_t<sizeof(T) == 8, std::int64_t, std::int32_t>;

/// The outcome of a comparison: all bits set where true. `I` is the integer of the compared type's size.
template <class I, int N>
struct Mask;

namespace detail {
#if defined(__GNUC__)
template <class T, int N>
struct Register {
  typedef T Type __attribute__((vector_size(N * static_cast<int>(sizeof(T)))));
};
#else
template <class T, int N>
struct PlainRegister {
  T at[N];
  T& operator[](int i) { return at[i]; }
  const T& operator[](int i) const { return at[i]; }
};
template <class T, int N>
struct Register {
  using Type = PlainRegister<T, N>;
};
#endif
}  // namespace detail

/// N numbers of type T (float, double, or a 32 or 64 bit integer).
template <class T, int N = native_lanes<T>>
struct Lanes {
  using Scalar = T;
  static constexpr int size = N;
  using Native = typename detail::Register<T, N>::Type;
  Native v;

  Lanes() = default;
  explicit Lanes(Native native) : v(native) {}
  Lanes(T x) {                         // NOLINT: a number stands for N copies of it
#if defined(__GNUC__)
    v = x - Native{};
#else
    for (int i = 0; i < N; ++i) v[i] = x;
#endif
  }

  T operator[](int i) const { return v[i]; }

  static Lanes load(const T* from) {
    Lanes x;
    std::memcpy(&x.v, from, sizeof x.v);
    return x;
  }
  /// The first `count` numbers; the rest are `fill`.
  static Lanes load(const T* from, std::ptrdiff_t count, T fill) {
    T all[N];
    for (int i = 0; i < N; ++i) all[i] = i < count ? from[i] : fill;
    return load(all);
  }
  void store(T* to) const { std::memcpy(to, &v, sizeof v); }
  void store(T* to, std::ptrdiff_t count) const {
    T all[N];
    store(all);
    for (int i = 0; i < N && i < count; ++i) to[i] = all[i];
  }
};

template <class I, int N>
struct Mask {
  Lanes<I, N> bits;  ///< each lane 0 or -1
  bool operator[](int i) const { return bits[i] != 0; }
};

namespace detail {
/// Applies f lane by lane: the plain fallback, and what has no vector form.
template <class R, class F, class... A>
constexpr R lanewise(F f, const A&... a) {
  R r{};
  for (int i = 0; i < R::size; ++i) r.v[i] = f(a[i]...);
  return r;
}
}  // namespace detail

#if defined(__GNUC__)
template <class T, int N> Lanes<T, N> operator+(Lanes<T, N> a, Lanes<T, N> b) { return Lanes<T, N>(a.v + b.v); }
template <class T, int N> Lanes<T, N> operator-(Lanes<T, N> a, Lanes<T, N> b) { return Lanes<T, N>(a.v - b.v); }
template <class T, int N> Lanes<T, N> operator*(Lanes<T, N> a, Lanes<T, N> b) { return Lanes<T, N>(a.v * b.v); }
template <class T, int N> Lanes<T, N> operator/(Lanes<T, N> a, Lanes<T, N> b) { return Lanes<T, N>(a.v / b.v); }
template <class T, int N> Lanes<T, N> operator-(Lanes<T, N> a) { return Lanes<T, N>(-a.v); }
template <class T, int N> Lanes<T, N> operator&(Lanes<T, N> a, Lanes<T, N> b) { return Lanes<T, N>(a.v & b.v); }
template <class T, int N> Lanes<T, N> operator|(Lanes<T, N> a, Lanes<T, N> b) { return Lanes<T, N>(a.v | b.v); }
template <class T, int N> Lanes<T, N> operator^(Lanes<T, N> a, Lanes<T, N> b) { return Lanes<T, N>(a.v ^ b.v); }
template <class T, int N> Lanes<T, N> operator<<(Lanes<T, N> a, int count) { return Lanes<T, N>(a.v << count); }
/// Arithmetic for signed integers, logical for unsigned ones, as in the language.
template <class T, int N> Lanes<T, N> operator>>(Lanes<T, N> a, int count) { return Lanes<T, N>(a.v >> count); }
template <class T, int N> Mask<IntegerOf<T>, N> operator<(Lanes<T, N> a, Lanes<T, N> b) { return {Lanes<IntegerOf<T>, N>(a.v < b.v)}; }
template <class T, int N> Mask<IntegerOf<T>, N> operator<=(Lanes<T, N> a, Lanes<T, N> b) { return {Lanes<IntegerOf<T>, N>(a.v <= b.v)}; }
template <class T, int N> Mask<IntegerOf<T>, N> operator>(Lanes<T, N> a, Lanes<T, N> b) { return {Lanes<IntegerOf<T>, N>(a.v > b.v)}; }
template <class T, int N> Mask<IntegerOf<T>, N> operator>=(Lanes<T, N> a, Lanes<T, N> b) { return {Lanes<IntegerOf<T>, N>(a.v >= b.v)}; }
template <class T, int N> Mask<IntegerOf<T>, N> operator==(Lanes<T, N> a, Lanes<T, N> b) { return {Lanes<IntegerOf<T>, N>(a.v == b.v)}; }
template <class T, int N> Mask<IntegerOf<T>, N> operator!=(Lanes<T, N> a, Lanes<T, N> b) { return {Lanes<IntegerOf<T>, N>(a.v != b.v)}; }
/// mask ? a : b, lane by lane.
template <class T, int N> Lanes<T, N> select(Mask<IntegerOf<T>, N> mask, Lanes<T, N> a, Lanes<T, N> b) {
  return Lanes<T, N>(mask.bits.v ? a.v : b.v);
}
/// Value conversion, lane by lane.
template <class To, class T, int N> Lanes<To, N> convert(Lanes<T, N> a) {
  return Lanes<To, N>(__builtin_convertvector(a.v, typename Lanes<To, N>::Native));
}
#else
// MSVC
#endif

/// The same bits read as another type of the same size.
template <class To, class T, int N>
Lanes<To, N> bits_as(Lanes<T, N> a) {
  static_assert(sizeof(To) == sizeof(T));
  return Lanes<To, N>(std::bit_cast<typename Lanes<To, N>::Native>(a.v));
}

}  // namespace variate::math

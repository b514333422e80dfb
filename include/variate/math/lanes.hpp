#pragma once
/// `Lanes<T, N>`: N numbers that the processor treats as one. Written on the vector types of GCC and Clang, so that speed does
/// not hang on the auto-vectoriser's mood (the same plain loop is 4x slower at another flag); elsewhere, on a plain array.
///
/// N and the backing are part of every kernel's name, so translation units compiled for different processors share no definition.
/// Kernels write `multiply_add(a, b, c)` where they want a fused operation, and are right whether it is one or not; they are not
/// right under -ffast-math.
#include <bit>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "variate/math/detail/partial.hpp"
#include "variate/math/detail/registers.hpp"

namespace variate::math {

/// The signed and the unsigned integer of T's size.
template <class T>
using IntegerOf = std::conditional_t<sizeof(T) == 8, std::int64_t, std::int32_t>;
/// The unsigned integer of the same size.
template <class T>
using UnsignedOf = std::make_unsigned_t<IntegerOf<T>>;

/// The outcome of a comparison of lanes of I's size. Combine with & | !, use with `select`, `any`, `all`.
template <class I, int N, Backing B>
struct Mask;

/// N numbers of type T (float, double, or a 32 or 64 bit integer). A scalar converts to N copies of itself.
template <class T, int N = native_lanes<T>, Backing B = native_backing>
struct Lanes {
  using Scalar = T;
  /// The register.
  using Native = detail::Register<T, N, B>;
  /// What comparisons give.
  using Truth = Mask<IntegerOf<T>, N, B>;
  /// How many numbers there are.
  static constexpr int size = N;
  /// Registers or plain arrays.
  static constexpr Backing backing = B;

  /// The numbers.
  Native v;

  Lanes() = default;
  [[gnu::always_inline]] explicit Lanes(Native native) : v(native) {}
  [[gnu::always_inline]] Lanes(T x) {  // NOLINT: a number stands for N copies of it
    if constexpr (B == Backing::plain) {
      for (int i = 0; i < N; ++i) v[i] = x;
    } else if constexpr (std::is_floating_point_v<T>) {
      v = x - Native{};
    } else {
      v = x | Native{};
    }
  }

  T operator[](int i) const { return v[i]; }

  /// N numbers from memory of any alignment.
  [[gnu::always_inline]] static Lanes load(const T* from) {
    Lanes x;
    std::memcpy(&x.v, from, sizeof x.v);
    return x;
  }
  /// The first `count` numbers, 0 <= count <= N; the rest are `fill`.
  [[gnu::always_inline]] static Lanes load(const T* from, std::ptrdiff_t count, T fill) {
    return detail::load_first<Lanes>(from, count, fill);
  }
  /// Writes all N.
  [[gnu::always_inline]] void store(T* to) const { std::memcpy(to, &v, sizeof v); }
  /// Only the first `count` numbers.
  [[gnu::always_inline]] void store(T* to, std::ptrdiff_t count) const { detail::store_first(*this, to, count); }

  /// f applied lane by lane: for what has no vector form.
  template <class F, class... More>
  [[gnu::always_inline]] static Lanes each(F f, const More&... a) {
    T all[N];
    for (int i = 0; i < N; ++i) all[i] = f(a[i]...);
    return load(all);
  }

  [[gnu::always_inline]] friend Lanes operator+(Lanes a, Lanes b) { return Lanes(a.v + b.v); }
  [[gnu::always_inline]] friend Lanes operator-(Lanes a, Lanes b) { return Lanes(a.v - b.v); }
  [[gnu::always_inline]] friend Lanes operator*(Lanes a, Lanes b) { return Lanes(a.v * b.v); }
  [[gnu::always_inline]] friend Lanes operator/(Lanes a, Lanes b) { return Lanes(a.v / b.v); }
  [[gnu::always_inline]] friend Lanes operator-(Lanes a) { return Lanes(-a.v); }
  [[gnu::always_inline]] Lanes& operator+=(Lanes b) { return *this = *this + b; }
  [[gnu::always_inline]] Lanes& operator-=(Lanes b) { return *this = *this - b; }
  [[gnu::always_inline]] Lanes& operator*=(Lanes b) { return *this = *this * b; }
  [[gnu::always_inline]] Lanes& operator/=(Lanes b) { return *this = *this / b; }

  /// Bits of integers. A shift right is arithmetic for signed integers, logical for unsigned ones, as in the language.
  [[gnu::always_inline]] friend Lanes operator&(Lanes a, Lanes b) requires std::integral<T> { return Lanes(a.v & b.v); }
  [[gnu::always_inline]] friend Lanes operator|(Lanes a, Lanes b) requires std::integral<T> { return Lanes(a.v | b.v); }
  [[gnu::always_inline]] friend Lanes operator^(Lanes a, Lanes b) requires std::integral<T> { return Lanes(a.v ^ b.v); }
  [[gnu::always_inline]] friend Lanes operator~(Lanes a) requires std::integral<T> { return Lanes(~a.v); }
  [[gnu::always_inline]] friend Lanes operator<<(Lanes a, int count) requires std::integral<T> { return Lanes(a.v << count); }
  [[gnu::always_inline]] friend Lanes operator>>(Lanes a, int count) requires std::integral<T> { return Lanes(a.v >> count); }

  [[gnu::always_inline]] friend Truth operator<(Lanes a, Lanes b) { return Truth(a.v < b.v); }
  [[gnu::always_inline]] friend Truth operator<=(Lanes a, Lanes b) { return Truth(a.v <= b.v); }
  [[gnu::always_inline]] friend Truth operator>(Lanes a, Lanes b) { return Truth(a.v > b.v); }
  [[gnu::always_inline]] friend Truth operator>=(Lanes a, Lanes b) { return Truth(a.v >= b.v); }
  [[gnu::always_inline]] friend Truth operator==(Lanes a, Lanes b) { return Truth(a.v == b.v); }
  [[gnu::always_inline]] friend Truth operator!=(Lanes a, Lanes b) { return Truth(a.v != b.v); }

  /// mask ? a : b, lane by lane. Both are computed, and neither traps.
  [[gnu::always_inline]] friend Lanes select(Truth mask, Lanes a, Lanes b) {
    if constexpr (B == Backing::plain) return each([](auto m, T x, T y) { return m != 0 ? x : y; }, mask.bits, a, b);
    else return Lanes(mask.bits.v ? a.v : b.v);
  }
  /// The smaller and the larger; b where either is NaN.
  [[gnu::always_inline]] friend Lanes min(Lanes a, Lanes b) { return select(a < b, a, b); }
  [[gnu::always_inline]] friend Lanes max(Lanes a, Lanes b) { return select(a > b, a, b); }

  /// a * b + c, with one rounding where the processor has the instruction.
  [[gnu::always_inline]] friend Lanes multiply_add(Lanes a, Lanes b, Lanes c) requires std::floating_point<T> {
    if constexpr (B == Backing::fused) return Lanes(detail::fused_multiply_add<T>(a.v, b.v, c.v));
    else return a * b + c;
  }
  /// Correctly rounded; NaN for negative numbers.
  [[gnu::always_inline]] friend Lanes sqrt(Lanes a) requires std::floating_point<T> {
    if constexpr (B == Backing::plain) return each([](T x) { return std::sqrt(x); }, a);
    else return Lanes(detail::square_root<T>(a.v));
  }
};

template <class I, int N, Backing B>
struct Mask {
  Lanes<I, N, B> bits;  ///< each lane 0 or -1

  Mask() = default;
  [[gnu::always_inline]] explicit Mask(typename Lanes<I, N, B>::Native native) : bits(native) {}
  bool operator[](int i) const { return bits[i] != 0; }

  [[gnu::always_inline]] friend Mask operator&(Mask a, Mask b) { return Mask((a.bits & b.bits).v); }
  [[gnu::always_inline]] friend Mask operator|(Mask a, Mask b) { return Mask((a.bits | b.bits).v); }
  [[gnu::always_inline]] friend Mask operator!(Mask a) { return Mask((~a.bits).v); }

  /// Whether some lane, or every lane, is true.
  [[gnu::always_inline]] friend bool any(Mask a) {
    if constexpr (B == Backing::plain) {
      bool found = false;
      for (int i = 0; i < N; ++i) found = found || a[i];
      return found;
    } else {
      return detail::any_set<I>(a.bits.v);
    }
  }
  /// True where every lane is.
  [[gnu::always_inline]] friend bool all(Mask a) { return !any(!a); }
};

/// The same bits read as another type of the same size.
template <class To, class T, int N, Backing B>
[[gnu::always_inline]] inline Lanes<To, N, B> bits_as(Lanes<T, N, B> a) {
  static_assert(sizeof(To) == sizeof(T));
  return Lanes<To, N, B>(std::bit_cast<typename Lanes<To, N, B>::Native>(a.v));
}

/// Value conversion, lane by lane, as static_cast.
template <class To, class T, int N, Backing B>
[[gnu::always_inline]] inline Lanes<To, N, B> convert(Lanes<T, N, B> a) {
  if constexpr (B == Backing::plain) return Lanes<To, N, B>::each([](T x) { return static_cast<To>(x); }, a);
  else return Lanes<To, N, B>(detail::convert_register<typename Lanes<To, N, B>::Native>(a.v));
}

/// The magnitude, also of NaN and -0.
template <std::floating_point T, int N, Backing B>
[[gnu::always_inline]] inline Lanes<T, N, B> abs(Lanes<T, N, B> a) {
  return bits_as<T>(bits_as<UnsignedOf<T>>(a) & (~UnsignedOf<T>(0) >> 1));
}
/// The magnitude of a with the sign of b.
template <std::floating_point T, int N, Backing B>
[[gnu::always_inline]] inline Lanes<T, N, B> copysign(Lanes<T, N, B> a, Lanes<T, N, B> b) {
  using U = UnsignedOf<T>;
  constexpr U sign = U(1) << (8 * sizeof(T) - 1);
  return bits_as<T>((bits_as<U>(a) & U(~sign)) | (bits_as<U>(b) & sign));
}
/// To the nearest whole number, halves to even. Keeps -0, infinities, NaN.
template <std::floating_point T, int N, Backing B>
[[gnu::always_inline]] inline Lanes<T, N, B> round_even(Lanes<T, N, B> a) {
  constexpr T whole = T(1) / std::numeric_limits<T>::epsilon();  // from here on every number is whole
  const Lanes<T, N, B> size = abs(a);
  // The sign comes last: of select(m, copysign(b, a), a) clang 19 makes a masked vpternlog with its operands exchanged.
  return copysign(select(size < whole, (size + whole) - whole, size), a);
}
/// To the next whole number below. Keeps -0, infinities, NaN.
template <std::floating_point T, int N, Backing B>
[[gnu::always_inline]] inline Lanes<T, N, B> floor(Lanes<T, N, B> a) {
  const Lanes<T, N, B> near = round_even(a);
  return select(near > a, near - T(1), near);
}
/// A NaN is the only number that differs from itself.
template <std::floating_point T, int N, Backing B>
[[gnu::always_inline]] inline auto is_nan(Lanes<T, N, B> a) {
  return a != a;
}

/// The sum of all lanes, halves onto halves: the same order on every processor with the same N.
template <class T, int N, Backing B>
[[gnu::always_inline]] inline T sum(Lanes<T, N, B> a) {
  T all[N];
  a.store(all);
  for (int width = N / 2; width > 0; width /= 2)
    for (int i = 0; i < width; ++i) all[i] = static_cast<T>(all[i] + all[i + width]);
  return all[0];
}

namespace detail {
/// One loop over whole registers that g++ may neither inline nor clone: it would fuse a * b + c in one copy and not in another.
template <class L, class T, class F>
#if defined(__clang__) || !defined(__GNUC__)
[[gnu::noinline]]
#else
[[gnu::noipa]]
#endif
void map_registers(const T* x, T* y, std::ptrdiff_t registers, F f) {
  for (std::ptrdiff_t i = 0; i < registers; ++i) f(L::load(x + i * L::size)).store(y + i * L::size);
}
}  // namespace detail

/// y_i = f(x_i), where f takes and gives lanes L; in place if y == x. Whole registers, the tail and single numbers go through the
/// same instructions, so that a number's image does not depend on where the number stands.
template <class L, class T, class F>
void map(const T* x, T* y, std::ptrdiff_t n, F f) {
  const std::ptrdiff_t whole = n / L::size, rest = n % L::size;
  if (whole > 0) detail::map_registers<L>(x, y, whole, f);
  if (rest > 0) {
    T last[L::size];
    L::load(x + whole * L::size, rest, T(1)).store(last);
    detail::map_registers<L>(last, last, 1, f);
    L::load(last).store(y + whole * L::size, rest);
  }
}

}  // namespace variate::math

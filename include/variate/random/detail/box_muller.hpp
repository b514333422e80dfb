#pragma once
/// Two normals from two uniforms: r = sqrt(-2 log u), (r cos 2 pi t, r sin 2 pi t). G. E. P. Box and M. E. Muller, "A note on the
/// generation of random normal deviates", Ann. Math. Statist. 29 (1958). The kernels need no care for zero, infinity or NaN, which
/// the uniforms never are; the polynomials were fitted for this file (Remez, on the reduced ranges).
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "variate/math/lanes.hpp"

namespace variate::detail {

/// c[0] + c[1] x + ... by Horner's rule.
template <class L, class T, std::size_t K>
[[gnu::always_inline]] inline L polynomial(L x, const T (&c)[K]) {
  L sum(c[K - 1]);
  for (std::size_t k = K - 1; k-- > 0;) sum = sum * x + L(c[k]);
  return sum;
}

/// log u for a normal number u in (0, 1): u = 2^e m with m in [sqrt(1/2), sqrt 2), s = (m - 1) / (m + 1), log m = 2 artanh s.
template <class T, int N>
[[gnu::always_inline]] inline math::Lanes<T, N> log_of_uniform(math::Lanes<T, N> u) {
  using L = math::Lanes<T, N>;
  using I = math::IntegerOf<T>;
  using B = math::Lanes<std::make_unsigned_t<I>, N>;
  constexpr bool wide = sizeof(T) == 8;
  constexpr int digits = wide ? 52 : 23;
  // The exponent field of u / sqrt(1/2), kept positive so that a logical shift will do (a 64-bit arithmetic one is not everywhere).
  constexpr auto root_half = static_cast<std::make_unsigned_t<I>>(wide ? 0x3FE6A09E667F3BCDu : 0x3F3504F3u);
  constexpr auto bias = static_cast<std::make_unsigned_t<I>>(wide ? 1023u : 127u) << digits;
  const B bits = math::bits_as<std::make_unsigned_t<I>>(u);
  const B exponent = (bits + B(bias - root_half)) >> digits;
  const L m = math::bits_as<T>(bits + B(bias) - (exponent << digits));
  // exponent - bias as a number: put it into the low digits of 1.5 * 2^digits.
  constexpr T magic = wide ? T(0x1.8p52) : T(0x1.8p23f);
  constexpr auto magic_bits = static_cast<std::make_unsigned_t<I>>(wide ? 0x4338000000000000u : 0x4B400000u);
  const L e = math::bits_as<T>(exponent + B(magic_bits)) - L(magic + T(wide ? 1023 : 127));
  const L s = (m - L(1)) / (m + L(1));
  const L z = s * s;
  L p;
  if constexpr (wide)
    p = polynomial(z, {0.6666666666666734, 0.39999999999414654, 0.28571428742391475, 0.22222198572851873, 0.1818356434167587,
                       0.15314050175295588, 0.14795953401982612});
  else
    p = polynomial(z, {0.6666677638323658f, 0.39977541377426706f, 0.2987173288832026f});
  // log 2 in two parts, the first with zeros enough at its end for e times it to be exact.
  constexpr T log2_high = wide ? T(0x1.62e42fee00000p-1) : T(0x1.62ep-1f);
  constexpr T log2_low = wide ? T(0x1.a39ef35793c76p-33) : T(0x1.0bfbe8p-15f);
  return (s * z * p + e * L(log2_low)) + (s + s) + e * L(log2_high);
}

/// sin and cos of t full turns, |t| <= 1/2.
template <class T, int N>
[[gnu::always_inline]] inline std::pair<math::Lanes<T, N>, math::Lanes<T, N>> sin_cos_turns(math::Lanes<T, N> t) {
  using L = math::Lanes<T, N>;
  using U = std::make_unsigned_t<math::IntegerOf<T>>;
  using B = math::Lanes<U, N>;
  constexpr bool wide = sizeof(T) == 8;
  // t = q / 4 + r with |r| <= 1/8; q stands in the low digits of `rounded`.
  constexpr T magic = wide ? T(0x1.8p52) : T(0x1.8p23f);
  const L rounded = t * L(4) + L(magic);
  const L r = t - (rounded - L(magic)) * L(T(0.25));
  const B q = math::bits_as<U>(rounded);
  const L z = r * r;
  L sine, cosine;
  if constexpr (wide) {
    sine = polynomial(z, {6.283185307179586, -41.341702240399634, 81.6052492759445, -76.7058597033134, 42.058684901870855,
                          -15.093797495494966, 3.7807259673289226});
    cosine = polynomial(z, {1.0, -19.739208802178716, 64.93939402266801, -85.45681720654005, 60.24464133161204, -26.426251140472882,
                            7.903101640270935, -1.6970201240340221});
  } else {
    sine = polynomial(z, {6.2831852868303235f, -41.34166145358331f, 81.59235335888997f, -75.3935547309153f});
    cosine = polynomial(z, {1.0f, -19.73920869365265f, 64.93932647007509f, -85.44374152860247f, 59.24595696676243f});
  }
  sine = sine * r;
  // A quarter turn swaps the two; the signs are bit 1 of q for the sine and bit 1 of q + 1 for the cosine.
  constexpr int top = wide ? 62 : 30;
  constexpr U sign = U(1) << (top + 1);
  const B odd = B(0) - (q & B(1));
  const B a = math::bits_as<U>(sine), b = math::bits_as<U>(cosine);
  const B swap = (a ^ b) & odd;
  return {math::bits_as<T>(a ^ swap ^ ((q << top) & B(sign))), math::bits_as<T>(b ^ swap ^ (((q + B(1)) << top) & B(sign)))};
}

/// The square root of a positive normal number to 1 ulp. The vector types have no root of their own, and 16 cheap operations beat
/// the processor's slow one: a first guess of 1/sqrt x from the bits (3.5 %), one or two cubic steps, and Heron's for the last digits.
template <class T, int N>
[[gnu::always_inline]] inline math::Lanes<T, N> square_root(math::Lanes<T, N> x) {
  using L = math::Lanes<T, N>;
  using U = std::make_unsigned_t<math::IntegerOf<T>>;
  using B = math::Lanes<U, N>;
  constexpr bool wide = sizeof(T) == 8;
  L y = math::bits_as<T>(B(static_cast<U>(wide ? 0x5FE6EB50C7B537A9u : 0x5F375A86u)) - (math::bits_as<U>(x) >> 1));
  for (int step = 0; step < (wide ? 2 : 1); ++step) {
    const L error = L(1) - x * y * y;
    y = y + y * error * (L(T(0.5)) + L(T(0.375)) * error);
  }
  const L root = x * y;
  return root + L(T(0.5)) * y * (x - root * root);
}

/// (r cos 2 pi t, r sin 2 pi t) with r = sqrt(-2 log u); u in (0, 1), |t| <= 1/2.
template <class T, int N>
[[gnu::always_inline]] inline std::pair<math::Lanes<T, N>, math::Lanes<T, N>> box_muller(math::Lanes<T, N> u, math::Lanes<T, N> t) {
  const math::Lanes<T, N> r = square_root(log_of_uniform(u) * math::Lanes<T, N>(T(-2)));
  const auto [sine, cosine] = sin_cos_turns(t);
  return {r * cosine, r * sine};
}

}  // namespace variate::detail

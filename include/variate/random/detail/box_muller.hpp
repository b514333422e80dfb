#pragma once
/// Two normals from two uniforms: r = sqrt(-2 log u), (r cos 2 pi t, r sin 2 pi t). G. E. P. Box and M. E. Muller, "A note on the
/// generation of random normal deviates", Ann. Math. Statist. 29 (1958).
#include <array>
#include <utility>

#include "variate/math/lanes.hpp"
#include "variate/math/log.hpp"

namespace variate::detail {

/// sin and cos of t full turns, |t| <= 1/2, to 2e-16 (double) or 1e-7 (float). The polynomials were fitted for this file (Remez).
template <class L>
[[gnu::always_inline]] inline std::pair<L, L> sin_cos_turns(L t) {
  using T = typename L::Scalar;
  using U = math::UnsignedOf<T>;
  using B = math::Lanes<U, L::size, L::backing>;
  constexpr bool wide = sizeof(T) == 8;
  // t = q / 4 + r with |r| <= 1/8; q stands in the low digits of `rounded`.
  constexpr T magic = wide ? T(0x1.8p52) : T(0x1.8p23f);
  const L rounded = multiply_add(t, L(4), L(magic));
  const L r = multiply_add(rounded - L(magic), L(T(-0.25)), t);
  const B q = math::bits_as<U>(rounded);
  const L z = r * r;
  L sine, cosine;
  if constexpr (wide) {
    sine = r * math::detail::polynomial(z, std::array{6.283185307179586, -41.341702240399634, 81.6052492759445, -76.7058597033134,
                                                      42.058684901870855, -15.093797495494966, 3.7807259673289226});
    cosine = multiply_add(z, math::detail::polynomial(z, std::array{-19.739208802178716, 64.93939402266801, -85.45681720654005,
                                                                    60.24464133161204, -26.426251140472882, 7.903101640270935,
                                                                    -1.6970201240340221}), L(1));
  } else {
    sine = r * math::detail::polynomial(z, std::array{6.2831852868303235f, -41.34166145358331f, 81.59235335888997f,
                                                      -75.3935547309153f});
    cosine = multiply_add(z, math::detail::polynomial(z, std::array{-19.73920869365265f, 64.93932647007509f, -85.44374152860247f,
                                                                    59.24595696676243f}), L(1));
  }
  // A quarter turn swaps the two; the signs are bit 1 of q for the sine and bit 1 of q + 1 for the cosine.
  constexpr int top = wide ? 62 : 30;
  constexpr U sign = U(1) << (top + 1);
  const B odd = B(0) - (q & B(1));
  const B a = math::bits_as<U>(sine), b = math::bits_as<U>(cosine);
  const B swap = (a ^ b) & odd;
  return {math::bits_as<T>(a ^ swap ^ ((q << top) & B(sign))), math::bits_as<T>(b ^ swap ^ (((q + B(1)) << top) & B(sign)))};
}

/// (r cos 2 pi t, r sin 2 pi t) with r = sqrt(-2 log u); u in (0, 1), |t| <= 1/2.
template <class L>
[[gnu::always_inline]] inline std::pair<L, L> box_muller(L u, L t) {
  const L r = sqrt(math::log(u) * L(-2));
  const auto [sine, cosine] = sin_cos_turns(t);
  return {r * cosine, r * sine};
}

}  // namespace variate::detail

#pragma once
/// What exp, expm1 and their kin share: x = n ln(2) + r, and e^r - 1 as a head and a tail.
#include <array>
#include <concepts>

#include "variate/math/detail/polynomial.hpp"
#include "variate/math/lanes.hpp"

namespace variate::math::detail {

/// Constants found by tests/data/math/make_coefficients.py. `tail` is q in e^r = 1 + r + r^2 q(r) on |r| <= ln(2)/2, to 3e-19
/// (double) and 1.4e-8 (float) of e^r - 1. `ln2_high` has so few bits that its product with every n is exact.
template <std::floating_point T>
struct ExpConstants {
  static constexpr double log2_e = 1.4426950408889634, ln2_high = 0.6931471804855391383171082, ln2_low = 7.4406171100123967e-11;
  static constexpr double lowest = -746, highest = 710;  // beyond: 0 and infinity
  static constexpr int mantissa = 52, bias = 1023;
  static constexpr std::array<double, 11> tail{
      0.5, 0.16666666666666676, 0.041666666666666701, 0.0083333333333218042, 0.0013888888888867006, 0.00019841269885787578,
      2.4801587360419372e-5, 2.7557244471134536e-6, 2.7557242788948816e-7, 2.5108968404347977e-8, 2.0924449844531473e-9};
};
template <>
struct ExpConstants<float> {
  static constexpr float log2_e = 1.44269504f, ln2_high = 0.693145751953125f, ln2_low = 1.42860682e-6f;
  static constexpr float lowest = -105, highest = 89;
  static constexpr int mantissa = 23, bias = 127;
  static constexpr std::array<float, 5> tail{0.500000006f, 0.166665432f, 0.0416662812f, 0.00836658224f, 0.00139465356f};
};

/// x = n ln(2) + r with e^r - 1 = head + tail, |tail| < 0.08; the head is exact.
template <class L>
struct Exponential {
  using T = typename L::Scalar;
  using C = ExpConstants<T>;
  using Bits = Lanes<UnsignedOf<T>, L::size, L::backing>;
  L n, head, tail;
  Bits exponent;  ///< n + 2 bias in the low bits, something else above

  /// x within [lowest, highest], or NaN.
  [[gnu::always_inline]] explicit Exponential(L x) {
    // Added to a number this large, the last bit of a sum stands for 1: it rounds, and leaves the integer in the low bits.
    constexpr T shift = T(1.5) / std::numeric_limits<T>::epsilon() + T(2 * C::bias);
    const L shifted = multiply_add(x, L(C::log2_e), L(shift));
    exponent = bits_as<UnsignedOf<T>>(shifted);
    n = shifted - shift;
    head = multiply_add(n, L(-C::ln2_high), x);
    const L low = n * C::ln2_low;
    const L r = head - low;
    tail = multiply_add(r * r, polynomial(r, C::tail), -low);
  }

  /// a * 2^n, by two factors, so that the whole range from subnormal to overflow is reached with one rounding.
  [[gnu::always_inline]] L scale(L a) const {
    const Bits half = exponent >> 1;
    return a * bits_as<T>(half << C::mantissa) * bits_as<T>((exponent - half) << C::mantissa);
  }
};

/// e^x - 1 for x in [-40, 710] (float: [-20, 89]); loses the sign of -0.
template <class L>
[[gnu::always_inline]] inline L exp_minus_one(L x) {
  using T = typename L::Scalar;
  using C = ExpConstants<T>;
  const Exponential<L> e(x);
  // 2^n ((1 - 2^-n) + head + tail): the first sum keeps what it loses, so that nothing cancels
  const L inverse = bits_as<T>((UnsignedOf<T>(3 * C::bias) - e.exponent) << C::mantissa);  // 2^-n, wrong where n > bias
  const L one = select(e.n > T(100), L(T(1)), T(1) - inverse);
  const L high = one + e.head, low = e.head - (high - one);
  return e.scale(high + (low + e.tail));
}

}  // namespace variate::math::detail

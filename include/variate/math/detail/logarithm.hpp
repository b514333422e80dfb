#pragma once
/// What log, log1p and their kin share: u = 2^k m with m near 1, and log(m) by its odd series in (m - 1)/(m + 1).
#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <limits>

#include "variate/math/detail/polynomial.hpp"
#include "variate/math/lanes.hpp"

namespace variate::math::detail {

/// Constants found by tests/data/math/make_coefficients.py. `series` is L in log((1 + s)/(1 - s)) = 2s + s z L(z), z = s^2, for
/// 1 + f = (1 + s)/(1 - s) in [sqrt(1/2), sqrt(2)], to 2e-18 (double) and 6e-12 (float) of the logarithm; `wide_series` the same
/// for 1 + f in [2/3, 3/2], to 2e-19 and 3e-11.
template <std::floating_point T>
struct LogConstants {
  static constexpr double ln2_high = 0.6931471804855391383171082, ln2_low = 7.4406171100123967e-11;
  static constexpr int mantissa = 52, bias = 1023;
  static constexpr UnsignedOf<double> root_half = 0x3fe6a09e667f3bcd;  // the bits of sqrt(1/2)
  static constexpr std::array<double, 7> series{0.66666666666666989, 0.39999999999611893, 0.28571428703864557,
                                                0.22222202139737824, 0.18183394148562675, 0.15318097243577014,
                                                0.14757973762970803};
  static constexpr std::array<double, 8> wide_series{0.66666666666666633, 0.40000000000037255, 0.28571428559544015,
                                                     0.22222223948275030, 0.18181683691916085, 0.15390603810456587,
                                                     0.13181186931810883, 0.13796801307864991};
};
template <>
struct LogConstants<float> {
  static constexpr float ln2_high = 0.693145751953125f, ln2_low = 1.42860682e-6f;
  static constexpr int mantissa = 23, bias = 127;
  static constexpr UnsignedOf<float> root_half = 0x3f3504f3;
  static constexpr std::array<float, 4> series{0.666666658f, 0.400003021f, 0.285390663f, 0.235532125f};
  static constexpr std::array<float, 4> wide_series{0.666666636f, 0.400007984f, 0.285095467f, 0.240693935f};
};

/// u = 2^k m, m in [sqrt(1/2), sqrt(2)), for positive normal u. `added` powers of two in u are not counted in k,
/// but are in the exponent.
template <class L>
struct Binary {
  using T = typename L::Scalar;
  using C = LogConstants<T>;
  using Bits = Lanes<UnsignedOf<T>, L::size, L::backing>;
  L k, m;
  Bits exponent;  ///< k + added + bias

  [[gnu::always_inline]] explicit Binary(L u, L added = L(T(0))) {
    using U = UnsignedOf<T>;
    constexpr U one = std::bit_cast<U>(T(1));
    constexpr T large = T(1) / std::numeric_limits<T>::epsilon();  // integers up to its mantissa are or-ed into it
    const Bits bits = bits_as<U>(u) + Bits(U(one - C::root_half));
    exponent = bits >> C::mantissa;
    k = bits_as<T>(exponent | std::bit_cast<U>(large)) - (large + T(C::bias)) - added;
    m = bits_as<T>((bits & U((U(1) << C::mantissa) - 1)) + C::root_half);
  }
};

/// k ln(2) + log(1 + f) + small, for 1 + f where `c` is good.
template <class L, std::size_t Count>
[[gnu::always_inline]] inline L log_of_parts(L k, L f, L small, const std::array<typename L::Scalar, Count>& c) {
  using C = LogConstants<typename L::Scalar>;
  using T = typename L::Scalar;
  const L s = f / (f + T(2)), z = s * s, half_square = (f * T(0.5)) * f;
  const L series = z * polynomial(z, c);
  // log(1 + f) = f - half_square + s (half_square + series): the large terms enter last
  const L rest = multiply_add(s, half_square + series, multiply_add(k, L(C::ln2_low), small));
  return multiply_add(k, L(C::ln2_high), f - (half_square - rest));
}

/// k ln(2) + log((1 + s) / (1 - s)), |s| <= 3 - 2 sqrt(2).
template <class L>
[[gnu::always_inline]] inline L log_of_quotient(L k, L s) {
  using C = LogConstants<typename L::Scalar>;
  const L z = s * s;
  return multiply_add(k, L(C::ln2_high), multiply_add(s * z, polynomial(z, C::series), k * C::ln2_low) + (s + s));
}

/// log(1 + x) for x > -1 and finite; loses the sign of -0.
template <class L>
[[gnu::always_inline]] inline L log_one_plus(L x) {
  using T = typename L::Scalar;
  const L u = x + T(1), back = u - T(1), lost = (T(1) - (u - back)) + (x - back);  // 1 + x = u + lost, exactly
  const Binary<L> b(u);
  const L f = select(b.k == T(0), x, b.m - T(1));
  // log(u + lost) = log(u) + lost / u; a lost part is small beside u, so 1 / m to a per cent will do. None is lost where 1 is.
  const L inverse = multiply_add(f, multiply_add(f, multiply_add(f, L(T(-0.8)), L(T(1))), L(T(-1))), L(T(1)));
  const L shrink = bits_as<T>((UnsignedOf<T>(2 * LogConstants<T>::bias) - b.exponent) << LogConstants<T>::mantissa);  // 2^-k
  const L small = select((b.k != T(0)) & (b.k < T(100)), lost * shrink * inverse, L(T(0)));
  return log_of_parts(b.k, f, small, LogConstants<T>::series);
}

/// log(1 + x) for x in [0, 1], or NaN.
template <class L>
[[gnu::always_inline]] inline L log_one_plus_fraction(L x) {
  using T = typename L::Scalar;
  const auto halve = x > T(0.5);  // then 1 + x = 2 (1 + (x - 1) / 2), where x - 1 is exact
  const L f = select(halve, (x - T(1)) * T(0.5), x);
  return log_of_parts(select(halve, L(T(1)), L(T(0))), f, L(T(0)), LogConstants<T>::wide_series);
}

/// -2 log(u) within 3 ulp for u in (0, 1) and not subnormal; positive. `log_of_parts` is exact to 0.9 ulp, for seven
/// operations more.
template <class L>
[[gnu::always_inline]] inline L minus_two_log(L u) {
  using T = typename L::Scalar;
  using C = LogConstants<T>;
  constexpr auto series = [] {
    auto scaled = C::series;
    T scale = T(0.25);
    for (T& c : scaled) c *= scale, scale *= T(0.25);
    return scaled;
  }();
  const Binary<L> b(u);
  const L s = multiply_add(b.m, L(T(-2)), L(T(2))) / (b.m + T(1)), z = s * s;  // -2 times the s of `series`
  return multiply_add(b.k, L(T(-1.3862943611198906)), s * multiply_add(z, polynomial(z, series), L(T(2))));
}

/// log(u) for u positive and finite; subnormals too.
template <class L>
[[gnu::always_inline]] inline L log_positive(L u) {
  using T = typename L::Scalar;
  constexpr T smallest = std::numeric_limits<T>::min(), up = T(2) / std::numeric_limits<T>::epsilon();
  const auto subnormal = u < smallest;
  const Binary<L> b(select(subnormal, u * up, u), select(subnormal, L(T(LogConstants<T>::mantissa + 1)), L(T(0))));
  return log_of_parts(b.k, b.m - T(1), L(T(0)), LogConstants<T>::series);
}

}  // namespace variate::math::detail

#pragma once
/// What the error function and the normal distribution share, on double lanes.
#include <array>
#include <cstdint>

#include "variate/math/detail/polynomial.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/lanes.hpp"

namespace variate::math::detail {

/// Found by tests/data/math/make_coefficients.py: erf(x) = x + x E(x^2) for |x| <= 1, to 7e-18.
inline constexpr std::array<double, 12> erf_series{
    0.12837916709551257,     -0.37612638903183520,   0.11283791670944200,    -0.026866170643113318,
    0.0052239776061302109,   -0.00085483259297406956, 0.00012055293586272419, -1.4924712428198135e-5,
    1.6447132573630356e-6, -1.6206317871094007e-7, 1.3710985189020732e-8, -7.7794568777925459e-10};
/// (1 + 2x) erfcx(x) = C((x - 4)/(x + 4)) for x >= 0, to 3e-17; the form is Shepherd and Laframboise's (1981).
inline constexpr std::array<double, 24> erfcx_series{
    1.2329951186255525,      -0.13962111684056209,   0.015379652102610970,   0.068097054254651880,   -0.10103906603588401,
    0.093732834999538440,    -0.066330365820036375,  0.037167515521270047,   -0.016197733983536943,  0.0050319701026043151,
    -0.00075777369785407755, -0.00019925728776322043, 0.00015062307173966406, -2.4397380261276513e-5, -1.1225056571610159e-5,
    5.7059816886135294e-6,   2.9796164344807402e-7,  -8.2040325119148149e-7, 7.1190362581418646e-8,  1.0585745972006135e-7,
    -1.6386703065421999e-8,  -1.2155786660133364e-8, 1.5764331934468305e-9,  8.9816771684040694e-10};

/// erf(x) for |x| <= 1.
template <class L>
[[gnu::always_inline]] inline L erf_small(L x) {
  return multiply_add(x, polynomial(x * x, erf_series), x);
}

/// exp(x^2) erfc(x) for x >= 0; 0 at infinity.
template <class L>
[[gnu::always_inline]] inline L erfcx_positive(L x) {
  const L a = min(L(1e100), x), t = (a - 4.0) / (a + 4.0);
  return polynomial(t, erfcx_series) * 0.5 / (x + 0.5);
}

/// exp(scale x^2), scale +-1 or +-1/2. x^2 would lose up to 700 ulp of the result: so x is cut after 26 bits, whose square is
/// exact, and what is left changes the result by a factor close to 1.
template <class L>
[[gnu::always_inline]] inline L exp_of_square(L x, double scale) {
  const L high = bits_as<double>(bits_as<std::uint64_t>(x) & ~std::uint64_t(0x7ffffff));
  const L d = ((x - high) * (x + high)) * scale;
  const L e = exp(high * high * scale);
  return multiply_add(e, d * multiply_add(d, multiply_add(d, L(1.0 / 6), L(0.5)), L(1.0)), e);
}

}  // namespace variate::math::detail

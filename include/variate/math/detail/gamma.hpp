#pragma once
/// Log-gamma, digamma and trigamma of positive double lanes. Constants found by tests/data/math/make_coefficients.py.
#include <array>

#include "variate/math/detail/logarithm.hpp"
#include "variate/math/detail/polynomial.hpp"
#include "variate/math/lanes.hpp"
#include "variate/math/log.hpp"

namespace variate::math::detail {

/// From here on the asymptotic series (Abramowitz and Stegun 6.1.40, 6.3.18, 6.4.12) are taken.
inline constexpr double gamma_asymptotic = 9;

/// lgamma x = (x - 1)(x - 2) top(x - 1/2) / bottom(x - 1/2) on [1/2, 3].
inline constexpr std::array<double, 12> lgamma_top{
    0.76315325723293345, 5.7723980906836006, 18.040012536161303, 30.261608561797649, 29.679973810533735, 17.427929998400831,
    6.0519222026654658, 1.1895770579209885, 0.12170453647880281, 0.0055473175254237044, 8.0116005308966779e-5,
    7.3266774255638350e-8};
inline constexpr std::array<double, 12> lgamma_bottom{
    1.0000000000000000, 8.3277323995633566, 29.059346914733551, 55.390956772559627, 63.133351702709003, 44.374823601109937,
    19.203930044950411, 4.9813115552591998, 0.73336969127492590, 0.055709582158636024, 0.0018330392861201762,
    1.7516280464005183e-5};
/// lgamma x = (x - 1/2)(log x - 1) + log(2 pi)/2 - 1/2 + series(1/x^2)/x from 9.
inline constexpr std::array<double, 6> lgamma_series{
    0.083333333333333324, -0.0027777777777237563, 0.00079365074210579697, -0.00059522006022049341, 0.00083888016825725267,
    -0.0017033184000424644};
/// digamma x = (x - root) top(x - 1) / bottom(x - 1) on [1, 3].
inline constexpr double digamma_root_high = 1.4616321449683622, digamma_root_low = 9.5499954299656977e-17;
inline constexpr std::array<double, 8> digamma_top{
    1.2503801375034054, 2.0079983521060052, 1.1741604116033721, 0.31649933632550714, 0.040493508265671441,
    0.0022352895219677608, 3.9117651665683126e-5, 4.0973619305267238e-8};
inline constexpr std::array<double, 8> digamma_bottom{
    1.0000000000000000, 2.2894571233542136, 1.9022022748824644, 0.74704950023285863, 0.14810832904594672, 0.014396602345897333,
    0.00060000041121003017, 7.3778476243478861e-6};
/// digamma x = log x - 1/(2x) - z series(z), z = 1/x^2, from 9.
inline constexpr std::array<double, 6> digamma_series{
    0.083333333333333217, -0.0083333333326494217, 0.0039682533147593404, -0.0041664375964153959, 0.0075391935508721094,
    -0.018349737634785585};
/// trigamma x = 1/x + z/2 + z/x series(z), z = 1/x^2, from 9.
inline constexpr std::array<double, 6> trigamma_series{
    0.16666666666666509, -0.033333333324024177, 0.023809514900839902, -0.033330204460176254, 0.075256652672656564,
    -0.21531860718201269};

/// For x > 0; NaN for negative numbers.
template <class L>
[[gnu::always_inline]] inline L lgamma_of_positive(L x) {
  const auto tiny = x < 0.5, large = x >= gamma_asymptotic;
  // lgamma(x) = lgamma(y) + log(product), y in [1/2, 3): terms of opposite sign meet only for x < 1/2, where
  // -log x is by far the larger
  L y = select(tiny, x + 1.0, x), product(1.0);
  for (int i = 0; i < 6; ++i) {
    const auto step = y >= 3.0;
    y = select(step, y - 1.0, y);
    product = select(step, product * y, product);
  }
  const L logarithm = log(select(large | tiny, x, product));
  const L root = (y - 1.0) * (y - 2.0) * (polynomial(y - 0.5, lgamma_top) / polynomial(y - 0.5, lgamma_bottom));
  const L r = 1.0 / x;
  const L rest = multiply_add(polynomial(r * r, lgamma_series), r, L(0.41893853320467274));
  const L asymptotic = multiply_add(x - 0.5, logarithm - 1.0, rest);
  return select(large, asymptotic, root + select(tiny, -logarithm, logarithm));
}

/// For x > 0.
template <class L>
[[gnu::always_inline]] inline L digamma_of_positive(L x) {
  const auto tiny = x < 1.0, large = x >= gamma_asymptotic;
  // digamma(x) = digamma(y) + top / bottom, y in [1, 3): -1/x, or the sum of the 1/(x - j)
  L y = select(tiny, x + 1.0, x), top = select(tiny, L(-1.0), L(0.0)), bottom = select(tiny, x, L(1.0));
  for (int i = 0; i < 6; ++i) {
    const auto step = y >= 3.0;
    y = select(step, y - 1.0, y);
    top = select(step, multiply_add(top, y, bottom), top);
    bottom = select(step, bottom * y, bottom);
  }
  const L from_root = (y - digamma_root_high) - digamma_root_low;
  const L near = from_root * (polynomial(y - 1.0, digamma_top) / polynomial(y - 1.0, digamma_bottom)) + top / bottom;
  const L r = 1.0 / x, z = r * r;
  return select(large, log(x) - multiply_add(z, polynomial(z, digamma_series), 0.5 * r), near);
}

/// For x > 0.
template <class L>
[[gnu::always_inline]] inline L trigamma_of_positive(L x) {
  // trigamma(x) = trigamma(y) + top / bottom + 1/x^2 where x < 9 <= y: the sum of the 1/(x + j)^2, the first apart for tiny x
  const auto small = x < gamma_asymptotic;
  const L first = 1.0 / x;
  L y = select(small, x + 1.0, x), top(0.0), bottom(1.0);
  for (int i = 0; i < 8; ++i) {
    const auto step = y < gamma_asymptotic;
    const L square = y * y;
    top = select(step, multiply_add(top, square, bottom), top);
    bottom = select(step, bottom * square, bottom);
    y = select(step, y + 1.0, y);
  }
  const L r = 1.0 / y, z = r * r;
  const L rest = multiply_add(z * r, polynomial(z, trigamma_series), multiply_add(z, L(0.5), r)) + top / bottom;
  return select(small, multiply_add(first, first, rest), rest);
}

}  // namespace variate::math::detail

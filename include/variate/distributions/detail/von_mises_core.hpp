#pragma once
/// What the von Mises distribution needs of Bessel functions, its two kinds of sides, and its sampler. All in u = 1 - cos, of
/// which nothing cancels for large concentrations.
#include <array>
#include <cstddef>

#include "variate/math/detail/half_line.hpp"
#include "variate/math/detail/polynomial.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/expm1.hpp"
#include "variate/math/lanes.hpp"
#include "variate/math/log.hpp"
#include "variate/math/normal_cdf.hpp"
#include "variate/math/trigonometric.hpp"
#include "variate/random/detail/box_muller.hpp"
#include "variate/random/detail/transforms.hpp"

namespace variate::detail {

inline constexpr double pi_high = 3.14159265358979312, pi_low = 1.2246467991473532e-16;

/// Of each concentration k, by the trapezoidal rule on the circle or, from k = 21 on, on the line: both leave out exp(-40) (L. N.
/// Trefethen and J. A. C. Weideman, "The exponentially convergent trapezoidal rule", SIAM Review 56 (2014)).
template <class L>
struct VonMisesShape {
  L log_mass;    ///< log(2 pi I0(k) e^-k)
  L ratio;       ///< E cos = I1(k)/I0(k)
  L complement;  ///< 1 - ratio
  L spread;      ///< variance of cos

  explicit VonMisesShape(L k) {
    constexpr int nodes = 24;
    const L h = min(L(pi_high / nodes), 0.6 / sqrt(k));
    L mass(0.5), first(0.0), second(0.0);
    for (int j = 1; j <= nodes; ++j) {
      const L s = math::sin((0.5 * j) * h), u = 2.0 * s * s;
      const L w = (j == nodes ? 0.5 : 1.0) * math::exp(-k * u);
      mass += w;
      first = multiply_add(w, u, first);
      second = multiply_add(w, u * u, second);
    }
    complement = first / mass;
    spread = second / mass - complement * complement;
    log_mass = math::log(2.0 * h * mass);
    // I1/I0 of small k by their power series in q = k^2/4
    static constexpr std::array<double, 11> i0{1.0,
                                               1.0,
                                               0.25,
                                               2.7777777777777778e-2,
                                               1.7361111111111111e-3,
                                               6.9444444444444444e-5,
                                               1.9290123456790123e-6,
                                               3.9367598891408415e-8,
                                               6.1511873267825649e-10,
                                               7.5940584281266233e-12,
                                               7.5940584281266233e-14};
    static constexpr std::array<double, 11> i1{1.0,
                                               0.5,
                                               8.3333333333333333e-2,
                                               6.9444444444444444e-3,
                                               3.4722222222222222e-4,
                                               1.1574074074074074e-5,
                                               2.7557319223985891e-7,
                                               4.9209498614260519e-9,
                                               6.8346525853139610e-11,
                                               7.5940584281266233e-13,
                                               6.9036894801151121e-15};
    const L small = min(k, L(1.0)), q = 0.25 * small * small;
    ratio = select(k < 1.0, 0.5 * small * (math::detail::polynomial(q, i1) / math::detail::polynomial(q, i0)), 1.0 - complement);
  }
};

/// Away from the angle -y, 0 <= y <= pi, with h = exp(k (cos t - cos y)).
template <class L>
struct VonMisesSide {
  L mass;   ///< integral of h down to -pi: the probability below -y over the density there
  L slope;  ///< dx/dk at fixed probability, positive (for +y it is negative)

  /// `gap` = pi - y.
  VonMisesSide(L k, L complement, L log_mass, L y, L gap) {
    const auto half = math::sin_cos(0.5 * y);
    const L rise = 2.0 * half.sin * half.sin, cosine = 1.0 - rise, sine = 2.0 * half.sin * half.cos;
    // E cos - cos t has one sign below -y if it does at y; else between -y and 0, and over both it integrates to nothing.
    const auto inward = rise < complement;
    // Below -y the logarithm of h falls; the tangent of half the angle says where by enough.
    const L enough = math::detail::negligible / k, square = sine * sine + enough * (2.0 * cosine - enough);
    const L tangent = enough / (sine + sqrt(max(L(0.0), square)));
    const L reach =
        (2 * pi_high) * tangent / (1.0 + 2.0 * sqrt(multiply_add(tangent, tangent, L(1.0))));  // above 2 atan (R. E. Shafer)
    const L length = select(inward, y, select(square > 0.0, min(gap, reach), gap)), way = select(inward, -sine, sine);
    L sum(0.0), moment(0.0);
    for (std::size_t i = 0; i < math::detail::rule_size; ++i) {
      const auto at = math::sin_cos(length * (0.5 * math::detail::rule_points[i]));
      const L fall = 2.0 * at.sin * multiply_add(cosine, at.sin, way * at.cos);  // of the cosine
      const L h = math::exp(-k * fall) * math::detail::rule_weights[i];
      sum += h;
      moment = multiply_add(h, fall + (rise - complement), moment);
    }
    sum *= length;
    moment *= length;
    mass = select(inward, 0.5 * math::exp(multiply_add(k, rise, log_mass)) - sum, sum);
    slope = select(inward, -moment, moment);
  }
};

/// y in [0, pi] with probability q <= 1/2 below -y: Newton's method within a bracket.
template <class L>
L von_mises_tail_angle(L k, const VonMisesShape<L>& shape, L q) {
  const L target = math::log(q), far = math::abs(math::normal_quantile(q)) / sqrt(max(k, L(1.0)));
  L low(0.0), high(pi_high), y = select((k < 1.0) | (far > 3.0), (1.0 - 2.0 * q) * pi_high, far);
  auto pending = q > 0.0;
  for (int i = 0; i < 60 && any(pending); ++i) {
    const VonMisesSide<L> side(k, shape.complement, shape.log_mass, y, (pi_high - y) + pi_low);
    const L s = math::sin(0.5 * y), value = math::log(side.mass) - 2.0 * k * s * s - shape.log_mass;
    const L off = value - target;
    high = select(off < 0.0, y, high);
    low = select(off < 0.0, low, y);
    // The logarithm is concave: its tangent leads beyond y, maybe out of the bracket; that of the probability, which is convex,
    // never.
    const L bold = y + side.mass * off, careful = select(off > 0.0, y - side.mass * math::expm1(-off), 0.5 * (low + high));
    const L inside = select((bold >= low) & (bold <= high), bold, careful);
    y = select(pending, inside, y);
    pending = pending & !(math::abs(off) <= 1e-9);
  }
  return select(q > 0.0, y, L(pi_high));
}

/// An angle about 0 by rejection from a uniform one (k < 0.4) or from a normal one, wide enough that sin^2(t/2) is above its
/// parabola wherever exp(-92) of the density's height is exceeded: with s the sine there, asin s <= s + (pi/2 - 1) s^3.
template <class L>
struct VonMisesTrial {
  using W = BitsOf<L>;
  L k, sigma;
  typename L::Truth flat;

  explicit VonMisesTrial(L concentration) : k(concentration), flat(concentration < L(0.4)) {
    sigma = multiply_add(L(0.5708), min(L(1.0), 46.0 / k), L(1.0)) / sqrt(k);
  }
  typename L::Truth operator()(const W (&bits)[4], L& angle) const {
    const L turns = to_turns<L>(bits[1]), n = box_muller(to_uniform<L>(bits[0]), bits[1]).first;
    angle = select(flat, (2 * pi_high) * turns, sigma * n);
    const L s = math::sin(0.5 * angle), bound = select(flat, L(0.0), 0.5 * n * n);
    return (math::log(to_uniform<L>(bits[2])) < bound - 2.0 * k * s * s) & (math::abs(angle) <= pi_high);
  }
};

}  // namespace variate::detail

#pragma once
/// A standard normal number cut to an interval, told from the edge nearest to the peak, so that nothing cancels in a far tail or
/// a narrow interval. The interval is mirrored so that most of it is below 0; then the number is e - t, where e is its upper edge
/// (or, if the peak is well inside, 0), and the density of t is proportional to exp(e t - t^2/2).
///
/// Integrals of that over 40 units of its logarithm take one Gauss-Legendre rule of 24 points: 1e-14.
#include <array>
#include <limits>

#include "variate/math/detail/half_line.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/lanes.hpp"
#include "variate/math/normal_cdf.hpp"

namespace variate::detail {

inline constexpr double root_two_pi = 2.5066282746310005024;

/// From here on exp(z v - v^2/2) has fallen by exp(-40) of its height at 0 (or, for z > 0, at its peak).
template <class L>
L normal_reach(L z) {
  constexpr double depth = 2 * math::detail::negligible;
  const L root = sqrt(multiply_add(z, z, L(depth)));
  return select(z > 0.0, z + root, depth / (root - z));
}

/// Where t runs and its moments.
template <class L>
struct TruncatedCore {
  typename L::Truth mirrored;  ///< the interval was turned about 0
  typename L::Truth inner;     ///< e is 0 and t may have either sign
  L e, width;                  ///< width: of the interval, maybe infinite
  L mass;                      ///< integral of exp(e t - t^2/2)
  std::array<L, 4> moment;     ///< E t, E t^2, E t^3, E t^4

  /// Between low < high, either may be infinite; `span` is their distance, known better than high - low.
  TruncatedCore(L low, L high, L span) : width(span) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    mirrored = high > -low;
    const L a = select(mirrored, -high, low), b = select(mirrored, -low, high);  // a + b <= 0
    inner = (b > 0.0) & (span > 2.0);
    e = select(inner, L(0.0), b);
    std::array<L, 5> sums;
    sums.fill(L(0.0));
    if (any(!inner)) {
      const L z = select(inner, L(0.0), b), length = min(select(inner, L(1.0), span), normal_reach(z));
      for (std::size_t i = 0; i < math::detail::rule_size; ++i) {
        const L t = length * math::detail::rule_points[i];
        L term = math::exp(t * (z - 0.5 * t)) * (length * math::detail::rule_weights[i]);
        for (L& sum : sums) {
          sum += term;
          term *= t;
        }
      }
    }
    if (any(inner)) {
      const L below = math::normal_cdf(a), above = math::normal_cdf(-b), inside = (1.0 - below) - above;
      mass = select(inner, root_two_pi * inside, sums[0]);
      // E z^k = (k-1) E z^(k-2) + (a^(k-1) f(a) - b^(k-1) f(b))/P; t = -z.
      L at_a = select(a > -infinity, math::exp(-0.5 * a * a) / mass, L(0.0)),
        at_b = select(b < infinity, math::exp(-0.5 * b * b) / mass, L(0.0));
      const L safe_a = select(a > -infinity, a, L(0.0)), safe_b = select(b < infinity, b, L(0.0));
      std::array<L, 5> raw;
      raw[0] = L(1.0);
      for (std::size_t k = 1; k < 5; ++k) {
        raw[k] = at_a - at_b;
        if (k > 1) raw[k] += static_cast<double>(k - 1) * raw[k - 2];
        at_a *= safe_a;
        at_b *= safe_b;
      }
      for (std::size_t k = 0; k < 4; ++k) moment[k] = select(inner, k % 2 == 0 ? -raw[k + 1] : raw[k + 1], sums[k + 1] / sums[0]);
    } else {
      mass = sums[0];
      for (std::size_t k = 0; k < 4; ++k) moment[k] = sums[k + 1] / sums[0];
    }
  }
};

/// Integrals from a point z down to the end of the interval `width` below: with v the distance from z and h = exp(z v - v^2/2),
/// of h, (offset + v) h and (excess + v (2 z - v)) h.
template <class L>
struct NormalSide {
  L mass{0.0}, first{0.0}, second{0.0};
  NormalSide(L z, L width, L offset, L excess) {
    const L length = min(width, normal_reach(z));
    for (std::size_t i = 0; i < math::detail::rule_size; ++i) {
      const L v = length * math::detail::rule_points[i];
      const L h = math::exp(v * (z - 0.5 * v)) * math::detail::rule_weights[i];
      mass += h;
      first = multiply_add(h, offset + v, first);
      second = multiply_add(h, multiply_add(v, 2.0 * z - v, excess), second);
    }
    mass *= length;
    first *= length;
    second *= length;
  }
};

}  // namespace variate::detail

#pragma once
/// Values that few points rule, made fit to learn from.
#include <algorithm>
#include <cmath>
#include <limits>

#include "variate/core/types.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/log.hpp"

namespace variate::detail {

/// What a map learns from are the squares of values v. Those that few points rule say where these points are, not where the
/// integrand is: whichever peak was met first is all there is. So they are raised to the largest power p <= 1 at which they are
/// worth `least` points by Kish's measure,
///
///   (sum |v|^2p)^2 / sum |v|^4p >= least,
///
/// or half of those that are not zero. A map of density q then learns from q^(1-p) |f|^p, a step on the way from q to |f| as long
/// as the points can tell (tempering, as in sequential Monte Carlo: Del Moral, Doucet and Jasra 2006; of weights: Koblents and
/// Miguez 2015).
///
/// The power; unless it is 1, |v|^p in `out`, the largest being 1. v: n finite numbers.
inline double temper(const double* v, Index n, double least, Row<double>& out) {
  if (!(least > 0)) return 1;
  double largest = 0;
  Index some = 0;
  for (Index c = 0; c < n; ++c) {
    largest = std::max(largest, std::abs(v[c]));
    some += v[c] != 0;
  }
  const double wanted = std::min(least, static_cast<double>(some) / 2);
  if (some < 2) return 1;
  // logarithms of |v|/largest; of 0 far below all others
  out.resize(n);
  for (Index c = 0; c < n; ++c) out[c] = std::abs(v[c]);
  math::log(out.data(), out.data(), n);
  const double top = std::log(largest);
  for (Index c = 0; c < n; ++c) out[c] = v[c] != 0 ? out[c] - top : -1e9;
  Row<double> room(n);
  const auto worth = [&](double power) {
    room = (2 * power) * out;
    math::exp(room.data(), room.data(), n);
    const double sum = room.sum();
    return sum * sum / room.squaredNorm();
  };
  if (worth(1) >= wanted) return 1;
  double low = 0, high = 1;
  for (int i = 0; i < 20; ++i) {
    const double middle = 0.5 * (low + high);
    (worth(middle) >= wanted ? low : high) = middle;
  }
  // a power of zero would make all alike, zeros too
  const double power = std::max(low, 1e-6);
  out *= power;
  math::exp(out.data(), out.data(), n);
  for (Index c = 0; c < n; ++c)
    if (v[c] == 0) out[c] = 0;
  return power;
}

}  // namespace variate::detail

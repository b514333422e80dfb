#pragma once
/// When one coordinate has many samples, costly smooth functions of them are interpolated on their range.
#include <algorithm>
#include <limits>

#include "variate/distributions/detail/cells.hpp"
#include "variate/math/detail/chebyshev.hpp"

namespace variate::detail {

/// From so many samples on it pays.
inline constexpr Index many_samples = 2048;

/// Fits K functions f(y) on the range of at(j, count), the registers of `cols` samples. False if a series does not do.
template <int K, class At, class F>
bool fit_samples(math::detail::Chebyshev<K>& series, Index cols, At at, F f) {
  constexpr Index lanes = packet_size<double>;
  Packet<double> low(std::numeric_limits<double>::infinity()), high(-std::numeric_limits<double>::infinity());
  for (Index j = 0; j < cols; j += lanes) {
    const Packet<double> y = at(j, std::min(lanes, cols - j));
    low = min(low, y);
    high = max(high, y);
  }
  double from = low[0], to = high[0];
  for (int lane = 1; lane < Packet<double>::size; ++lane) {
    from = std::min(from, low[lane]);
    to = std::max(to, high[lane]);
  }
  return series.fit(from, to, std::min<Index>(512, cols / 8), f);
}

}  // namespace variate::detail

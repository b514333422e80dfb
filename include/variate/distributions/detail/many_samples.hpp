#pragma once
/// When one coordinate has many samples, costly smooth functions of them are interpolated on their range.
#include <algorithm>
#include <array>
#include <cstddef>
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

/// use(j, count, f) for every register of samples, f the K values there.
template <int K, class At, class Use>
void each_of_series(const math::detail::Chebyshev<K>& series, Index cols, At at, Use use) {
  constexpr Index lanes = packet_size<double>;
  constexpr std::size_t wide = K == 1 ? 4 : 2;
  for (Index j = 0; j < cols; j += static_cast<Index>(wide) * lanes) {
    std::array<Packet<double>, wide> y;
    for (std::size_t i = 0; i < wide; ++i) {
      const Index from = std::min(j + static_cast<Index>(i) * lanes, cols - 1);
      y[i] = at(from, std::min(lanes, cols - from));
    }
    const auto all = series(y);
    for (std::size_t i = 0; i < wide; ++i)
      if (const Index from = j + static_cast<Index>(i) * lanes; from < cols) use(from, std::min(lanes, cols - from), all[i]);
  }
}

}  // namespace variate::detail

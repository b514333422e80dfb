#pragma once
/// A stretch of the points of a VEGAS+ iteration, from uniform numbers to values.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "variate/core/types.hpp"
#include "variate/integration/strata.hpp"
#include "variate/integration/vegas_map.hpp"

namespace variate::detail {

/// What one task needs; sizes stay, so that nothing is allocated twice.
struct StretchRoom {
  Batch<double> u, x;       ///< d x n
  Row<double> h, jacobian;  ///< n
};

/// The stratum of each of the points [first, first + n) as a number, in `h`.
inline void strata_of_points(const std::vector<Index>& starts, Index first, Index n, double* h) {
  auto stratum = static_cast<std::size_t>(std::upper_bound(starts.begin(), starts.end(), first) - starts.begin()) - 1;
  for (Index c = 0; c < n; ++stratum) {
    const Index end = std::min(n, starts[stratum + 1] - first);
    const double here = static_cast<double>(stratum);
    for (; c < end; ++c) h[c] = here;
  }
}
/// y = (digit + u)/strata on one axis, in place; h is divided by the strata of this axis.
inline void place_in_strata(Index strata, Index n, double* h, double* u) {
  if (strata == 1) return;
  const double count = static_cast<double>(strata), inverse = 1 / count;
  for (Index c = 0; c < n; ++c) {
    // exact: h + 1/2 is never near a multiple of the strata
    const double above = static_cast<double>(static_cast<std::int32_t>((h[c] + 0.5) * inverse));
    u[c] = ((h[c] - above * count) + u[c]) / count;
    h[c] = above;
  }
}
/// The points [first, first + n) from room.u, uniform numbers that become y: room.x and room.jacobian, and the bins (rows apart
/// by `stride`) unless null.
inline void place_points(const VegasMap& map, const Strata& strata, const std::vector<Index>& starts, Index first,
                         StretchRoom& room, std::uint16_t* bins, Index stride) {
  const Index d = room.u.rows(), n = room.u.cols();
  room.x.resize(d, n);
  room.h.resize(n);
  room.jacobian.setOnes(n);
  strata_of_points(starts, first, n, room.h.data());
  for (Index i = 0; i < d; ++i) {
    double* const y = room.u.data() + i * n;
    place_in_strata(strata.per_axis()[static_cast<std::size_t>(i)], n, room.h.data(), y);
    map.forward_axis(i, y, n, room.x.data() + i * n, room.jacobian.data(), bins ? bins + i * stride : nullptr);
  }
}

}  // namespace variate::detail

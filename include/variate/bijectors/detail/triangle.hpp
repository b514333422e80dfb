#pragma once
/// Sizes of lower triangles packed row by row.
#include <cmath>
#include <string_view>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"

namespace variate::detail {

/// d of the d(d+1)/2 entries of a triangle, or ShapeError.
inline Index triangle_side(std::string_view name, std::string_view argument, Index entries) {
  const auto d = static_cast<Index>(std::lround((std::sqrt(1.0 + 8.0 * static_cast<double>(entries)) - 1.0) / 2.0));
  if (d < 1 || d * (d + 1) / 2 != entries) throw ShapeError(complaint(name, argument, entries, "d(d+1)/2 for some d >= 1"));
  return d;
}

}  // namespace variate::detail

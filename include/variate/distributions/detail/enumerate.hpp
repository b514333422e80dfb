#pragma once
/// Every point of d variables with the values 0 .. k-1.
#include <string>
#include <string_view>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"

namespace variate::detail {

/// More columns than this are refused: whoever asks for them wants a sampled estimator.
inline constexpr Index most_points = Index{1} << 20;

/// d x k^d, counting upwards with the last variable fastest.
template <class T>
Batch<T> all_points(std::string_view name, Index d, Index k) {
  Index count = 1;
  for (Index i = 0; i < d; ++i) {
    count *= k;
    if (count > most_points)
      throw InvalidArgument(std::string(name) + ": support() has " + std::to_string(k) + "^" + std::to_string(d) +
                            " points, expected at most 2^20; use an estimator that samples");
  }
  Batch<T> points(d, count);
  Index repeats = count;
  for (Index i = 0; i < d; ++i) {
    repeats /= k;
    for (Index c = 0; c < count; ++c) points(i, c) = static_cast<T>((c / repeats) % k);
  }
  return points;
}

}  // namespace variate::detail

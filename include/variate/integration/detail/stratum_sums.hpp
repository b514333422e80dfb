#pragma once
/// The estimate of one stratum, added to those of others.
#include <algorithm>
#include <cmath>
#include <limits>

#include "variate/core/types.hpp"
#include "variate/integration/integral.hpp"

namespace variate::detail {

/// Sums over strata.
struct StratumSums {
  double mean = 0, variance = 0, largest = 0;
  WeightSums weights{};

  /// The variance of the estimate of a stratum with the values v[begin], ..., v[end - 1], of `all` points in all.
  double add(const double* v, Index begin, Index end, Index all) {
    const double n = static_cast<double>(end - begin);
    double sum = 0, size = 0, squares = 0, most = 0;
    for (Index c = begin; c < end; ++c) {
      const double a = std::abs(v[c]);
      sum += v[c];
      size += a;
      squares += a * a;
      most = std::max(most, a);
    }
    const double middle = sum / n;
    double off = 0, off2 = 0;
    for (Index c = begin; c < end; ++c) {
      const double dev = v[c] - middle;
      off += dev;
      off2 += dev * dev;
    }
    constexpr double least = 1e4 * std::numeric_limits<double>::epsilon();  // below it a deviation is rounding
    off2 = std::max(off2, n * (least * middle) * (least * middle));
    const double of_mean = std::max(0.0, (n * off2 - off * off) / (n * n * (n - 1)));
    const double weight = static_cast<double>(all) / n;
    mean += middle + off / n;
    variance += of_mean;
    largest = std::max(largest, most);
    weights.count += end - begin;
    weights.sum += size * weight;
    weights.squares += squares * weight * weight;
    weights.largest = std::max(weights.largest, most * weight);
    return of_mean;
  }
};

}  // namespace variate::detail

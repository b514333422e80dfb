#pragma once
/// How VEGAS+ cuts the unit cube into strata, and how many points each of them gets (G. P. Lepage, J. Comput. Phys. 439, 110386
/// (2021); the numbers are those of vegas 6).
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"

namespace variate {

/// What decides the strata of VEGAS+.
struct StrataOptions {
  Index calls = 1000;                   ///< of the integrand in an iteration, about; at least 2
  double beta = 0.75;                   ///< how strongly points go where the variance is, in [0, 1]; 0: equally many everywhere
  double adaptive_share = 0.75;         ///< of the calls that is free to go anywhere, in [0, 1); the rest is spread evenly
  Index max_bins = 1000;                ///< of the map on an axis
  Index max_calls_per_stratum = 50000;  ///< at least 2
  std::vector<Index> per_axis{};        ///< strata of each axis; empty: as many as the calls allow; all 1: none
};

/// Strata of the unit cube, equal on each axis. Stratum h has digits h_0 + n_0 (h_1 + n_1 (h_2 + ...)): axis 0 is the fastest.
class Strata {
 public:
  /// Throws InvalidArgument or DomainError for options out of range, ShapeError for per_axis of another size.
  Strata(Index dimension, StrataOptions options) : options_(std::move(options)) {
    constexpr const char* name = "Strata";
    detail::require_at_least(name, "dimension", dimension, 1);
    detail::require_at_least(name, "calls", options_.calls, 2);
    detail::require_at_least(name, "max_bins", options_.max_bins, 1);
    detail::require_at_least(name, "max_calls_per_stratum", options_.max_calls_per_stratum, 2);
    if (!(options_.beta >= 0 && options_.beta <= 1))
      throw DomainError(detail::complaint(name, "beta", options_.beta, "a number in [0, 1]"));
    if (!(options_.adaptive_share >= 0 && options_.adaptive_share < 1))
      throw DomainError(detail::complaint(name, "adaptive_share", options_.adaptive_share, "a number in [0, 1)"));
    if (options_.per_axis.empty()) choose(dimension);
    else per_axis_ = options_.per_axis;
    detail::require_size(name, "size of per_axis", static_cast<Index>(per_axis_.size()), dimension);
    for (const Index n : per_axis_) detail::require_at_least(name, "per_axis", n, 1);
    choose_bins();
    double product = 1;
    for (const Index n : per_axis_) {
      product *= static_cast<double>(n);
      if (product > 1e9) throw InvalidArgument(detail::complaint(name, "number of strata", product, "at most 1e9"));
      count_ *= n;
    }
  }

  Index count() const { return count_; }                            ///< H
  const std::vector<Index>& per_axis() const { return per_axis_; }  ///< d numbers whose product is H
  const std::vector<Index>& bins() const { return bins_; }  ///< of the map on each axis: a multiple of the strata where possible
  const StrataOptions& options() const { return options_; }

  /// Points that every stratum gets.
  Index least_calls() const {
    const double calls = static_cast<double>(options_.calls), h = static_cast<double>(count_);
    if (count_ == 1) return options_.calls;
    return std::max<Index>(2, static_cast<Index>((options_.beta > 0 ? 1 - options_.adaptive_share : 1) * calls / h));
  }
  /// starts: H + 1 numbers, stratum h having the points starts[h] up to starts[h + 1]; sigma: H numbers that say how much its
  /// points vary.
  void allocate(const Vector<double>& sigma, std::vector<Index>& starts) const {
    starts.resize(static_cast<std::size_t>(count_) + 1);
    const Index least = std::min(least_calls(), options_.max_calls_per_stratum);
    const double total = sigma.sum();
    const bool adaptive = options_.beta > 0 && count_ > 1 && std::isfinite(total);
    const double free = options_.adaptive_share * static_cast<double>(options_.calls);
    const double unit = total > 0 ? free / total : 0, even = free / static_cast<double>(count_);
    starts[0] = 0;
    for (Index h = 0; h < count_; ++h) {
      Index n = least;
      if (adaptive) n += static_cast<Index>(total > 0 ? sigma[h] * unit : even);
      starts[static_cast<std::size_t>(h) + 1] = starts[static_cast<std::size_t>(h)] + std::min(n, options_.max_calls_per_stratum);
    }
  }

 private:
  void choose(Index dimension) {
    const double share = options_.beta > 0 ? options_.adaptive_share : 0, d = static_cast<double>(dimension);
    const double wanted = (1 - share) * static_cast<double>(options_.calls) / 2;
    const Index n = std::max<Index>(1, static_cast<Index>(std::pow(wanted, 1 / d)));
    const double logn = std::log(static_cast<double>(n)), step = std::log(1 + 1 / static_cast<double>(n));
    const Index more = std::clamp<Index>(static_cast<Index>((std::log(wanted) - d * logn) / step), 0, dimension);
    per_axis_.assign(static_cast<std::size_t>(dimension), n);
    for (Index i = 0; i < more; ++i) ++per_axis_[static_cast<std::size_t>(i)];
  }
  void choose_bins() {
    const Index most = std::max<Index>(1, std::min(options_.calls / 10, options_.max_bins));
    for (Index& n : per_axis_) {
      if (most >= n) {
        bins_.push_back(most / n * n);
      } else if (n <= options_.max_bins) {
        bins_.push_back(n);
      } else {
        n = n / most * most;
        bins_.push_back(most);
      }
    }
  }

  StrataOptions options_;
  std::vector<Index> per_axis_, bins_;
  Index count_ = 1;
};

}  // namespace variate

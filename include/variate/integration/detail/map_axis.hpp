#pragma once
/// One axis of VEGAS's map: where its bins are, what was seen in them, and how they move.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "variate/core/types.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/log.hpp"

namespace variate::detail {

/// A bin of a smooth map (Gregory and Delbourgo 1982): x - g_j in units of its width, as a function of the share t of the bin
/// in y; mean slope s, slopes at the ends from, to.
struct MapBend {
  double s, from, to;
  double at(double t) const { return t * (s * t + from * (1 - t)) / (s + (from + to - 2 * s) * t * (1 - t)); }
  double slope(double t) const {
    const double r = t * (1 - t), below = s + (from + to - 2 * s) * r;
    return s * s * (to * t * t + 2 * s * r + from * (1 - t) * (1 - t)) / (below * below);
  }
  /// d log slope/dt
  double log_slope_slope(double t) const {
    const double r = t * (1 - t), g = from + to - 2 * s, above = to * t * t + 2 * s * r + from * (1 - t) * (1 - t);
    return 2 * ((to * t + s * (1 - 2 * t) - from * (1 - t)) / above - g * (1 - 2 * t) / (s + g * r));
  }
  double inverse(double e) const {
    const double g = from + to - 2 * s, a = e * g + s - from, b = from - e * g, c = -s * e;
    return std::clamp(-2 * c / (b + std::sqrt(std::max(0.0, b * b - 4 * a * c))), 0.0, 1.0);
  }
};

/// What was seen in one bin.
struct MapBinSum {
  double value, count;
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.value, self.count);
  }
};

struct MapAxis {
  static constexpr double tiny = 1e-257;

  Vector<double> nodes;
  Vector<double> widths{};               ///< of the bins
  Vector<double> slopes{};               ///< dx/dy at the nodes of a smooth map; empty: piecewise linear
  std::vector<MapBinSum> sums{};         ///< empty: no training data
  std::vector<double> shares{}, logs{};  ///< workspaces
  Vector<double> next{};                 ///< workspace

  Index size() const { return widths.size(); }
  MapBend bend(Index j) const { return {static_cast<double>(size()) * widths[j], slopes[j], slopes[j + 1]}; }
  void set(Vector<double> given) {
    nodes = std::move(given);
    find_widths();
  }
  void find_widths() {
    slopes.resize(0);
    widths = nodes.tail(nodes.size() - 1) - nodes.head(nodes.size() - 1);
  }
  /// Slopes at the nodes, each the harmonic mean of its neighbours', so that the density there is their mean.
  void make_smooth() {
    const Index bins = size();
    const double n = static_cast<double>(bins);
    slopes.resize(bins + 1);
    for (Index j = 0; j <= bins; ++j) {
      const double left = n * widths[std::max<Index>(j - 1, 0)], right = n * widths[std::min(j, bins - 1)];
      slopes[j] = 2 / (1 / left + 1 / right);
    }
  }
  void begin_training() {
    if (sums.empty()) sums.assign(static_cast<std::size_t>(size()), {0, tiny});
  }
  /// Averages of each bin, smoothed, normalised and compressed: they rise from 0 to 1 as -(1 - R)/log R to the power alpha.
  void average(double alpha) {
    const auto n = static_cast<std::size_t>(size());
    for (std::size_t j = 0; j < n; ++j) shares[j] = sums[j].value / sums[j].count;
    if (alpha < 0 || n == 1) return;
    double before = shares[0], total = 0;
    for (std::size_t j = 0; j < n; ++j) {
      const double here = shares[j];
      if (j == 0) shares[j] = (7 * here + shares[j + 1]) / 8;
      else if (j + 1 == n) shares[j] = (before + 7 * here) / 8;
      else shares[j] = (before + 6 * here + shares[j + 1]) / 8;
      before = here;
      total += shares[j];
    }
    const double unit = total > 0 ? 1 / total : 0;
    for (double& r : shares) r = r * unit + tiny;
    // (-(1 - R)/log R)^alpha; what is all but 1 stays
    logs.resize(n);
    math::log(shares.data(), logs.data(), static_cast<std::ptrdiff_t>(n));
    for (std::size_t j = 0; j < n; ++j)
      logs[j] = shares[j] <= 0.99999999 ? (shares[j] - 1) / logs[j] : std::pow(shares[j], 1 / alpha);
    if (alpha == 0.5) {
      for (std::size_t j = 0; j < n; ++j) shares[j] = std::sqrt(logs[j]);
      return;
    }
    math::log(logs.data(), logs.data(), static_cast<std::ptrdiff_t>(n));
    for (double& v : logs) v *= alpha;
    math::exp(logs.data(), shares.data(), static_cast<std::ptrdiff_t>(n));
  }
  /// New nodes, so that every bin has the same share.
  void redistribute(Index bins) {
    double part = 0;
    for (const double r : shares) part += r;
    part /= static_cast<double>(bins);
    if (!(part > 0) || !std::isfinite(part)) {
      shares.assign(shares.size(), 1);
      part = static_cast<double>(shares.size()) / static_cast<double>(bins);
    }
    next.resize(bins + 1);
    next[0] = nodes[0];
    next[bins] = nodes[nodes.size() - 1];
    Index j = -1;
    double have = 0;
    for (Index k = 1; k < bins; ++k) {
      while (have < part && j + 1 < size()) have += shares[static_cast<std::size_t>(++j)];
      have -= part;
      const double back = have > 0 ? have / shares[static_cast<std::size_t>(j)] : 0;
      next[k] = nodes[j + 1] - back * widths[j];
      // a bin must not vanish, whatever rounding does
      if (!(next[k] > next[k - 1])) next[k] = std::nextafter(next[k - 1], next[bins]);
    }
    if (bins > 1 && !(next[bins - 1] < next[bins])) spread_out();
    std::swap(nodes, next);
    find_widths();
  }
  /// Nodes that ran into the right end are moved back, each to the number below the next.
  void spread_out() {
    for (Index k = next.size() - 2; k > 0 && !(next[k] < next[k + 1]); --k) next[k] = std::nextafter(next[k + 1], next[0]);
  }
  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.nodes, self.widths, self.slopes, self.sums);
  }
};

}  // namespace variate::detail

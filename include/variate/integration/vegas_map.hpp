#pragma once
/// The importance map of VEGAS: on each axis the unit interval in equal bins, each stretched to its own.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/integration/box.hpp"
#include "variate/integration/detail/map_axis.hpp"

namespace variate {

/// Points and the Jacobian dx/dy of the map that made them.
struct MappedPoints {
  Batch<double> points;  ///< d x n
  Row<double> jacobian;  ///< volume of x for a unit volume of y
};
/// How a map stretches each axis at some points.
struct MapSlopes {
  Batch<double> slope;      ///< d x n: dx_i/dy_i
  Batch<double> log_slope;  ///< d x n: d log(dx_i/dy_i)/dy_i, zero but on a smooth map
};

/// x_i = g_j + (n y_i - j) D_j with j = floor(n y_i), the node g_j and the width D_j of bin j; dx/dy = prod_i n D_j (G. P.
/// Lepage, J. Comput. Phys. 27, 192 (1978); the refinement is that of vegas 6). A point y uniform in the unit cube becomes an x
/// of density 1/jacobian. Bins adapt to where J f is large. A value; copying it is cheap.
class VegasMap {
 public:
  /// `bins` equal bins on every axis. Throws InvalidArgument unless 1 <= bins <= 65535.
  explicit VegasMap(const Box& box, Index bins = 1) {
    require_bins("VegasMap", bins);
    axes_.resize(static_cast<std::size_t>(box.dimension()));
    for (Index i = 0; i < box.dimension(); ++i) {
      Vector<double> nodes(bins + 1);
      const double low = box.lower()[i], width = box.upper()[i] - low;
      for (Index j = 0; j < bins; ++j) nodes[j] = low + width * static_cast<double>(j) / static_cast<double>(bins);
      nodes[bins] = box.upper()[i];
      axis(i).set(std::move(nodes));
    }
  }
  /// From the nodes of each axis, ends included. Throws InvalidArgument for no axis, too few or too many nodes, or one that is
  /// not finite, DomainError unless they increase.
  explicit VegasMap(const std::vector<Vector<double>>& nodes) {
    detail::require_at_least("VegasMap", "number of axes", static_cast<Index>(nodes.size()), 1);
    for (const Vector<double>& one : nodes) {
      require_bins("VegasMap", one.size() - 1);
      detail::require_finite("VegasMap", "nodes", one);
      for (Index j = 1; j < one.size(); ++j)
        if (!(one[j - 1] < one[j]))
          throw DomainError(
              detail::complaint("VegasMap", "nodes(" + std::to_string(j) + ")", one[j], "more than the one before"));
      axes_.emplace_back().set(one);
    }
  }

  Index dimension() const { return static_cast<Index>(axes_.size()); }
  Index bins(Index i) const { return axis(i).size(); }                  ///< on axis i
  const Vector<double>& nodes(Index i) const { return axis(i).nodes; }  ///< bins(i) + 1 of them

  /// The same map with `bins` bins on each axis and a density that is continuous: between nodes x is a quotient of parabolas in y
  /// (Gregory and Delbourgo 1982) whose density at a node is the mean of its neighbours'. What a smooth distribution learns on
  /// top of is then smooth. Adapting it makes it piecewise linear again.
  VegasMap smoothed(Index bins) const {
    VegasMap map = *this;
    map.regrid(std::vector<Index>(axes_.size(), bins));
    for (Axis& a : map.axes_) a.make_smooth();
    return map;
  }

  /// y in the unit cube (d x n) to x; y >= 1 gives the right end. Throws ShapeError for another d, InvalidArgument for a y that
  /// is not finite.
  MappedPoints forward(const Batch<double>& y) const {
    check("VegasMap::forward", "y", y);
    MappedPoints out{Batch<double>(y.rows(), y.cols()), Row<double>::Ones(y.cols())};
    for (Index i = 0; i < dimension(); ++i)
      forward_axis(i, y.row(i).data(), y.cols(), out.points.row(i).data(), out.jacobian.data(), nullptr);
    return out;
  }
  /// x in the box (d x n) to y, with dx/dy; what lies outside goes to 0 or 1. Throws as forward does.
  MappedPoints inverse(const Batch<double>& x) const {
    check("VegasMap::inverse", "x", x);
    MappedPoints out{Batch<double>(x.rows(), x.cols()), Row<double>::Ones(x.cols())};
    for (Index i = 0; i < dimension(); ++i) {
      const Axis& a = axis(i);
      const double* const begin = a.nodes.data();
      const double bins = static_cast<double>(a.size());
      for (Index c = 0; c < x.cols(); ++c) {
        const double at = x(i, c);
        const Index above = std::upper_bound(begin, begin + a.nodes.size(), at) - begin;
        const Index j = std::clamp<Index>(above - 1, 0, a.size() - 1);
        const double width = a.widths[j];
        double share = (at - a.nodes[j]) / width, slope = bins * width;
        if (a.slopes.size() > 0) {
          const Bend bend = a.bend(j);
          share = above == 0 ? 0 : above == a.nodes.size() ? 1 : bend.inverse(share);
          slope = bend.slope(share);
        }
        out.points(i, c) = above == 0 ? 0 : above == a.nodes.size() ? 1 : (static_cast<double>(j) + share) / bins;
        out.jacobian[c] *= slope;
      }
    }
    return out;
  }

  /// One axis of `forward`: multiplies jacobian by dx/dy; also writes the bins, unless `bin` is null. y >= 0.
  void forward_axis(Index i, const double* y, Index n, double* x, double* jacobian, std::uint16_t* bin) const {
    const Axis& a = axis(i);
    if (a.slopes.size() > 0) return forward_smooth(a, y, n, x, jacobian, bin);
    const double *const nodes = a.nodes.data(), *const widths = a.widths.data();
    const double bins = static_cast<double>(a.size()), right = a.nodes[a.size()];
    const int last = static_cast<int>(a.size()) - 1;
    constexpr Index block = 128;
    int at[block];
    // loops over one thing each, which compilers make vectors of
    for (Index first = 0; first < n; first += block, y += block, x += block, jacobian += block) {
      const Index count = std::min(block, n - first);
      for (Index c = 0; c < count; ++c) at[c] = std::clamp(static_cast<int>(y[c] * bins), 0, last);
      for (Index c = 0; c < count; ++c) {
        const double inside = nodes[at[c]] + (y[c] * bins - static_cast<double>(at[c])) * widths[at[c]];
        jacobian[c] *= bins * widths[at[c]];
        x[c] = y[c] < 1 ? inside : right;
      }
      if (!bin) continue;
      for (Index c = 0; c < count; ++c) bin[c] = static_cast<std::uint16_t>(at[c]);
      bin += block;
    }
  }

  /// Adds training data, |f|, at points y of the unit cube (d x n). Points on the boundary are left out, as are values that are
  /// not finite. Throws ShapeError for sizes that do not fit.
  void add_training_data(const Batch<double>& y, const Row<double>& f) {
    check("VegasMap::add_training_data", "y", y);
    detail::require_size("VegasMap::add_training_data", "size of f", f.size(), y.cols());
    for (Index i = 0; i < dimension(); ++i) {
      Axis& a = axis(i);
      a.begin_training();
      const double bins = static_cast<double>(a.size());
      for (Index c = 0; c < y.cols(); ++c) {
        if (!(y(i, c) > 0 && y(i, c) < 1) || !std::isfinite(f[c])) continue;
        Sum& sum = a.sums[static_cast<std::size_t>(std::min<Index>(static_cast<Index>(y(i, c) * bins), a.size() - 1))];
        sum.value += std::abs(f[c]);
        sum.count += 1;
      }
    }
  }
  /// The same for one axis from known bins, with the squares of `values` times `scale`; axes may be trained at the same time.
  void add_squares(Index i, const std::uint16_t* bin, const double* values, Index n, double scale) {
    Axis& a = axis(i);
    a.begin_training();
    Sum* const sums = a.sums.data();
    for (Index c = 0; c < n; ++c) {
      const double v = values[c] * scale;
      Sum& sum = sums[bin[c]];
      sum.value += v * v;
      sum.count += 1;
    }
  }

  /// Moves the nodes to where the training data is, and forgets it. alpha damps: 0 leaves the density as it is, 1.5 is fast;
  /// below 0 the averages are taken as they are, without smoothing. `bins`: how many there shall be from now on, one number an
  /// axis; empty: as many as there are. Without data the map stays.
  void refine(double alpha, const std::vector<Index>& bins = {}) {
    for (Index i = 0; i < dimension(); ++i)
      refine_axis(i, alpha, bins.empty() ? axis(i).size() : bins[static_cast<std::size_t>(i)]);
  }
  /// One axis of `refine`; axes may be refined at the same time. Throws InvalidArgument for a number of bins out of range.
  void refine_axis(Index i, double alpha, Index bins) {
    require_bins("VegasMap::refine", bins);
    Axis& a = axis(i);
    a.shares.assign(static_cast<std::size_t>(a.size()), 0);
    if (alpha == 0 || a.sums.empty()) a.shares.assign(static_cast<std::size_t>(a.size()), 1);
    else a.average(alpha);
    a.sums.clear();
    a.redistribute(bins);
  }
  /// Only changes how many bins there are, the density staying as it is as far as it can.
  void regrid(const std::vector<Index>& bins) {
    detail::require_size("VegasMap::regrid", "number of axes", static_cast<Index>(bins.size()), dimension());
    for (Index i = 0; i < dimension(); ++i) {
      axis(i).sums.clear();
      refine_axis(i, 0, bins[static_cast<std::size_t>(i)]);
    }
  }
  /// Adapts to values f at points x of the box (d x n), wherever they come from.
  void adapt_to_samples(const Batch<double>& x, const Row<double>& f, Index iterations = 5, double alpha = 1) {
    detail::require_at_least("VegasMap::adapt_to_samples", "iterations", iterations, 1);
    for (Index k = 0; k < iterations; ++k) {
      const MappedPoints y = inverse(x);
      add_training_data(y.points, (y.jacobian.array() * f.array()).square());
      refine(alpha);
    }
  }

  /// How each axis is stretched at y of the unit cube (d x n). Throws as forward does.
  MapSlopes slopes(const Batch<double>& y) const {
    check("VegasMap::slopes", "y", y);
    MapSlopes out{Batch<double>(y.rows(), y.cols()), Batch<double>::Zero(y.rows(), y.cols())};
    for (Index i = 0; i < dimension(); ++i) {
      const Axis& a = axis(i);
      const double bins = static_cast<double>(a.size());
      for (Index c = 0; c < y.cols(); ++c) {
        const double at = y(i, c) * bins;
        const Index j = std::clamp<Index>(static_cast<Index>(at), 0, a.size() - 1);
        out.slope(i, c) = bins * a.widths[j];
        if (a.slopes.size() == 0) continue;
        const double t = std::clamp(at - static_cast<double>(j), 0.0, 1.0);
        const Bend bend = a.bend(j);
        out.slope(i, c) = bend.slope(t);
        out.log_slope(i, c) = bins * bend.log_slope_slope(t);
      }
    }
    return out;
  }

  /// For checkpoints: see io/archive.hpp. ShapeError for a state in another dimension.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    const Index d = self.dimension();
    a(self.axes_);
    detail::require_size("VegasMap", "axes of the state", self.dimension(), d);
  }

 private:
  using Axis = detail::MapAxis;
  using Sum = detail::MapBinSum;
  using Bend = detail::MapBend;

  static void forward_smooth(const Axis& a, const double* y, Index n, double* x, double* jacobian, std::uint16_t* bin) {
    const double bins = static_cast<double>(a.size());
    for (Index c = 0; c < n; ++c) {
      const double at = y[c] * bins;
      const Index j = std::clamp<Index>(static_cast<Index>(at), 0, a.size() - 1);
      const double t = std::min(at - static_cast<double>(j), 1.0);
      const Bend bend = a.bend(j);
      x[c] = y[c] < 1 ? a.nodes[j] + a.widths[j] * bend.at(t) : a.nodes[a.size()];
      jacobian[c] *= bend.slope(t);
      if (bin) bin[c] = static_cast<std::uint16_t>(j);
    }
  }
  static void require_bins(const char* function, Index bins) {
    detail::require_at_least(function, "bins", bins, 1);
    if (bins > 65535) throw InvalidArgument(detail::complaint(function, "bins", bins, "at most 65535"));
  }
  void check(const char* function, const char* name, const Batch<double>& points) const {
    detail::require_size(function, std::string("rows of ").append(name), points.rows(), dimension());
    detail::require_finite(function, name, points);
  }
  Axis& axis(Index i) { return axes_[static_cast<std::size_t>(i)]; }
  const Axis& axis(Index i) const { return axes_[static_cast<std::size_t>(i)]; }

  std::vector<Axis> axes_;
};

}  // namespace variate

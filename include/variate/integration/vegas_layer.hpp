#pragma once
/// The map of VEGAS as the last layer of a flow.
#include <cmath>
#include <utility>

#include "variate/bijectors/bijector.hpp"
#include "variate/core/types.hpp"
#include "variate/integration/vegas_map.hpp"

namespace variate {

/// u in the unit cube to x in the map's box, for `flow.with_map(VegasLayer(map))`: one family on the box that starts as VEGAS's
/// density and learns what a map of each axis by itself cannot say. Scoreable and Reparameterizable.
///
/// The density of a map that is not `smoothed` has steps at its nodes, which no derivative sees: draws and scores are pulled back
/// exactly, but where log q is followed through the points (an ELBO by draws, a gradient by x) take a smoothed map.
class VegasLayer {
 public:
  using Scalar = double;
  /// What `forward` and `inverse` leave: of a map that moves every axis by itself.
  struct Image {
    Batch<double> value;    ///< d x n
    Row<double> log_det;    ///< 1 x n: of the map that was asked for
    Batch<double> slope;    ///< d x n: dvalue_i/dpoint_i
    Batch<double> bending;  ///< d x n: dlog_det/dpoint_i

    /// slope_i g_i + w dlog_det/dpoint_i: d x n. ShapeError if sizes do not fit.
    Batch<double> pullback(const Batch<double>& g, const Row<double>& w) const {
      detail::require_pullback("VegasLayer", value, g, w);
      Batch<double> back = g.cwiseProduct(slope);
      for (Index i = 0; i < back.rows(); ++i) back.row(i) += w.cwiseProduct(bending.row(i));
      return back;
    }
  };

  explicit VegasLayer(VegasMap map) : map_(std::move(map)) {}

  /// The map.
  const VegasMap& map() const { return map_; }
  Image forward(const Batch<double>& u) const {
    MappedPoints x = map_.forward(u);
    MapSlopes by = map_.slopes(u);
    return {std::move(x.points), x.jacobian.array().log(), std::move(by.slope), std::move(by.log_slope)};
  }
  Image inverse(const Batch<double>& x) const {
    MappedPoints u = map_.inverse(x);
    MapSlopes by = map_.slopes(u.points);
    by.slope = by.slope.cwiseInverse();
    by.log_slope.array() *= -by.slope.array();
    return {std::move(u.points), -u.jacobian.array().log(), std::move(by.slope), std::move(by.log_slope)};
  }
  /// 1 for columns in the box, its faces included.
  Row<double> in_image(const Batch<double>& x) const {
    Row<double> good = Row<double>::Ones(x.cols());
    for (Index i = 0; i < x.rows(); ++i) {
      const auto& nodes = map_.nodes(i);
      for (Index c = 0; c < x.cols(); ++c)
        if (!(x(i, c) >= nodes[0] && x(i, c) <= nodes[nodes.size() - 1])) good[c] = 0;
    }
    return good;
  }

 private:
  VegasMap map_;
};

}  // namespace variate

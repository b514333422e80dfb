#pragma once
/// The map of VEGAS as the last layer of a flow.
#include <cmath>
#include <utility>

#include "variate/core/types.hpp"
#include "variate/integration/vegas_map.hpp"

namespace variate {

/// u in the unit cube to x in the map's box, for `flow.with_map(VegasLayer(map))`: one family on the box that starts as VEGAS's
/// density and learns what a map of each axis by itself cannot say. Scores and densities; it has no way back to points.
class VegasLayer {
 public:
  using Scalar = double;
  /// What `forward` and `inverse` leave.
  struct Image {
    Batch<double> value;  ///< d x n
    Row<double> log_det;  ///< 1 x n: of the map that was asked for
  };

  explicit VegasLayer(VegasMap map) : map_(std::move(map)) {}

  /// The map.
  const VegasMap& map() const { return map_; }
  Image forward(const Batch<double>& u) const {
    MappedPoints x = map_.forward(u);
    return {std::move(x.points), x.jacobian.array().log()};
  }
  Image inverse(const Batch<double>& x) const {
    MappedPoints u = map_.inverse(x);
    return {std::move(u.points), -u.jacobian.array().log()};
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

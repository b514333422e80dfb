#pragma once
/// Weighted points that somebody else has made, to learn from instead of calling the integrand.
#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/random/permutation.hpp"

namespace variate::detail {

/// Points of the unit cube with the density p they were drawn from and the weights w = f/p.
struct CubePoints {
  Batch<double> y;    ///< d x n
  Row<double> p, w;   ///< n

  Index size() const { return p.size(); }
  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.y, self.p, self.w);
  }
};

/// A store of such points.
class GivenPoints {
 public:
  void add(CubePoints points) { parts_.push_back(std::move(points)); }
  /// n of them without replacement, all if there are fewer. InvalidArgument if there are none.
  template <class R>
  CubePoints take(Index n, R& rng) const {
    if (parts_.empty())
      throw InvalidArgument("Integrator: SurveyStrategy::fixed has no points to learn from, expected some by add_points");
    Index all = 0;
    for (const CubePoints& part : parts_) all += part.size();
    n = std::min(all, n);
    const std::vector<Index> order = permutation(rng, all);
    CubePoints some{Batch<double>(parts_.front().y.rows(), n), Row<double>(n), Row<double>(n)};
    for (Index c = 0; c < n; ++c) {
      Index at = order[static_cast<std::size_t>(c)];
      std::size_t part = 0;
      while (at >= parts_[part].size()) at -= parts_[part++].size();
      some.y.col(c) = parts_[part].y.col(at);
      some.p[c] = parts_[part].p[at];
      some.w[c] = parts_[part].w[at];
    }
    return some;
  }
  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.parts_);
  }

 private:
  std::vector<CubePoints> parts_;
};

}  // namespace variate::detail

#pragma once
/// Pathwise gradients against known expectations.
#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "distributions/family_suite.hpp"

namespace variate_tests {

/// Largest z of the pathwise gradient of E f(x) by theta, f given by its slope, against the known gradient: n data points, all
/// with the same parameters (in their own units), pull back one draw each.
inline double path_z(const Kind& kind, const std::vector<double>& parameters, const std::function<double(double)>& slope,
                     const std::vector<double>& known, Index n = 5000) {
  Rng rng(6);
  const Batch<double> theta = single(kind, parameters).theta;
  const AnyFamily q = kind.make(theta * Row<double>::Ones(n), Batch<double>());
  const Batch<double> each =
      q.rsample(rng, 1, [&](const Batch<double>& x) { return Batch<double>(x.unaryExpr(slope)); }).theta_gradient;
  double worst = 0;
  for (Index i = 0; i < each.rows(); ++i) {
    const double mean = each.row(i).mean(), spread = (each.row(i).array() - mean).square().mean();
    const double off = std::abs(mean - known[static_cast<std::size_t>(i)]);
    worst = std::max(worst, off < 1e-12 ? 0 : off / std::sqrt(spread / static_cast<double>(n)));
  }
  return worst;
}

}  // namespace variate_tests

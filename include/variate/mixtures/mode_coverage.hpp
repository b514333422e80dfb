#pragma once
/// How many of a target's modes a mixture has found.
#include <algorithm>
#include <cmath>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/mixtures/targets/planar_robot.hpp"

namespace variate {

/// How many of the modes (d x M) have a component's mean (d x K) closer than 6 sqrt(d): what the literature counts for Gaussian
/// mixtures. ShapeError if the rows differ.
template <class T>
Index modes_found(const Batch<T>& modes, const Batch<T>& means) {
  detail::require_size("modes_found", "rows of means", means.rows(), modes.rows());
  const T reach = 36 * static_cast<T>(modes.rows());
  Index found = 0;
  for (Index m = 0; m < modes.cols(); ++m)
    for (Index k = 0; k < means.cols(); ++k)
      if ((means.col(k) - modes.col(m)).squaredNorm() < reach) {
        ++found;
        break;
      }
  return found;
}

/// How many ways an arm has found to each of its goals: components (means, d x K) whose end effector is within 0.05 of the goal
/// and whose log density is above -7, told apart by gaps of more than 0.4 between their first angles. Angles are not taken modulo
/// a turn.
template <class T>
std::vector<Index> modes_found(const PlanarRobot<T>& robot, const Batch<T>& means) {
  const Row<T> value = robot(means);
  const Batch<T> joints = robot.joints(means);
  const auto& goals = robot.options().goals;
  std::vector<Index> found;
  for (Index g = 0; g < goals.cols(); ++g) {
    std::vector<T> first;
    for (Index k = 0; k < means.cols(); ++k)
      if (value[k] > T(-7) && (joints.col(k).tail(2) - goals.col(g)).norm() < T(0.05)) first.push_back(means(0, k));
    std::sort(first.begin(), first.end());
    Index ways = first.empty() ? 0 : 1;
    for (std::size_t i = 1; i < first.size(); ++i) ways += first[i] - first[i - 1] > T(0.4) ? 1 : 0;
    found.push_back(ways);
  }
  return found;
}

}  // namespace variate

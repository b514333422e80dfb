#pragma once
/// Recorded numbers: <folder>/<kind>/<name>.json, where the folder is what the environment variable VARIATE_FIXTURES names, else
/// tests/data. Reading is compiled once, in fixtures.cpp.
#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "variate/core/types.hpp"

namespace variate_tests {

/// The whole file.
nlohmann::json fixture(const std::string& name);

/// A number; infinities and NaN are written as strings.
double number(const nlohmann::json& j);

/// A list of numbers as a column, a list of lists as a matrix.
variate::Batch<double> matrix(const nlohmann::json& j);

/// |got - want| in units of |want|, after forgiving `floor`; 0 for equal infinities.
inline double relative_error(double got, double want, double floor = 1e-14) {
  if (got == want) return 0;
  if (!std::isfinite(got) || !std::isfinite(want)) return std::numeric_limits<double>::infinity();
  return std::max(0.0, std::abs(got - want) - floor) / std::max(std::abs(want), floor);
}
template <class A, class B>
double worst_relative_error(const Eigen::DenseBase<A>& got, const Eigen::DenseBase<B>& want, double floor = 1e-14) {
  if (got.rows() != want.rows() || got.cols() != want.cols()) throw std::runtime_error("shapes differ");
  double worst = 0;
  for (variate::Index r = 0; r < got.rows(); ++r)
    for (variate::Index c = 0; c < got.cols(); ++c)
      worst = std::max(worst, relative_error(static_cast<double>(got.derived().coeff(r, c)),
                                             static_cast<double>(want.derived().coeff(r, c)), floor));
  return worst;
}

}  // namespace variate_tests

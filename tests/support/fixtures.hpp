#pragma once
/// Recorded numbers: <folder>/<kind>/<name>.json, where the folder is what the environment variable VARIATE_FIXTURES names, else
/// tests/data.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "variate/core/types.hpp"

namespace variate_tests {

inline nlohmann::json fixture(const std::string& name) {
  const char* folder = std::getenv("VARIATE_FIXTURES");
  const std::string path = std::string(folder ? folder : VARIATE_TEST_DATA) + "/" + name;
  std::ifstream file(path);
  if (!file) throw std::runtime_error("no fixture " + path);
  return nlohmann::json::parse(file);
}

/// A number; infinities and NaN are written as strings.
inline double number(const nlohmann::json& j) {
  if (j.is_number()) return j.get<double>();
  const std::string text = j.get<std::string>();
  if (text == "inf" || text == "Infinity") return std::numeric_limits<double>::infinity();
  if (text == "-inf" || text == "-Infinity") return -std::numeric_limits<double>::infinity();
  if (text == "nan" || text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  throw std::runtime_error("not a number: " + text);
}

/// A list of numbers as a column, a list of lists as a matrix.
inline variate::Batch<double> matrix(const nlohmann::json& j) {
  const auto rows = static_cast<variate::Index>(j.size());
  const auto cols = rows > 0 && j.at(0).is_array() ? static_cast<variate::Index>(j.at(0).size()) : 1;
  variate::Batch<double> m(rows, cols);
  for (variate::Index r = 0; r < rows; ++r)
    for (variate::Index c = 0; c < cols; ++c) {
      const auto& entry = j.at(static_cast<std::size_t>(r));
      m(r, c) = number(entry.is_array() ? entry.at(static_cast<std::size_t>(c)) : entry);
    }
  return m;
}

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

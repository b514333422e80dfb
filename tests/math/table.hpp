#pragma once
/// Tables of several numbers a line, decimal or hexadecimal, under tests/data/math/.
#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "math/reference.hpp"

namespace variate_tests {

inline std::vector<std::vector<double>> read_table(const std::string& name, const std::string& columns) {
  std::ifstream file(math_data(name));
  std::string line;
  if (!std::getline(file, line) || line != columns) throw std::runtime_error(name + ": expected columns " + columns);
  std::vector<std::vector<double>> rows;
  while (std::getline(file, line)) {
    std::vector<double> row;
    std::istringstream cells(line);
    for (std::string cell; std::getline(cells, cell, ',');) row.push_back(std::strtod(cell.c_str(), nullptr));
    if (row.size() != static_cast<std::size_t>(std::count(columns.begin(), columns.end(), ',') + 1))
      throw std::runtime_error(name + ": cannot read " + line);
    rows.push_back(row);
  }
  return rows;
}

}  // namespace variate_tests

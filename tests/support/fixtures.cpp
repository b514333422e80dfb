#include "support/fixtures.hpp"

#include <cstdlib>
#include <fstream>

namespace variate_tests {

nlohmann::json fixture(const std::string& name) {
  const char* folder = std::getenv("VARIATE_FIXTURES");
  const std::string path = std::string(folder ? folder : VARIATE_TEST_DATA) + "/" + name;
  std::ifstream file(path);
  if (!file) throw std::runtime_error("no fixture " + path);
  return nlohmann::json::parse(file);
}

double number(const nlohmann::json& j) {
  if (j.is_number()) return j.get<double>();
  const std::string text = j.get<std::string>();
  if (text == "inf" || text == "Infinity") return std::numeric_limits<double>::infinity();
  if (text == "-inf" || text == "-Infinity") return -std::numeric_limits<double>::infinity();
  if (text == "nan" || text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  throw std::runtime_error("not a number: " + text);
}

variate::Batch<double> matrix(const nlohmann::json& j) {
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

}  // namespace variate_tests

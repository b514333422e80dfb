#pragma once
/// The cases of gmmvi/<kind>.json, and what their fields hold.
#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/fixtures.hpp"

namespace variate_tests {

/// Runs every case of a kind. `fields` are all that a case may have besides name and expected; none run, or one with another field,
/// is a failure.
inline void for_gmmvi_cases(const std::string& kind, const std::set<std::string>& fields,
                            const std::function<void(const nlohmann::json& given, const nlohmann::json& expected)>& run) {
  const auto file = fixture("gmmvi/" + kind + ".json");
  REQUIRE(file.at("cases").size() > 0);
  for (const auto& one : file.at("cases")) {
    INFO(kind << ": " << one.at("name").get<std::string>());
    for (const auto& [name, value] : one.items())
      if (name != "name" && name != "expected" && !fields.count(name)) FAIL("unknown field " << name);
    run(one, one.at("expected"));
  }
}
/// Every field of `expected` must be compared: `known` are those the test compares.
inline void require_known(const nlohmann::json& expected, const std::set<std::string>& known) {
  for (const auto& [name, value] : expected.items())
    if (!known.count(name)) FAIL("unknown expectation " << name);
}

/// A list of numbers.
inline variate::Vector<double> column(const nlohmann::json& j) {
  variate::Vector<double> v(static_cast<variate::Index>(j.size()));
  for (variate::Index i = 0; i < v.size(); ++i) v[i] = number(j.at(static_cast<std::size_t>(i)));
  return v;
}
inline variate::Row<double> row(const nlohmann::json& j) { return column(j).transpose(); }
/// Samples as they are written, n lists of d numbers, as a d x n batch.
inline variate::Batch<double> samples(const nlohmann::json& j) { return matrix(j).transpose(); }

}  // namespace variate_tests

#pragma once
/// The cases of zunis/<name>.json, and the worst error of a file.
#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/fixtures.hpp"

namespace variate_tests {

/// Fails for a field that nobody reads.
inline void require_only(const nlohmann::json& j, const std::set<std::string>& known) {
  for (const auto& [name, value] : j.items())
    if (!known.count(name)) FAIL("unknown field " << name);
}
/// Runs every case of a file; none is a failure.
inline void for_zunis_cases(const std::string& name, const std::function<void(const nlohmann::json&)>& run) {
  const auto file = fixture("zunis/" + name + ".json");
  require_only(file, {"set", "what", "cases"});
  REQUIRE(file.at("cases").size() > 0);
  for (const auto& one : file.at("cases")) run(one);
}
/// A list of numbers; one that is null is NaN.
inline variate::Row<double> numbers(const nlohmann::json& j) {
  variate::Row<double> v(static_cast<variate::Index>(j.size()));
  for (variate::Index i = 0; i < v.size(); ++i) v[i] = number(j.at(static_cast<std::size_t>(i)));
  return v;
}
/// Points as they are written, n lists of d numbers, as a d x n batch.
inline variate::Batch<double> points(const nlohmann::json& j) { return matrix(j).transpose(); }

/// Worst errors of a file, by field.
class WorstOf {
 public:
  explicit WorstOf(std::string file) : file_(std::move(file)) {}
  template <class A, class B>
  void add(const std::string& what, const Eigen::DenseBase<A>& got, const Eigen::DenseBase<B>& want, double floor = 1e-14) {
    worst_[what] = std::max(worst_[what], worst_relative_error(got, want, floor));
  }
  void add(const std::string& what, double got, double want, double floor = 1e-14) {
    worst_[what] = std::max(worst_[what], relative_error(got, want, floor));
  }
  /// Every field's worst error is below its bound.
  void check(double bound) const {
    REQUIRE_FALSE(worst_.empty());
    for (const auto& [name, error] : worst_) {
      UNSCOPED_INFO(file_ << " " << name << " " << error);
      CHECK(error < bound);
    }
    std::string line = file_ + ":";
    for (const auto& [name, error] : worst_) line += " " + name + " " + std::to_string(error / 1e-16) + "e-16";
    SUCCEED(line);
  }

 private:
  std::string file_;
  std::map<std::string, double> worst_;
};

}  // namespace variate_tests

#pragma once
/// What the fixtures of GMMVI are made of.
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/fixtures.hpp"
#include "variate/mixtures/gaussians.hpp"

namespace variate_tests {

inline variate::Batch<double> lower_factor(variate::Batch<double> covariance) {
  if (variate::detail::cholesky(covariance) >= 0) throw std::runtime_error("not positive definite");
  return covariance;
}

inline bool is_diagonal(const nlohmann::json& gmm) { return gmm.at("diagonal").get<bool>(); }

/// Covariances, or variances of a diagonal mixture, as factors.
template <variate::Covariance C>
std::vector<variate::FactorOf<double, C>> factors_from(const nlohmann::json& covariances) {
  std::vector<variate::FactorOf<double, C>> factors;
  for (const auto& covariance : covariances) {
    if constexpr (C == variate::Covariance::full) factors.push_back(lower_factor(matrix(covariance)));
    else factors.push_back(matrix(covariance).cwiseSqrt());
  }
  return factors;
}
/// Factors as they stand in a file.
template <variate::Covariance C>
variate::FactorOf<double, C> factor_from(const nlohmann::json& j) {
  return matrix(j);
}

template <variate::Covariance C>
variate::Gaussians<double, C> mixture_from(const nlohmann::json& gmm) {
  for (const auto& [name, value] : gmm.items())
    if (name != "diagonal" && name != "weights" && name != "means" && name != "covs" && name != "variances")
      throw std::runtime_error("unknown field of a mixture: " + name);
  const auto& spread = gmm.contains("covs") ? gmm.at("covs") : gmm.at("variances");
  return {variate::Vector<double>(matrix(gmm.at("weights"))), matrix(gmm.at("means")).transpose(), factors_from<C>(spread)};
}

/// Calls f with std::integral_constant of the covariance a case has.
template <class F>
void with_covariance(bool diagonal, F f) {
  if (diagonal) f(std::integral_constant<variate::Covariance, variate::Covariance::diagonal>{});
  else f(std::integral_constant<variate::Covariance, variate::Covariance::full>{});
}

/// Worst errors of a file, by field.
class Worst {
 public:
  template <class A, class B>
  void add(const std::string& what, const Eigen::DenseBase<A>& got, const Eigen::DenseBase<B>& want, double floor = 1e-12) {
    worst_[what] = std::max(worst_[what], worst_relative_error(got, want, floor));
  }
  void add(const std::string& what, double got, double want, double floor = 1e-12) {
    worst_[what] = std::max(worst_[what], relative_error(got, want, floor));
  }
  /// Every field's worst error is below its bound.
  void check(const std::string& file, double bound) const {
    REQUIRE_FALSE(worst_.empty());
    for (const auto& [name, error] : worst_) {
      UNSCOPED_INFO(file << " " << name << " " << error);
      CHECK(error < bound);
    }
    std::string line = file + ":";
    for (const auto& [name, error] : worst_) line += " " + name + " " + std::to_string(error / 1e-16) + "e-16";
    SUCCEED(line);
  }

 private:
  std::map<std::string, double> worst_;
};

/// Cases of a file; fails if there are none.
inline nlohmann::json cases_of(const std::string& file) {
  const nlohmann::json all = fixture("gmmvi/" + file);
  REQUIRE(all.at("cases").size() > 0);
  return all.at("cases");
}
/// Fails for a field that nobody reads.
inline void require_fields(const nlohmann::json& j, const std::set<std::string>& known) {
  for (const auto& [name, value] : j.items()) {
    INFO("unknown field " << name);
    REQUIRE(known.count(name) == 1);
  }
}

}  // namespace variate_tests

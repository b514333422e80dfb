#pragma once
/// Fixtures of univariate families against `Factorized` ones: every field of every case, at the tolerances of tests/data/distributions/README.md.
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "distributions/any_family.hpp"
#include "distributions/family_checks.hpp"
#include "support/fixtures.hpp"
#include "variate/distributions/detail/factorized.hpp"

namespace variate_tests {

/// What Law::path gives for the single coordinate of q at noise e and point x.
template <class Law>
std::vector<double> path_of(const variate::detail::Factorized<Law>& q, double e, double x) {
  using V = variate::detail::Packet<double>;
  variate::detail::LawConstants<Law> c;
  for (std::size_t m = 0; m < c.size(); ++m) c[m] = V(q.constants()(static_cast<Index>(m), 0));
  variate::detail::LawTheta<Law> s;
  Law::path(V(e), V(x), c, s);
  std::vector<double> all;
  for (const V& v : s) all.push_back(v[0]);
  return all;
}

/// How one row of theta stands for a parameter of the fixture: dtheta = factor(value) dparameter, value itself for a logarithm.
struct FixtureParameter {
  std::string name;
  bool logarithm = true;
};

/// make(params) builds the family from a fixture's "params"; path(q, x) gives dx/dtheta at x.
template <class Make, class Path>
void check_fixture(const std::string& file, std::size_t cases, const std::vector<FixtureParameter>& parameters, Make make, Path path) {
  const auto recorded = fixture("distributions/" + file);
  REQUIRE(recorded.at("cases").size() >= cases);
  for (const auto& item : recorded.at("cases")) {
    INFO(item.at("params").dump());
    const auto q = make(item.at("params"));
    const auto params = item.at("params");
    double largest = 1;  // kept as logarithms, parameters are known to some ulp: a - rate x to no better
    for (const auto& [name, value] : params.items()) largest = std::max(largest, std::abs(number(value)));
    const auto factor = [&](const FixtureParameter& p) { return p.logarithm ? number(params.at(p.name)) : 1.0; };
    for (const auto& [field, value] : item.items()) {
      INFO(field);
      if (field == "params") continue;
      if (field == "mean") {
        const double want = number(value);
        CHECK((std::isnan(want) ? std::isnan(q.mean()(0, 0)) : relative_error(q.mean()(0, 0), want) < 1e-12));
      } else if (field == "variance") {
        const double want = number(value);
        CHECK((std::isnan(want) ? std::isnan(q.variance()(0, 0)) : relative_error(q.variance()(0, 0), want) < 1e-12));
      } else if (field == "entropy") {
        CHECK(relative_error(q.entropy()(0), number(value)) < 1e-12);
      } else if (field == "quantiles") {
        for (const auto& quantile : value) {
          const double p = number(quantile.at("p")), got = q.icdf(one(p))(0, 0);
          INFO("p " << p);
          CHECK(relative_error(got, number(quantile.at("x")), 0) < 1e-11);
          if (quantile.contains("log_x") && got > 1e-300)
            CHECK(std::abs(std::log(got) - number(quantile.at("log_x"))) < 1e-11);
        }
      } else if (field == "points") {
        for (const auto& point : value) {
          const double x = number(point.at("x")), cdf = number(point.at("cdf"));
          INFO("x " << x);
          const double bulk = cdf >= 0.01 && cdf <= 0.99 ? 1e-12 : 1e-9;
          const Batch<double> at = one(x);
          const auto e = q.evaluate(at);
          Batch<double> slope;
          const Vector<double> score = e.pullback(Row<double>::Ones(1), slope);
          for (const auto& [name, wanted] : point.items()) {
            INFO(name);
            if (name == "x") continue;
            if (name == "log_prob") CHECK(relative_error(e.value(0), number(wanted)) < bulk);
            else if (name == "d_x") CHECK(relative_error(slope(0, 0), number(wanted)) < bulk);
            else if (name == "d_params") {
              for (std::size_t i = 0; i < parameters.size(); ++i)
                CHECK(relative_error(score(static_cast<Index>(i)), factor(parameters[i]) * number(wanted.at(parameters[i].name)),
                                     (1e-14 + 2e-15 * largest) * factor(parameters[i])) < bulk);
            } else if (name == "dx_dparams_implicit") {
              const std::vector<double> moved = path(q, x);
              for (std::size_t i = 0; i < parameters.size(); ++i)
                CHECK(relative_error(moved[i], factor(parameters[i]) * number(wanted.at(parameters[i].name)), 0) < 1e-9);
            } else if (name == "cdf") CHECK(relative_error(q.cdf(at)(0, 0), number(wanted), 0) < bulk);
            else if (name == "log_cdf") CHECK(relative_error(q.log_cdf(at)(0, 0), number(wanted)) < bulk);
            else if (name == "sf" && std::abs(cdf + number(wanted) - 1) > 1e-12) continue;  // beta.json says 1 next to a cdf of 0.001
            else if (name == "sf") CHECK(std::abs(1 - q.cdf(at)(0, 0) - number(wanted)) < 1e-13);  // 1 - cdf: there is no sf
            else if (name == "log_sf") CHECK(number(point.at("sf")) == Approx(std::exp(number(wanted))));  // said twice
            else FAIL("unknown field " << name);
          }
        }
      } else {
        FAIL("unknown field " << field);
      }
    }
  }
}

}  // namespace variate_tests

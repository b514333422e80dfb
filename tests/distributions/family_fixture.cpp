#include <algorithm>
#include <cmath>
#include <cstdio>

#include "distributions/family_checks.hpp"
#include "distributions/family_suite.hpp"
#include "support/fixtures.hpp"

namespace variate_tests {
namespace {

using variate::detail::Domain;

/// dtheta/dparameter^-1: what a slope by theta is divided by.
double per_unit(Domain domain, double value) {
  if (domain == Domain::positive) return value;
  if (domain == Domain::unit) return value * (1 - value);
  return 1;
}

/// The worst error of a file, in units of what is allowed.
double worst = 0;
void within(double error, double tolerance) {
  worst = std::max(worst, error / tolerance);
  CHECK(error < tolerance);
}

struct Case {
  const FixtureOf& of;
  const Kind& kind;
  AnyFamily q;
  std::vector<std::string> names;
  std::vector<double> parameters;
  double largest = 1;

  /// Slopes by theta against the file's, by name; what theta does not resolve is forgiven.
  void compare(std::vector<double> slopes, const nlohmann::json& wanted, double tolerance, double floor) const {
    if (of.chain) {
      slopes = of.chain(slopes, parameters);
      for (std::size_t i = 0; i < names.size(); ++i)
        if (wanted.contains(names[i])) within(relative_error(slopes[i], number(wanted.at(names[i])), floor), tolerance);
      return;
    }
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (!wanted.contains(names[i])) continue;
      INFO(names[i]);
      const double unit = i < kind.learned ? per_unit(kind.arguments[i].domain, parameters[i]) : 1;
      within(relative_error(slopes[i], unit * number(wanted.at(names[i])), floor * unit), tolerance);
    }
  }

  void moment(const std::function<Batch<double>()>& has, const nlohmann::json& wanted) const {
    const double want = number(wanted);
    if (!of.moments) return;
    if (!has) CHECK(std::isnan(want));
    else if (std::isnan(want)) CHECK(std::isnan(has()(0, 0)));
    else within(relative_error(has()(0, 0), want), 1e-12);
  }

  void point(const nlohmann::json& recorded) const {
    const double x = number(recorded.at("x")), cdf = recorded.contains("cdf") ? number(recorded.at("cdf")) : 0.5;
    INFO("x " << x);
    const double tolerance = cdf >= 0.01 && cdf <= 0.99 ? 1e-12 : 1e-9, floor = 1e-14 + 2e-15 * largest;
    const Batch<double> at = one(x);
    const AnyFamily::Evaluation e = q.evaluate(at, Row<double>::Ones(1));
    double unresolved = 0;  // of the cdf, from theta's rounding
    if (of.end_moves) {
      const std::vector<double> moved = q.law_path(of.noise(q, x), x);
      for (std::size_t i = 0; i < moved.size(); ++i)
        unresolved += 4e-16 * std::exp(e.value(0)) * std::abs(moved[i]) * (1 + std::abs(q.theta(static_cast<Index>(i), 0)));
    }
    for (const auto& [name, wanted] : recorded.items()) {
      INFO(name);
      if (name == "x") continue;
      if (name == "log_prob") within(relative_error(e.value(0), number(wanted)), tolerance);
      else if (name == "d_x") within(relative_error(e.slope(0, 0), number(wanted)), tolerance);
      else if (name == "d_params") compare(q.law_score(x), wanted, tolerance, floor);
      else if (name == "dx_dparams_implicit")
        compare(q.law_path(of.noise ? of.noise(q, x) : q.cdf(at)(0, 0), x), wanted, 1e-9, 1e-14);
      else if (name == "cdf") within(relative_error(q.cdf(at)(0, 0), number(wanted), unresolved), tolerance);
      else if (name == "log_cdf")
        within(q.log_cdf ? relative_error(q.log_cdf(at)(0, 0), number(wanted), 1e-14 + unresolved / cdf) : 0, tolerance);
      else if (name == "sf" && std::abs(cdf + number(wanted) - 1) > 1e-12) continue;  // beta.json says 1 next to a cdf of 0.001
      else if (name == "sf") within(std::abs(1 - q.cdf(at)(0, 0) - number(wanted)), 1e-13);             // 1 - cdf: there is no sf
      else if (name == "log_sf") CHECK(number(recorded.at("sf")) == Approx(std::exp(number(wanted))));  // said twice
      else FAIL("unknown field " << name);
    }
  }

  void quantile(const nlohmann::json& recorded) const {
    const double p = number(recorded.at("p")), got = q.icdf(one(p))(0, 0);
    INFO("p " << p);
    within(relative_error(got, number(recorded.at("x")), 1e-15), 1e-11);
    if (recorded.contains("log_x") && got > 1e-300) within(std::abs(std::log(got) - number(recorded.at("log_x"))), 1e-11);
  }
};

}  // namespace

void check_fixture(const std::string& file, const Kind& kind, const FixtureOf& of) {
  const auto recorded = fixture("distributions/" + file);
  REQUIRE(recorded.at("cases").size() > 0);
  worst = 0;
  for (const auto& item : recorded.at("cases")) {
    INFO(item.at("params").dump());
    Case c{of, kind, {}, of.names, {}};
    if (c.names.empty())
      for (const auto& argument : kind.arguments) c.names.emplace_back(argument.name);
    for (const std::string& name : c.names) {
      c.parameters.push_back(number(item.at("params").at(name)));
      if (std::isfinite(c.parameters.back())) c.largest = std::max(c.largest, std::abs(c.parameters.back()));
    }
    c.q = single(kind, of.to_own ? of.to_own(c.parameters) : c.parameters);
    for (const auto& [field, value] : item.items()) {
      INFO(field);
      if (field == "params") continue;
      if (field == "mean") c.moment(c.q.mean, value);
      else if (field == "variance") c.moment(c.q.variance, value);
      else if (field == "entropy") {
        if (c.q.entropy && of.moments) within(relative_error(c.q.entropy()(0), number(value)), 1e-12);
      } else if (field == "quantiles") {
        for (const auto& each : value)
          if (c.q.icdf) c.quantile(each);
      } else if (field == "points") {
        for (const auto& each : value) c.point(each);
      } else {
        FAIL("unknown field " << field);
      }
    }
  }
  std::printf("%s: worst error %.2g of what is allowed\n", file.c_str(), worst);
}

}  // namespace variate_tests

#pragma once
/// What every family of independent coordinates must satisfy, and its fixtures: declared here, compiled once (family_suite.cpp,
/// family_fixture.cpp).
#include <functional>
#include <string>
#include <vector>

#include "distributions/any_family.hpp"

namespace variate_tests {

/// How a family is looked at.
struct Suite {
  /// Random theta is centre + spread * normal, row by row of one coordinate; empty: 0.
  std::vector<double> centre{};
  double spread = 0.4;
  std::vector<double> settings{};  ///< one number for each setting
  /// The sampler's own path is smooth in theta, so that differences of draws with the same noise test it; else the quantiles are
  /// used.
  bool smooth_sampler = true;
  bool has_moments = true;  ///< finite mean, variance and fourth moment at the centre
};

/// Gradients are those of the values (central differences), data points are independent, draws have the stated moments and law
/// (KS or chi-square), float is double to float's precision, the ends of the support, infinities and NaN give what they must,
/// wrong calls the right words.
void check_family(const Kind& kind, const Suite& suite = {});

/// The sampler at these parameters (in their own units, settings last) follows the cdf: double and float.
void check_sampler(const Kind& kind, const std::vector<std::vector<double>>& parameters, Index n = 4000);

/// A fixture's file against a family. By default its parameters have the family's names and the noise of a draw at x is cdf(x).
struct FixtureOf {
  std::vector<std::string> names{};  ///< of the parameters in the file, in the order of theta
  /// Noise that gives x.
  std::function<double(const AnyFamily&, double x)> noise{};
  /// From the file's parameters to theta's, and slopes by theta to slopes by the file's parameters; for families whose theta is
  /// not made of them one by one.
  std::function<std::vector<double>(const std::vector<double>& parameters)> to_own{};
  std::function<std::vector<double>(const std::vector<double>& slopes, const std::vector<double>& parameters)> chain{};
  /// An end of the support depends on theta, kept as a logarithm: just inside, the cdf is forgiven what the rounding of theta
  /// moves it by.
  bool end_moves = false;
  /// False where the file's mean, variance and entropy are known to be wrong; say why.
  bool moments = true;
};
void check_fixture(const std::string& file, const Kind& kind, const FixtureOf& of = {});

/// A family with one coordinate, from parameters in their own units.
AnyFamily single(const Kind& kind, const std::vector<double>& parameters, bool in_float = false);

}  // namespace variate_tests

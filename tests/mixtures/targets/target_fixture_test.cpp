/// The targets of the literature against recorded values and gradients.
#include <cstdlib>
#include <fstream>

#include "mixtures/fixture_cases.hpp"
#include "mixtures/fixture_model.hpp"
#include "variate/mixtures/targets/gaussian_mixture_target.hpp"
#include "variate/mixtures/targets/logistic_regression.hpp"
#include "variate/mixtures/targets/planar_robot.hpp"
#include "variate/mixtures/targets/student_t_mixture.hpp"

using namespace variate;
using namespace variate_tests;

namespace {

std::string data_path(const std::string& name) {
  const char* folder = std::getenv("VARIATE_FIXTURES");
  return std::string(folder ? folder : VARIATE_TEST_DATA) + "/gmmvi/targets/" + name;
}

/// label, raw columns.
LogisticRegression<double> regression(const std::string& name) {
  std::ifstream file(data_path(name + "_raw.csv"));
  REQUIRE(file);
  std::string line;
  std::getline(file, line);
  std::vector<std::vector<double>> rows;
  while (std::getline(file, line)) {
    rows.emplace_back();
    for (std::size_t at = 0; at < line.size();) {
      std::size_t used = 0;
      rows.back().push_back(std::stod(line.substr(at), &used));
      at += used + 1;
    }
  }
  REQUIRE(rows.size() > 1);
  Batch<double> raw(static_cast<Index>(rows.size()), static_cast<Index>(rows[0].size()) - 1);
  Vector<double> labels(raw.rows());
  for (Index i = 0; i < raw.rows(); ++i) {
    const auto& row = rows[static_cast<std::size_t>(i)];
    REQUIRE(row.size() == rows[0].size());
    labels[i] = row[0];
    for (Index j = 0; j < raw.cols(); ++j) raw(i, j) = row[static_cast<std::size_t>(j) + 1];
  }
  const Batch<double> design = scaled_design(raw);
  const auto about = fixture("gmmvi/targets/" + name + ".json");
  CHECK(design.rows() == about.at("rows").get<Index>());
  CHECK(design.cols() == about.at("dim").get<Index>());
  CHECK(labels.sum() == number(about.at("label_sum")));
  CHECK(worst_relative_error(design.row(0), row(about.at("first_design_row"))) < 1e-12);
  const LogisticRegression<double> target(design, labels, {.prior_deviation = number(about.at("prior_std"))});
  const auto& check = about.at("check");
  CHECK(worst_relative_error(target(samples(check.at("samples"))), row(check.at("log_density"))) < 1e-9);
  return target;
}

template <class Target>
void compare(const std::string& name, const Target& target, const nlohmann::json& given, const nlohmann::json& expected,
             Worst& worst) {
  require_known(expected, {"log_density", "gradient"});
  const Batch<double> x = samples(given.at("samples"));
  Batch<double> gradient;
  const Row<double> value = target.value_and_gradient(x, gradient);
  worst.add(name, value, row(expected.at("log_density")));
  worst.add(name + " gradient", gradient, samples(expected.at("gradient")), 1e-10);
  worst.add(name + " alone", target(x), value);
}

Gaussians<double> scales(const nlohmann::json& given) {
  REQUIRE_FALSE(is_diagonal(given));
  return mixture_from<Covariance::full>(given);
}

}  // namespace

TEST_CASE("Targets", "[fixtures][gmmvi]") {
  Worst worst;
  for_gmmvi_cases("target_values", {"samples", "num_components", "mixture", "degrees_of_freedom"},
                  [&](const nlohmann::json& given, const nlohmann::json& expected) {
                    const std::string name = given.at("name");
                    const auto dims = static_cast<Index>(given.at("samples").at(0).size());
                    const auto check = [&](const auto& target) { compare(name, target, given, expected, worst); };
                    const bool other_arm = says(name, "-links");  // these were made with other deviations, which no field tells
                    const double prior = other_arm ? 0.3 : 0.2, reach = other_arm ? 0.05 : 0.01;
                    if (says(name, "planar-robot-4-goal")) check(planar_robot(4, dims, prior, reach));
                    else if (says(name, "planar-robot-1-goal")) check(planar_robot(1, dims, prior, reach));
                    else if (says(name, "breast-cancer")) check(regression("breast_cancer"));
                    else if (says(name, "german-credit")) check(regression("german_credit"));
                    else if (says(name, "simple-gmm")) check(simple_gaussian_mixture());
                    else if (says(name, "star-gmm")) check(star_gaussian_mixture(given.at("num_components").get<Index>()));
                    else if (says(name, "student-t-mixture"))
                      check(StudentTMixtureTarget<double>(scales(given.at("mixture")), number(given.at("degrees_of_freedom"))));
                    else if (says(name, "gmm")) check(GaussianMixtureTarget<double>(scales(given.at("mixture"))));
                    else FAIL("unknown target " << name);
                  });
  worst.check("target_values", 1e-9);
}

TEST_CASE("Stored target mixtures", "[fixtures][gmmvi]") {
  Worst worst;
  for (const std::string name : {"gmm20", "stm20"}) {
    auto file = fixture("gmmvi/targets/" + name + ".json");
    const auto& check = file.at("check");
    nlohmann::json mixture{
        {"diagonal", false}, {"weights", file.at("weights")}, {"means", file.at("means")}, {"covs", file.at("covs")}};
    const Batch<double> x = samples(check.at("samples"));
    const Row<double> want = row(check.at("log_density"));
    if (file.at("kind") == "student-t-mixture")
      worst.add(name, StudentTMixtureTarget<double>(scales(mixture), number(file.at("degrees_of_freedom")))(x), want);
    else
      worst.add(name, GaussianMixtureTarget<double>(scales(mixture))(x), want);
  }
  const auto robot = fixture("gmmvi/targets/planar4.json");
  const auto arm = planar_robot(4, robot.at("dim").get<Index>());
  CHECK(worst_relative_error(arm.options().prior_deviations, column(robot.at("prior_std"))) == 0);
  CHECK(worst_relative_error(arm.options().goals, samples(robot.at("goals"))) == 0);
  CHECK(arm.options().reach_deviation == number(robot.at("likelihood_std")));
  for (const auto& length : robot.at("link_lengths")) CHECK(arm.options().link_length == number(length));
  worst.check("targets", 1e-9);
}

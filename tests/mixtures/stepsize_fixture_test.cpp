/// Step sizes of components and of weights against gmmvi 1.1.
#include <cstring>

#include "mixtures/fixture_cases.hpp"
#include "variate/mixtures/component_stepsizes.hpp"
#include "variate/mixtures/weight_stepsizes.hpp"

using namespace variate;
using namespace variate_tests;

namespace {

constexpr double lowest = std::numeric_limits<double>::lowest();

template <class Policy>
Policy improvement(const nlohmann::json& given) {
  Policy policy;
  policy.initial_stepsize = number(given.at("initial"));
  policy.min_stepsize = number(given.at("min"));
  policy.max_stepsize = number(given.at("max"));
  policy.stepsize_inc_factor = number(given.at("inc"));
  policy.stepsize_dec_factor = number(given.at("dec"));
  return policy;
}

/// The rewards after a step are those the next step compares.
void components(const nlohmann::json& given, const nlohmann::json& expected, double& worst) {
  const auto policy = improvement<ImprovementComponentStepsize>(given);
  const Index count = given.at("num_components").get<Index>();
  Vector<double> stepsizes = Vector<double>::Constant(count, policy.initial_stepsize);
  Vector<double> before = Vector<double>::Constant(count, lowest), last = before;
  for (const auto& step : expected.at("sequence")) {
    require_known(step, {"stepsizes", "rewards_stored_after"});
    for (Index k = 0; k < count; ++k) stepsizes[k] = policy(stepsizes[k], Index{0}, before[k], last[k]);
    worst = std::max(worst, worst_relative_error(stepsizes, column(step.at("stepsizes"))));
    before = last;
    last = column(step.at("rewards_stored_after"));
  }
}

void weights(const nlohmann::json& given, const nlohmann::json& expected, double& worst) {
  const auto policy = improvement<ImprovementWeightStepsize>(given);
  auto state = policy.start<double>();
  Vector<double> log_weights(3), rewards = Vector<double>::Constant(3, lowest);  // the note says so
  REQUIRE(given.at("note").get<std::string>().find("weights (1, 0, 0)") != std::string::npos);
  log_weights << 0, -std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity();
  for (const auto& step : expected.at("sequence")) {
    require_known(step, {"stepsize", "elbo", "then_rewards", "then_weights"});
    worst = std::max(worst, relative_error(policy(state, log_weights, rewards), number(step.at("stepsize"))));
    worst = std::max(worst, relative_error(state.elbo, number(step.at("elbo"))));
    rewards = column(step.at("then_rewards"));
    log_weights = column(step.at("then_weights")).array().log();
  }
}

}  // namespace

TEST_CASE("Step sizes", "[fixtures][gmmvi]") {
  double worst = 0;
  for_gmmvi_cases("stepsizes",
                  {"kind", "initial", "min", "max", "inc", "dec", "num_components", "exponent", "num_received_updates", "note"},
                  [&](const nlohmann::json& given, const nlohmann::json& expected) {
                    const std::string kind = given.at("kind");
                    require_known(expected, {"sequence", "stepsizes"});
                    if (kind == "component-improvement") return components(given, expected, worst);
                    if (kind == "weight-improvement") return weights(given, expected, worst);
                    const double initial = number(given.at("initial")), exponent = number(given.at("exponent"));
                    if (kind == "component-decaying") {
                      const DecayingComponentStepsize policy{initial, exponent};
                      for (std::size_t i = 0; i < expected.at("stepsizes").size(); ++i)
                        worst = std::max(
                            worst, relative_error(policy(0.0, given.at("num_received_updates").at(i).get<Index>(), 0.0, 0.0),
                                                  number(expected.at("stepsizes").at(i))));
                    } else if (kind == "weight-decaying") {
                      const DecayingWeightStepsize policy{initial, exponent};
                      auto state = policy.start<double>();
                      for (const auto& want : expected.at("sequence"))
                        worst = std::max(worst, relative_error(policy(state, Vector<double>(), Vector<double>()), number(want)));
                    } else {
                      FAIL("unknown kind " << kind);
                    }
                  });
  UNSCOPED_INFO("stepsizes: worst relative error " << worst);
  CHECK(worst < 1e-12);
}

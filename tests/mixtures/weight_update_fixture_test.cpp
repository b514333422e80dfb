/// Weight updates, and the log ratios they follow, against gmmvi 1.1.
#include "mixtures/fixture_cases.hpp"
#include "mixtures/fixture_model.hpp"
#include "variate/mixtures/weight_updates.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("Weight updates", "[fixtures][gmmvi]") {
  double worst = 0, ill = 0;
  for_gmmvi_cases(
      "weight_updates", {"kind", "log_weights", "expected_log_ratios", "stepsize", "temperature", "ill_conditioned"},
      [&](const nlohmann::json& given, const nlohmann::json& expected) {
        require_known(expected, {"log_weights", "kl", "eta", "kl_at"});
        const std::string kind = given.at("kind");
        const Vector<double> log_weights = column(given.at("log_weights")), ratios = column(given.at("expected_log_ratios"));
        const double stepsize = number(given.at("stepsize")), temperature = number(given.at("temperature"));
        const bool rounding = given.contains("ill_conditioned") && given.at("ill_conditioned").get<bool>();
        double& error = rounding ? ill : worst;
        WeightStep<double> step;
        if (kind == "direct") {
          step = DirectWeightUpdate{}(log_weights, ratios, stepsize, temperature);
        } else if (kind == "trust-region") {
          const TrustRegionWeightUpdate policy;
          step = policy(log_weights, ratios, stepsize, temperature);
          if (expected.contains("kl_at"))
            for (const auto& point : expected.at("kl_at")) {
              require_known(point, {"eta", "kl", "log_weights"});
              const auto at = policy.kl(number(point.at("eta")), log_weights, ratios, temperature);
              worst = std::max(worst, relative_error(at.kl, number(point.at("kl")), 1e-14));
              worst = std::max(worst, worst_relative_error(at.log_weights, column(point.at("log_weights"))));
            }
          if (expected.contains("eta") && !rounding) {
            worst = std::max(worst, relative_error(step.eta, number(expected.at("eta"))));
            worst = std::max(worst, relative_error(step.kl, number(expected.at("kl")), 1e-14));
          }
        } else {
          FAIL("unknown kind " << kind);
        }
        error =
            std::max(error, worst_relative_error(step.log_weights, column(expected.at("log_weights")), rounding ? 1e-12 : 1e-14));
      });
  UNSCOPED_INFO("weight_updates: worst relative error " << worst << "; where the bound is 0 " << ill);
  CHECK(worst < 1e-9);
  CHECK(ill < 1e-6);
}

TEST_CASE("Expected log ratios", "[fixtures][gmmvi]") {
  double worst = 0;
  for_gmmvi_cases("expected_log_ratios",
                  {"gmm", "samples", "background_log_density", "target_log_density", "temperature", "self_normalized"},
                  [&](const nlohmann::json& given, const nlohmann::json& expected) {
                    require_known(expected, {"expected_log_ratios", "component_rewards"});
                    with_covariance(is_diagonal(given.at("gmm")), [&](auto covariance) {
                      const auto q = mixture_from<decltype(covariance)::value>(given.at("gmm"));
                      const double temperature = number(given.at("temperature"));
                      const Vector<double> ratios =
                          expected_log_ratios(q.log_weights(), q.component_log_densities(samples(given.at("samples"))),
                                              row(given.at("background_log_density")), row(given.at("target_log_density")),
                                              temperature, given.at("self_normalized").get<bool>());
                      worst = std::max(worst, worst_relative_error(ratios, column(expected.at("expected_log_ratios"))));
                      worst = std::max(worst, worst_relative_error(component_rewards(q.log_weights(), ratios, temperature),
                                                                   column(expected.at("component_rewards"))));
                    });
                  });
  UNSCOPED_INFO("expected_log_ratios: worst relative error " << worst);
  CHECK(worst < 1e-9);
}

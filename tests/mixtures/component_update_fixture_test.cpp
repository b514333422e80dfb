/// Component updates against gmmvi 1.1.
#include <map>

#include "mixtures/fixture_cases.hpp"
#include "variate/mixtures/component_updates.hpp"
#include "variate/mixtures/trust_region.hpp"

using namespace variate;
using namespace variate_tests;

namespace {

Batch<double> lower_factor(const nlohmann::json& covariance) {
  Batch<double> l = matrix(covariance);
  REQUIRE(detail::cholesky(l) == -1);
  return l;
}

struct Worst {
  double mean = 0, factor = 0, rest = 0;
};

template <class Policy, class Factor>
void one_component(const Policy& policy, const nlohmann::json& given, const nlohmann::json& expected, std::size_t k,
                   Factor factor, const Factor& hessian, const Factor& want, Worst& worst) {
  Vector<double> mean = column(given.at("gmm").at("means").at(k));
  const auto at = [&](const char* name) { return number(given.at(name).at(k)); };
  const auto wanted = [&](const char* name) { return number(expected.at(name).at(k)); };
  ComponentUpdateState<double> state{at("l2_regularizers"), at("last_eta"), static_cast<Index>(at("num_received_updates"))};
  ComponentWorkspace<double> work;
  const bool taken = policy(mean, factor, hessian, column(given.at("expected_gradient_neg").at(k)),
                            {.stepsize = at("stepsizes"), .temperature = number(given.at("temperature"))}, state, work);
  CHECK(taken == expected.at("success").at(k).get<bool>());
  worst.mean = std::max(worst.mean, worst_relative_error(mean, column(expected.at("means").at(k))));
  worst.factor = std::max(worst.factor, worst_relative_error(factor, want));
  worst.rest = std::max(worst.rest, relative_error(state.l2_regularizer, wanted("l2_regularizers"), 0));
  CHECK(static_cast<double>(state.received_updates) == wanted("num_received_updates"));
  if (expected.contains("eta")) worst.rest = std::max(worst.rest, relative_error(state.eta, wanted("eta")));
}

void path(const nlohmann::json& given, const nlohmann::json& expected, Worst& worst) {
  const auto k = given.at("component").get<std::size_t>();
  const auto& gmm = given.at("gmm");
  REQUIRE_FALSE(gmm.at("diagonal").get<bool>());
  require_known(expected, {"kl_at"});
  const Vector<double> mean = column(gmm.at("means").at(k)), gradient = column(given.at("expected_gradient_neg"));
  const Batch<double> factor = lower_factor(gmm.at("covs").at(k)), hessian = matrix(given.at("expected_hessian_neg"));
  REQUIRE(expected.at("kl_at").size() > 0);
  for (const auto& point : expected.at("kl_at")) {
    require_known(point, {"eta", "kl", "new_mean", "new_precision"});
    ComponentWorkspace<double> work;
    TrustRegionPath<double, Batch<double>> all(mean, factor, hessian, gradient, work);
    // The original loses what is below 1e-16 in sums of about 1.
    worst.rest = std::max(worst.rest, relative_error(all.kl(number(point.at("eta"))), number(point.at("kl")), 1e-14));
    Vector<double> new_mean;
    Batch<double> new_factor;
    REQUIRE(all.at(number(point.at("eta")), new_mean, new_factor));
    worst.mean = std::max(worst.mean, worst_relative_error(new_mean, column(point.at("new_mean"))));
    const Batch<double> identity = new_factor.transpose() * matrix(point.at("new_precision")) * new_factor;
    worst.factor = std::max(worst.factor, (identity - Batch<double>::Identity(mean.size(), mean.size())).norm());
  }
}

template <class Policy>
void updates(const std::string& kind, const Policy& policy) {
  Worst worst;
  for_gmmvi_cases(
      "component_update_" + kind,
      {"gmm", "expected_hessian_neg", "expected_gradient_neg", "stepsizes", "temperature", "last_eta", "num_received_updates",
       "l2_regularizers", "component"},
      [&](const nlohmann::json& given, const nlohmann::json& expected) {
        if (given.contains("component")) return path(given, expected, worst);
        require_known(expected, {"means", "chols", "l2_regularizers", "num_received_updates", "success", "eta"});
        const auto& gmm = given.at("gmm");
        const auto& hessians = given.at("expected_hessian_neg");
        for (std::size_t k = 0; k < gmm.at("means").size(); ++k) {
          if (gmm.at("diagonal").get<bool>())
            one_component(policy, given, expected, k,
                          Vector<double>(column(gmm.at(gmm.contains("variances") ? "variances" : "covs").at(k)).cwiseSqrt()),
                          column(hessians.at(k)), column(expected.at("chols").at(k)), worst);
          else
            one_component(policy, given, expected, k, lower_factor(gmm.at("covs").at(k)), matrix(hessians.at(k)),
                          matrix(expected.at("chols").at(k)), worst);
        }
      });
  UNSCOPED_INFO(kind << ": worst relative error of means " << worst.mean << ", factors " << worst.factor << ", the rest "
                     << worst.rest);
  CHECK(worst.mean < 1e-9);
  CHECK(worst.factor < 1e-9);
  CHECK(worst.rest < 1e-9);
}

}  // namespace

TEST_CASE("Direct component updates", "[fixtures][gmmvi]") { updates("direct", DirectComponentUpdate{}); }
TEST_CASE("iBLR component updates", "[fixtures][gmmvi]") { updates("iblr", IblrComponentUpdate{}); }
TEST_CASE("Trust-region component updates", "[fixtures][gmmvi]") { updates("trust_region", TrustRegionComponentUpdate{}); }

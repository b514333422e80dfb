/// Adding and deleting components against gmmvi 1.1.
#include "mixtures/fixture_cases.hpp"
#include "mixtures/fixture_model.hpp"
#include "variate/mixtures/component_adaptation.hpp"
#include "variate/mixtures/component_states.hpp"

using namespace variate;
using namespace variate_tests;

namespace {

template <Covariance C>
void add(const nlohmann::json& given, const nlohmann::json& expected, Worst& worst) {
  require_known(expected, {"new_mean", "new_chol", "desired_entropy", "threshold", "log_weights", "stepsizes", "l2_regularizers",
                           "last_etas", "unique_ids", "num_received_updates", "weight_history_last"});
  auto q = mixture_from<C>(given.at("gmm"));
  ComponentStates<double> states(q.component_entropies(), 2, number(given.at("initial_stepsize")),
                                 number(given.at("initial_l2")));
  const Batch<double> x = samples(given.at("samples"));
  const Index d = x.rows(), calls = given.at("num_calls").get<Index>();
  AdaptiveComponents policy;
  policy.thresholds_for_add_heuristic = given.at("thresholds").get<std::vector<double>>();
  const double threshold = policy.threshold(calls);
  worst.add("threshold", threshold, number(expected.at("threshold")));
  double entropy = q.average_entropy();
  if (!given.at("prior_cov_diag").is_null()) {
    const Gaussian<double, Covariance::diagonal> prior(
        Vector<double>::Constant(d, number(given.at("prior_mean"))),
        Vector<double>::Constant(d, std::sqrt(number(given.at("prior_cov_diag")))));
    entropy = AdaptiveComponents::desired_entropy(number(given.at("uniform_draw")), entropy, prior.entropy());
  }
  worst.add("desired_entropy", entropy, number(expected.at("desired_entropy")));
  const Index best = AdaptiveComponents::best_candidate<double>(q.log_density(x), row(given.at("target_log_density")), threshold);
  REQUIRE(best >= 0);
  const double deviation = AdaptiveComponents::deviation(entropy, d);
  const Vector<double> mean = x.col(best);
  worst.add("new_mean", mean, column(expected.at("new_mean")));
  FactorOf<double, C> factor;
  if constexpr (C == Covariance::full) factor = deviation * Batch<double>::Identity(d, d);
  else factor = Vector<double>::Constant(d, deviation);
  worst.add("new_chol", factor, matrix(expected.at("new_chol")));
  q.add(AdaptiveComponents::new_log_weight, mean, factor);
  worst.add("log_weights", q.log_weights(), column(expected.at("log_weights")));
  states.add(std::exp(AdaptiveComponents::new_log_weight), threshold, entropy);
  worst.add("weight_history_last", states.weight_history.col(1), column(expected.at("weight_history_last")), 1e-40);
  CHECK(states.ids == expected.at("unique_ids").get<std::vector<Index>>());
  for (std::size_t k = 0; k < states.ids.size(); ++k) {
    worst.add("stepsizes", states.stepsizes[k], number(expected.at("stepsizes").at(k)));
    worst.add("l2_regularizers", states.updates[k].l2_regularizer, number(expected.at("l2_regularizers").at(k)), 1e-25);
    worst.add("last_etas", states.updates[k].eta, number(expected.at("last_etas").at(k)));
    worst.add("num_received_updates", static_cast<double>(states.updates[k].received_updates),
              number(expected.at("num_received_updates").at(k)));
  }
}

void remove(const nlohmann::json& given, const nlohmann::json& expected, Worst& worst) {
  require_known(expected, {"kept", "log_weights", "reward_improvements"});
  AdaptiveComponents policy;
  policy.del_iters = given.at("del_iters").get<Index>();
  policy.min_weight_for_del_heuristic = number(given.at("min_weight"));
  worst.add("kernel", policy.kernel<double>(), column(given.at("kernel")));
  const auto report = policy.deletable(matrix(given.at("reward_history")), matrix(given.at("weight_history")));
  worst.add("reward_improvements", report.reward_improvements, column(expected.at("reward_improvements")));
  std::vector<Index> kept;
  Vector<double> log_weights = column(given.at("log_weights"));
  for (Index k = 0; k < log_weights.size(); ++k)
    if (std::find(report.bad.begin(), report.bad.end(), k) == report.bad.end()) kept.push_back(k);
  CHECK(kept == expected.at("kept").get<std::vector<Index>>());
  Vector<double> left(static_cast<Index>(kept.size()));
  for (std::size_t i = 0; i < kept.size(); ++i) left[static_cast<Index>(i)] = log_weights[kept[i]];
  math::log_softmax(left.data(), left.data(), left.size());
  worst.add("log_weights", left, column(expected.at("log_weights")));
}

}  // namespace

TEST_CASE("Adding and deleting components", "[fixtures][gmmvi]") {
  Worst worst;
  for_gmmvi_cases(
      "component_adaptation",
      {"kind", "gmm", "thresholds", "num_calls", "prior_mean", "prior_cov_diag", "uniform_draw", "samples", "target_log_density",
       "initial_stepsize", "initial_l2", "del_iters", "min_weight", "log_weights", "reward_history", "weight_history", "kernel"},
      [&](const nlohmann::json& given, const nlohmann::json& expected) {
        const std::string kind = given.at("kind");
        if (kind == "delete") return remove(given, expected, worst);
        REQUIRE(kind == "add");
        if (is_diagonal(given.at("gmm"))) add<Covariance::diagonal>(given, expected, worst);
        else add<Covariance::full>(given, expected, worst);
      });
  worst.check("component_adaptation", 1e-9);
}

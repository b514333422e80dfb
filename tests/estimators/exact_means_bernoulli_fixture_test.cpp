/// Estimators of bits made of uniforms alone, on every recorded problem: the mean over all they can draw is exact, recorded means
/// and variances are met, and so are both by what the engine draws.
#include <map>
#include <set>
#include <string>

#include "estimators/all_draws.hpp"
#include "estimators/many_draws.hpp"
#include "support/catch.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/estimators/baselines/constant.hpp"
#include "variate/estimators/baselines/none.hpp"
#include "variate/estimators/coordinate_reinforce.hpp"
#include "variate/estimators/double_control_variates.hpp"
#include "variate/estimators/local_expectation.hpp"
#include "variate/estimators/measure_valued.hpp"
#include "variate/estimators/muprop.hpp"
#include "variate/estimators/reinforce.hpp"
#include "variate/estimators/reinmax.hpp"
#include "variate/estimators/rodeo.hpp"
#include "variate/estimators/straight_through.hpp"
#include "variate/estimators/zgr.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("bits: exact means and variances, of estimators made of uniforms alone", "[fixtures][estimators]") {
  std::map<std::string, double> worst;
  const auto file = fixture("estimators/bernoulli.json");
  REQUIRE(file.at("problems").size() > 0);
  for (const auto& problem : file.at("problems")) {
    const PlainCost f(problem.at("f"));
    const Bernoulli<double> q(matrix(problem.at("logits")));
    const auto& exact = problem.at("exact");
    const auto note = [&](const std::string& name, const auto& got, const auto& want) {
      worst[name] = std::max(worst[name], worst_relative_error(got, want, 1e-12));
    };
    std::map<std::string, OverDraws> over;
    const auto enumerate = [&](const std::string& name, bool unbiased, const auto& estimator, Index n) {
      if (count_of_draws(q, n) > 5000) return;  // of many bits: too many
      const OverDraws all = over[name] = over_all_draws(estimator, q, f, n);
      if (unbiased) note(name + " mean", all.mean, matrix(exact.at("grad")));
      Rng rng(7);
      const Index draws = 4000;
      const Bernoulli<double> many(alike(q.params(), draws));
      const Scores z = worst_scores(each_gradient(estimator, many, f, rng, n), all.mean, all.variance, all.fourth);
      INFO(name << " of " << q.event_size() << " bits");
      CHECK(z.mean < 4.5);
      CHECK(z.variance < 4.5);
    };
    enumerate("reinforce", true, Reinforce<NoBaseline>{}, 1);
    enumerate("reinforce_optimal_constant_baseline_mean_f", true, Reinforce{Constant<double>(number(exact.at("value")))}, 1);
    enumerate("loo_k2", true, Reinforce{}, 2);
    enumerate("muprop", true, MuProp{}, 1);
    enumerate("straight_through", false, StraightThrough{}, 1);
    enumerate("reinmax_tau1", false, ReinMax{}, 1);
    enumerate("zgr", false, Zgr{}, 1);
    enumerate("coordinate_reinforce", true, CoordinateReinforce{}, 2);
    enumerate("double control variates", true, DoubleControlVariates<>({.alpha = 0.8}), 2);
    enumerate("rodeo", true, Rodeo<>({}, {.alpha = 0.8, .beta = -0.6}), 2);
    enumerate("local expectation", true, LocalExpectation{}, 1);
    enumerate("measure-valued", true, MeasureValued{}, 1);
    if (!problem.contains("exact_moments")) continue;  // the one of extreme logits
    for (const auto& [name, want] : problem.at("exact_moments").items()) {
      if (name == "disarm") continue;  // moments_fixture_test.cpp
      static const std::set<std::string> known{
          "reinforce", "reinforce_optimal_constant_baseline_mean_f", "loo_k2", "muprop", "straight_through", "reinmax_tau1"};
      if (!known.count(name)) FAIL("unknown field " << name);
      if (!over.count(name)) continue;
      note(name + " recorded mean", over[name].mean, matrix(want.at("mean")));
      note(name + " recorded variance", over[name].variance, matrix(want.at("variance")));
    }
  }
  for (const auto& [name, error] : worst) {
    INFO(name << " " << error);
    CHECK(error < 1e-10);
  }
}

/// Estimators of one-hot choices on every recorded problem: the mean over all they can draw is exact, recorded means and
/// variances are met, and so are both by what the engine draws.
#include <map>
#include <string>

#include "estimators/all_draws.hpp"
#include "estimators/fixture_model.hpp"
#include "estimators/many_draws.hpp"
#include "support/catch.hpp"
#include "variate/distributions/one_hot_categorical.hpp"
#include "variate/estimators/baselines/none.hpp"
#include "variate/estimators/coordinate_reinforce.hpp"
#include "variate/estimators/double_control_variates.hpp"
#include "variate/estimators/local_expectation.hpp"
#include "variate/estimators/muprop.hpp"
#include "variate/estimators/rebar.hpp"
#include "variate/estimators/reinforce.hpp"
#include "variate/estimators/relax.hpp"
#include "variate/estimators/rodeo.hpp"
#include "variate/estimators/sum_and_sample.hpp"
#include "variate/estimators/unordered_set.hpp"
#include "variate/estimators/zgr.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
/// A row of numbers for each variable, one below the other.
Vector<double> flat(const nlohmann::json& j) {
  const Batch<double> rows = matrix(j);
  return Eigen::Map<const Vector<double>>(rows.data(), rows.size());
}
}  // namespace

TEST_CASE("one-hot: exact means and variances", "[fixtures][estimators]") {
  std::map<std::string, double> worst;
  const auto file = fixture("estimators/categorical.json");
  REQUIRE(file.at("problems").size() > 0);
  for (const auto& problem : file.at("problems")) {
    const PlainCost f(problem.at("f"));
    const Vector<double> logits = flat(problem.at("logits")), exact = flat(problem.at("exact").at("grad"));
    const auto classes = problem.at("K").get<Index>();
    const OneHotCategorical<double> q(Batch<double>(logits), classes);
    const auto note = [&](const std::string& name, const Vector<double>& got, const Vector<double>& want) {
      worst[name] = std::max(worst[name], worst_relative_error(got, want, 1e-12));
    };
    const auto draws_of = [&](const auto& estimator, Index n) {
      Rng rng(7);
      return each_gradient(estimator, OneHotCategorical<double>(alike(logits, 3000), classes), f, rng, n);
    };
    std::map<std::string, OverDraws> over;
    const auto enumerate = [&](const std::string& name, bool unbiased, const auto& estimator, Index n) {
      if (count_of_draws(q, n) > 5000) return;  // of many choices: too many
      const OverDraws all = over[name] = over_all_draws(estimator, q, f, n);
      CHECK(all.total == Approx(1));
      if (unbiased) note(name + " mean", all.mean, exact);
      const Scores z = worst_scores(draws_of(estimator, n), all.mean, all.variance, all.fourth);
      INFO(name);
      CHECK(z.mean < 4.5);
      CHECK(z.variance < 4.5);
    };
    enumerate("reinforce", true, Reinforce<NoBaseline>{}, 1);
    enumerate("leave-one-out", true, Reinforce{}, 2);
    enumerate("muprop", true, MuProp{}, 1);
    enumerate("zgr", false, Zgr{}, 1);
    enumerate("coordinate_reinforce", true, CoordinateReinforce{}, 2);
    enumerate("double control variates", true, DoubleControlVariates<>({.alpha = 0.8}), 2);
    enumerate("rodeo", true, Rodeo<>({}, {.alpha = 0.8, .beta = -0.6}), 2);
    enumerate("local expectation", true, LocalExpectation{}, 1);
    for (const auto& [name, want] : problem.at("exact_moments").items()) {
      if (name != "reinforce") FAIL("unknown field " << name);
      if (!over.count(name)) continue;
      note(name + " recorded mean", over[name].mean, flat(want.at("mean")));
      note(name + " recorded variance", over[name].variance, flat(want.at("variance")));
    }
    // those with other noise: only the mean is known
    const auto check_mean = [&](const auto& estimator, Index n) {
      const Batch<double> g = draws_of(estimator, n);
      const Batch<double> p = q.mean();
      for (Index i = 0; i < exact.size(); ++i) {
        if (p(i, 0) * (1 - p(i, 0)) * static_cast<double>(g.cols() * n) < 50) continue;  // too rare to be seen
        const double mean = g.row(i).mean(), count = static_cast<double>(g.cols());
        const double error = std::sqrt((g.row(i).array() - mean).square().sum()) / count;
        CHECK(std::abs(mean - exact(i)) < 4.5 * error + 1e-12);
      }
    };
    const double tau = number(problem.at("tau")), eta = number(problem.at("eta"));
    check_mean(Rebar<>({.temperature = tau, .eta = eta, .tune_temperature = false}), 1);
    check_mean(Rebar<>({.temperature = tau, .eta = eta, .tune_temperature = false, .improved = true}), 1);
    check_mean(Relax(surrogate(problem.at("surrogate"))), 1);
    check_mean(UnorderedSet{}, 2);
    check_mean(UnorderedSet{.baseline = false}, 2);
    check_mean(SumAndSample{2}, 1);
  }
  for (const auto& [name, error] : worst) {
    INFO(name << " " << error);
    CHECK(error < 1e-10);
  }
}

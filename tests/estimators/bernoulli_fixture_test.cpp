/// Every estimator of Bernoulli logits, draw by draw, against the recorded numbers.
#include <map>
#include <set>
#include <string>

#include "estimators/fixture_model.hpp"
#include "support/catch.hpp"
#include "variate/estimators/arm.hpp"
#include "variate/estimators/disarm.hpp"
#include "variate/estimators/exact.hpp"
#include "variate/estimators/gumbel_softmax.hpp"
#include "variate/estimators/muprop.hpp"
#include "variate/estimators/rebar.hpp"
#include "variate/estimators/reinforce.hpp"
#include "variate/estimators/reinmax.hpp"
#include "variate/estimators/relax.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
std::map<std::string, double> worst;
void compare(const std::string& what, const Vector<double>& got, const nlohmann::json& want) {
  worst[what] = std::max(worst[what], worst_relative_error(got, matrix(want), 1e-12));
}
void compare(const std::string& what, const Vector<double>& got, const Vector<double>& want) {
  worst[what] = std::max(worst[what], worst_relative_error(got, want, 1e-12));
}
void compare(const std::string& what, double got, const nlohmann::json& want) {
  worst[what] = std::max(worst[what], relative_error(got, number(want), 1e-12));
}
}  // namespace

TEST_CASE("Bernoulli estimators draw by draw", "[fixtures][estimators]") {
  const auto file = fixture("estimators/bernoulli.json");
  REQUIRE(file.at("problems").size() > 0);
  const std::set<std::string> inputs{"u", "v", "b", "f_b", "z", "relaxed", "antithetic_b", "z_tilde", "score", "conditional"};
  for (const auto& problem : file.at("problems")) {
    const auto f = differentiable(Cost(problem.at("f")));
    const Bernoulli<double> q(matrix(problem.at("logits")));
    const Index d = q.event_size();
    const double tau = number(problem.at("tau")), eta = number(problem.at("eta"));
    for (const auto& draw : problem.at("draws")) {
      const Batch<double> u = matrix(draw.at("u"));
      const auto with_u = [&](const auto& estimator, Index n) {
        auto rng = recorded({u});
        return estimator(q, f, rng, n);
      };
      const auto with_both = [&](const auto& estimator) {
        auto rng = recorded({u, matrix(draw.at("v"))});
        return estimator(q, f, rng, 1);
      };
      for (const auto& [name, want] : draw.items()) {
        if (inputs.count(name)) continue;
        if (name == "reinforce") compare(name, with_u(Reinforce<NoBaseline>{}, 1).q, want);
        else if (name == "loo") {
          const Batch<double> all = matrix(want.at("u")).transpose();
          auto rng = recorded({all});
          compare(name, Reinforce{}(q, f, rng, all.cols()).q, want.at("grad"));
        } else if (name == "gumbel_softmax") {
          const auto e = with_u(GumbelSoftmax{tau}, 1);
          compare(name, e.q, want.at("grad"));
          compare(name, e.value, want.at("value"));
        } else if (name == "st_gumbel_softmax") compare(name, with_u(StraightThroughGumbelSoftmax{tau}, 1).q, want);
        else if (name == "straight_through") compare(name, with_u(StraightThrough{}, 1).q, want);
        else if (name == "reinmax_tau1") compare(name, with_u(ReinMax{}, 1).q, want);
        else if (name == "muprop") compare(name, with_u(MuProp{}, 1).q, want);
        else if (name == "arm") compare(name, with_u(Arm{}, 2).q, want);
        else if (name == "disarm") compare(name, with_u(Disarm{}, 2).q, want);
        else if (name == "rebar") {
          const auto e = with_both(Rebar<>({.temperature = tau, .eta = eta}));
          compare(name, e.q, want.at("grad"));
          compare(name + " by eta", 2 * (e.own(0) + eta * e.own(1)), want.at("dsq_deta"));
          compare(name + " by log tau", e.own(2), want.at("dsq_dlogtau"));
        } else if (name == "rebar_improved_relaxation") {
          compare(name, with_both(Rebar<>({.temperature = tau, .eta = eta, .improved = true})).q, want);
        } else if (name == "relax_net" || name == "relax_net_plus_f") {
          const bool plus = name == "relax_net_plus_f";
          const auto e = with_both(Relax(surrogate(problem.at("surrogate")), {.with_cost = plus, .temperature = tau}));
          compare(name, e.q, want.at("grad"));
          const Vector<double> slopes = net_numbers(want.at("dsq"));
          compare(name + " by weights", Vector<double>(e.own.head(slopes.size())), slopes);
          if (plus) compare(name + " by log tau", e.own(slopes.size()), want.at("dsq").at("log_tau"));
        } else FAIL("unknown field " << name);
      }
    }
    auto rng = Rng(1);
    compare("exact", Exact{}(q, f, rng, 1).q, problem.at("exact").at("grad"));
    CHECK(d > 0);
  }
  for (const auto& [name, error] : worst) {
    INFO(name << " " << error);
    CHECK(error < 1e-10);
  }
}

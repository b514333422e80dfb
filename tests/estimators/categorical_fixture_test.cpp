/// Every estimator of one-hot choices, draw by draw, against the recorded numbers.
#include <map>
#include <set>
#include <string>

#include "estimators/fixture_model.hpp"
#include "support/catch.hpp"
#include "variate/distributions/one_hot_categorical.hpp"
#include "variate/estimators/exact.hpp"
#include "variate/estimators/gumbel_rao.hpp"
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
void compare(const std::string& what, const Vector<double>& got, const Vector<double>& want) {
  worst[what] = std::max(worst[what], worst_relative_error(got, want, 1e-12));
}
void compare(const std::string& what, double got, const nlohmann::json& want) {
  worst[what] = std::max(worst[what], relative_error(got, number(want), 1e-12));
}
/// A row of numbers for each variable, one below the other.
Vector<double> flat(const nlohmann::json& j) {
  const Batch<double> rows = matrix(j);
  return Eigen::Map<const Vector<double>>(rows.data(), rows.size());
}
}  // namespace

TEST_CASE("one-hot estimators draw by draw", "[fixtures][estimators]") {
  const auto file = fixture("estimators/categorical.json");
  REQUIRE(file.at("problems").size() > 0);
  const std::set<std::string> inputs{"u", "v", "index"};
  for (const auto& problem : file.at("problems")) {
    const auto f = differentiable(Cost(problem.at("f")));
    const OneHotCategorical<double> q(Batch<double>(flat(problem.at("logits"))), problem.at("K").get<Index>());
    const detail::Relaxation<OneHotCategorical<double>> smooth(q);
    const double tau = number(problem.at("tau")), eta = number(problem.at("eta"));
    for (const auto& draw : problem.at("draws")) {
      const Batch<double> u = flat(draw.at("u")), v = flat(draw.at("v"));
      const Batch<double> z = smooth.noisy(u), b = smooth.hard(z);
      Batch<double> slope;
      const auto hard = f.evaluate(b);
      hard.pullback(Row<double>::Ones(1), slope);
      const auto with_u = [&](const auto& estimator) {
        auto rng = recorded({u});
        return estimator(q, f, rng, 1);
      };
      const auto with_both = [&](const auto& estimator) {
        auto rng = recorded({u, v});
        return estimator(q, f, rng, 1);
      };
      compare("index", q.labels(b).col(0), Vector<double>(matrix(draw.at("index"))));
      for (const auto& [name, want] : draw.items()) {
        if (inputs.count(name)) continue;
        if (name == "z") compare(name, z.col(0), flat(want));
        else if (name == "relaxed") compare(name, smooth.smooth(z / tau).col(0), flat(want));
        else if (name == "z_tilde") compare(name, smooth.conditional(b, v).col(0), flat(want));
        else if (name == "f_b") compare(name, hard.value(0), want);
        else if (name == "df_db") compare(name, slope.col(0), flat(want));
        else if (name == "score") compare(name, smooth.score(b).col(0), flat(want));
        else if (name == "reinforce") compare(name, with_u(Reinforce<NoBaseline>{}).q, flat(want));
        else if (name == "gumbel_softmax") {
          const auto e = with_u(GumbelSoftmax{tau});
          compare(name, e.q, flat(want.at("grad")));
          compare(name + " value", e.value, want.at("value"));
        } else if (name == "st_gumbel_softmax") compare(name, with_u(StraightThroughGumbelSoftmax{tau}).q, flat(want));
        else if (name == "straight_through") compare(name, with_u(StraightThrough{}).q, flat(want));
        else if (name == "reinmax_tau1") compare(name, with_u(ReinMax{}).q, flat(want));
        else if (name == "reinmax_tau1.5") compare(name, with_u(ReinMax{1.5}).q, flat(want));
        else if (name == "gumbel_rao") {
          std::vector<Batch<double>> uniforms{u};
          for (const auto& more : want.at("v")) uniforms.push_back(flat(more));
          const auto draws = static_cast<Index>(uniforms.size()) - 1;
          auto rng = recorded(uniforms);
          compare(name, GumbelRao{tau, draws}(q, f, rng, 1).q, flat(want.at("grad")));
        } else if (name == "muprop") compare(name, with_u(MuProp{}).q, flat(want));
        else if (name == "rebar") {
          const auto e = with_both(Rebar<>({.temperature = tau, .eta = eta}));
          compare(name, e.q, flat(want.at("grad")));
          compare(name + " by eta", 2 * (e.own(0) + eta * e.own(1)), want.at("dsq_deta"));
          compare(name + " by log tau", e.own(2), want.at("dsq_dlogtau"));
        } else if (name == "relax_net") {
          const auto e = with_both(Relax(surrogate(problem.at("surrogate"))));
          compare(name, e.q, flat(want.at("grad")));
          const Vector<double> slopes = net_numbers(want.at("dsq"));
          compare(name + " by weights", Vector<double>(e.own.head(slopes.size())), slopes);
        } else FAIL("unknown field " << name);
      }
    }
    auto rng = Rng(1);
    const auto exact = Exact{}(q, f, rng, 1);
    compare("exact", exact.q, flat(problem.at("exact").at("grad")));
    compare("exact value", exact.value, problem.at("exact").at("value"));
  }
  for (const auto& [name, error] : worst) {
    INFO(name << " " << error);
    CHECK(error < 1e-10);
  }
}

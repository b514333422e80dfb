/// Multi-sample bounds of discrete latents, draw by draw, against the recorded numbers.
#include <map>
#include <string>

#include "estimators/fixture_model.hpp"
#include "support/catch.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/estimators/exact.hpp"
#include "variate/estimators/reinforce.hpp"
#include "variate/estimators/reweighted_wake.hpp"
#include "variate/estimators/vimco.hpp"
#include "variate/objectives/elbo.hpp"

using namespace variate;
using namespace variate_tests;

namespace {

/// p(h) = Bernoulli(prior), p(x | h) = Bernoulli(W h + c).
struct TwoLayers {
  Batch<double> w;
  Vector<double> prior, c, x;

  auto operator()(const auto& h) const {
    const auto logits = evaluated(w * h + c);
    return sum(cwise_product(prior, h) - softplus(prior + 0.0 * h)) + sum(cwise_product(x, logits) - softplus(logits));
  }
};

}  // namespace

TEST_CASE("multi-sample estimators draw by draw", "[fixtures][estimators]") {
  const auto file = fixture("estimators/multisample_discrete.json");
  const auto vector = [&](const char* name) { return Vector<double>(matrix(file.at(name))); };
  const auto f = differentiable(TwoLayers{matrix(file.at("W")), vector("prior_logits"), vector("c"), vector("x")});
  const Bernoulli<double> q(vector("phi"));
  const auto l = Elbo<SampledEntropy>{}(q, f);
  Rng unused(1);
  const auto elbo = Exact{}(q, l, unused, 1);
  CHECK(relative_error(elbo.value, number(file.at("elbo").at("value"))) < 1e-12);
  CHECK(worst_relative_error(elbo.q, matrix(file.at("elbo").at("grad"))) < 1e-10);

  std::map<std::string, double> worst;
  Index draws = 0;
  for (const auto& of_k : file.at("K"))
    for (const auto& draw : of_k.at("draws")) {
      ++draws;
      const Batch<double> u = matrix(draw.at("u")).transpose();
      const auto run = [&](const auto& estimator) {
        auto rng = recorded({u});
        return estimator(q, l, rng, u.cols());
      };
      const auto compare = [&](const std::string& name, const Vector<double>& got) {
        worst[name] = std::max(worst[name], worst_relative_error(got, matrix(draw.at(name)), 1e-12));
      };
      const auto geometric = run(Vimco{});
      compare("vimco_geometric", geometric.q);
      compare("vimco_arithmetic", run(Vimco{LeftOut::arithmetic}).q);
      compare("naive", run(Vimco{LeftOut::nothing}).q);
      compare("rws_wake_phi", run(ReweightedWake{}).q);
      compare("elbo_rloo", run(Reinforce{}).q);
      worst["bound"] = std::max(worst["bound"], relative_error(geometric.value, number(draw.at("bound")), 1e-12));
    }
  CHECK(draws > 0);
  for (const auto& [name, error] : worst) {
    INFO(name << " " << error);
    CHECK(error < 1e-10);
  }
}

TEST_CASE("bounds of extreme log weights", "[fixtures][estimators]") {
  const auto all = fixture("estimators/multisample_discrete.json").at("extreme_log_weights");
  REQUIRE(all.at("log_w").size() > 0);
  for (std::size_t i = 0; i < all.at("log_w").size(); ++i) {
    std::vector<double> l;
    for (const auto& v : all.at("log_w").at(i)) l.push_back(number(v));
    const auto k = static_cast<double>(l.size());
    CHECK(relative_error(detail::log_sum(l) - std::log(k), number(all.at("bound").at(i))) < 1e-14);
    const auto others = detail::log_sums_of_others(l);
    for (std::size_t j = 0; j < l.size(); ++j) {
      double mean = 0;
      for (std::size_t m = 0; m < l.size(); ++m)
        if (m != j) mean += l[m] / (k - 1);
      CHECK(relative_error(detail::log_add(others[j], mean) - std::log(k), number(all.at("loo_geometric").at(i).at(j))) < 1e-14);
    }
  }
}

/// Estimators of a normal's parameters, draw by draw, against the recorded numbers.
#include <map>
#include <string>

#include "estimators/fixture_model.hpp"
#include "support/catch.hpp"
#include "variate/distributions/kl.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/estimators/baselines/none.hpp"
#include "variate/estimators/dreg.hpp"
#include "variate/estimators/importance_weighted.hpp"
#include "variate/estimators/pathwise.hpp"
#include "variate/estimators/reinforce.hpp"
#include "variate/estimators/reweighted_wake.hpp"
#include "variate/objectives/elbo.hpp"

using namespace variate;
using namespace variate_tests;

namespace {

/// z ~ N(0, I), x | z ~ N(tanh(B z), noise I).
struct Decoder {
  Batch<double> b;
  Vector<double> x;
  double noise;

  static constexpr double log_two_pi = 1.8378770664093454836;
  bool with_prior = true;

  auto operator()(const auto& z) const {
    const double d = static_cast<double>(b.cols()), n = static_cast<double>(b.rows()), prior = with_prior ? 1 : 0;
    return -0.5 * prior * sum(square(z)) - 0.5 / noise * sum(square(x - tanh(b * z))) - 0.5 * (prior * d + n) * log_two_pi -
           0.5 * n * std::log(noise);
  }
};

}  // namespace

TEST_CASE("Gaussian estimators draw by draw", "[fixtures][estimators]") {
  const auto file = fixture("estimators/gaussian.json");
  const auto vector = [&](const char* name) { return Vector<double>(matrix(file.at(name))); };
  const auto f = differentiable(Decoder{matrix(file.at("B")), vector("x"), number(file.at("noise_variance"))});
  const Vector<double> mu = vector("mu"), log_sigma = vector("log_sigma");
  Batch<double> theta(2 * mu.size(), 1);
  theta << mu, log_sigma;
  const auto q = Normal<>::from_theta(theta);
  const auto sampled = Elbo<SampledEntropy>{}(q, f);
  const auto landing = Elbo<StickingTheLanding>{}(q, f);
  Decoder without_prior = f.model();
  without_prior.with_prior = false;
  const auto likelihood = differentiable(without_prior);

  std::map<std::string, double> worst;
  REQUIRE(file.at("draws").size() > 0);
  for (const auto& draw : file.at("draws")) {
    const Batch<double> e = matrix(draw.at("eps")).transpose();
    const auto run = [&](const auto& estimator, const auto& integrand) {
      variate::Recorded<double> rng({e});
      return estimator(q, integrand, rng, e.cols());
    };
    for (const auto& [name, want] : draw.items()) {
      if (name == "eps" || name == "z" || name == "log_w") continue;
      const auto compare = [&](const Vector<double>& got) {
        const Batch<double> pair = matrix(want);  // row 0: mu, row 1: log sigma
        const Eigen::Map<const Vector<double>> flat(pair.data(), pair.size());
        worst[name] = std::max(worst[name], worst_relative_error(got, flat, 1e-12));
      };
      if (name == "elbo_value")
        worst[name] = std::max(worst[name], relative_error(run(Pathwise{}, sampled).value, number(want), 1e-12));
      else if (name == "elbo_pathwise") compare(run(Pathwise{}, sampled).q);
      else if (name == "elbo_stl") compare(run(Pathwise{}, landing).q);
      else if (name == "elbo_analytic_kl_pathwise")
        compare(run(Pathwise{}, likelihood).q - kl_pullback(q, Normal<>::standard(mu.size()), Row<double>::Ones(1)));
      else if (name == "elbo_score") compare(run(Reinforce<NoBaseline>{}, landing).q);
      else if (name == "elbo_score_loo") compare(run(Reinforce{}, landing).q);
      else if (name == "iwae_value")
        worst[name] = std::max(worst[name], relative_error(run(ImportanceWeighted{}, sampled).value, number(want), 1e-12));
      else if (name == "iwae_pathwise") compare(run(ImportanceWeighted{}, sampled).q);
      else if (name == "iwae_stl_biased") compare(run(ImportanceWeighted{.sticking_the_landing = true}, sampled).q);
      else if (name == "iwae_dreg") compare(run(Dreg{}, sampled).q);
      else if (name == "rws_wake_phi") compare(run(ReweightedWake{}, sampled).q);
      else if (name == "rws_dreg") compare(run(Dreg{DregTarget::rws}, sampled).q);
      else if (name.starts_with("renyi_alpha") && name.ends_with("_pathwise"))
        compare(run(ImportanceWeighted{.alpha = std::stod(name.substr(11))}, sampled).q);
      else FAIL("unknown field " << name);
    }
  }
  for (const auto& [name, error] : worst) {
    INFO(name << " " << error);
    CHECK(error < 1e-10);
  }
}

TEST_CASE("the gradients of z^2 + c, draw by draw", "[fixtures][estimators]") {
  double worst = 0;
  const auto cases = fixture("estimators/gaussian.json").at("z_squared_plus_c");
  REQUIRE(cases.size() > 0);
  for (const auto& item : cases) {
    const double mu = number(item.at("mu")), sigma = number(item.at("sigma")), c = number(item.at("c"));
    const Normal<> q(Vector<double>{{mu}}, Vector<double>{{sigma}});
    const auto f = differentiable([c](const auto& z) { return sum(square(z)) + c; });
    for (std::size_t i = 0; i < item.at("eps").size(); ++i) {
      const Batch<double> e = Batch<double>::Constant(1, 1, number(item.at("eps").at(i)));
      variate::Recorded<double> first({e}), second({e});
      const Vector<double> path = Pathwise{}(q, f, first, 1).q, score = Reinforce<NoBaseline>{}(q, f, second, 1).q;
      const auto compare = [&](double got, const char* name) {
        worst = std::max(worst, relative_error(got, number(item.at(name).at(i)), 1e-12));
      };
      compare(path(0), "rep_mu");
      compare(path(1) / sigma, "rep_sigma");
      compare(score(0), "sf_mu");
      compare(score(1) / sigma, "sf_sigma");
    }
  }
  CHECK(worst < 1e-10);
}

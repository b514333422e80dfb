/// Edward's KLqp family and KLpq as compositions of what there is, against the recorded numbers.
#include <cmath>
#include <numbers>
#include <set>
#include <string>

#include "inference/sbn_fixture.hpp"
#include "support/catch.hpp"
#include "variate/autodiff/differentiable_model.hpp"
#include "variate/distributions/kl.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/estimators/baselines/none.hpp"
#include "variate/estimators/pathwise.hpp"
#include "variate/estimators/reinforce.hpp"
#include "variate/estimators/reweighted_wake.hpp"
#include "variate/inference/elbo_rule.hpp"
#include "variate/inference/penalised.hpp"
#include "variate/objectives/elbo.hpp"

using namespace variate;
using namespace variate_tests;

namespace {

/// scale log N(x_n; z + theta, sd) summed over n, and log N(z; 0, 1) if there is a prior.
struct Shifted {
  double scale, sd;
  bool prior;
  auto operator()(const auto& z, const auto& x, const auto& theta) const {
    const double count = static_cast<double>(x.rows());
    const double constant = -scale * count * (std::log(sd) + 0.5 * std::log(2 * std::numbers::pi)) -
                            (prior ? 0.5 * std::log(2 * std::numbers::pi) : 0.0);
    const auto mean = evaluated(z + reshape(theta, 0, 1, 1));
    return -0.5 * scale / (sd * sd) * sum(square(x - mean)) - (prior ? 0.5 : 0.0) * square(z) + constant;
  }
};
double softplus_of(double rho) { return std::log1p(std::exp(rho)); }
/// From the gradient by (loc, log scale) to that by (loc, rho), scale = softplus(rho).
Vector<double> by_rho(const Vector<double>& g, double rho) {
  return Vector<double>{{g(0), g(1) / ((1 + std::exp(-rho)) * softplus_of(rho))}};
}
double of_loc(const Vector<double>& params, Vector<double>& slopes) {
  slopes(0) += 0.04 * params(0);
  return 0.02 * params(0) * params(0);
}
double of_theta(const Vector<double>& params, Vector<double>& slopes) {
  slopes(0) += 0.1 * params(0);
  return 0.05 * params(0) * params(0);
}

}  // namespace

TEST_CASE("the KLqp family and KLpq as compositions", "[fixtures][wake_sleep]") {
  const auto file = fixture("wake_sleep/klqp_family.json");
  for (const auto& [name, value] : file.items())
    if (name != "model" && name != "cases" && name != "rao_blackwell") FAIL("unknown field " << name);
  REQUIRE(file.at("cases").size() > 0);
  WorstError error;
  for (const auto& one : file.at("cases")) {
    const std::set<std::string> known{"x",       "S",         "q_loc", "q_rho",   "q_scale",    "theta",
                                      "x_std",   "eps",       "z",     "scale_x", "kl_scaling", "reg",
                                      "log_lik", "log_prior", "log_q", "kl",      "entropy",    "results"};
    for (const auto& [name, value] : one.items())
      if (!known.count(name)) FAIL("unknown field " << name);
    REQUIRE(one.at("reg").get<std::string>() == "0.05 theta^2 + 0.02 loc^2");
    const auto value = [&](const char* name) { return number(one.at(name)); };
    const Batch<double> x = matrix(one.at("x")), eps = matrix(one.at("eps")).transpose();
    const Index s = one.at("S").get<Index>();
    REQUIRE(eps.cols() == s);
    const double rho = value("q_rho"), scaling = value("kl_scaling");
    const Normal<double> q(Vector<double>{{value("q_loc")}}, Vector<double>{{softplus_of(rho)}}),
        prior = Normal<double>::standard(1);
    error(softplus_of(rho), value("q_scale"));
    const Vector<double> theta{{value("theta")}};
    const auto joint = differentiable_model(Shifted{value("scale_x"), value("x_std"), true}, theta);
    const auto likelihood = differentiable_model(Shifted{value("scale_x"), value("x_std"), false}, theta);
    const auto unscaled = differentiable_model(Shifted{1, value("x_std"), true}, theta);

    // what the draws are worth
    const auto alone = likelihood.at(x);
    Recorded<double> drawing({eps});
    const Batch<double> z = q.sample(drawing, s);
    error(z, matrix(one.at("z")).transpose());
    error(alone(z), matrix(one.at("log_lik")).transpose());
    error(prior.log_prob(z), matrix(one.at("log_prior")).transpose());
    error(q.log_prob(z), matrix(one.at("log_q")).transpose());
    const double divergence = kl(q, prior)(0), entropy = q.entropy()(0);
    error(divergence, value("kl"));
    error(entropy, value("entropy"));
    const Vector<double> by_divergence = kl_pullback(q, prior, Row<double>::Ones(1)),
                         by_entropy = q.entropy_pullback(Row<double>::Ones(1));

    Vector<double> of_penalty = Vector<double>::Zero(2), slope_of_theta = Vector<double>::Zero(1);
    const double penalty = of_loc(q.params(), of_penalty) + of_theta(theta, slope_of_theta);
    /// A rule with the penalties, its value and gradients with a term of q alone added.
    const auto compare = [&](const nlohmann::json& want, const auto& rule, const auto& model, double term = 0,
                             const Vector<double>& by_term = Vector<double>::Zero(2)) {
      Recorded<double> rng({eps});
      const auto e = Penalised(rule, of_loc, of_theta)(q, model, x, rng);
      if (want.contains("loss")) error(-(e.value + term), number(want.at("loss")));
      // the penalty is a function of loc itself, so it does not go through rho
      const Vector<double> g = -by_rho(Vector<double>(e.q + by_term), rho);
      error(g(0), number(want.at("grad_loc")));
      error(g(1), number(want.at("grad_rho")));
      error(-e.f(0), number(want.at("grad_theta")));
    };
    const auto& results = one.at("results");
    const ElboRule<Pathwise, Elbo<SampledEntropy>> path{.samples = s};
    const ElboRule<Reinforce<NoBaseline>, Elbo<SampledEntropy>> score{.samples = s};
    /// An estimator of the mean of the log density itself.
    const auto mean_of = [&](const auto& estimator) {
      return [&, estimator](const Normal<double>& guide, const auto& model, const Batch<double>& data, auto& rng) {
        const auto f = model.at(data);
        return estimator(guide, f, rng, s);
      };
    };
    for (const auto& [name, want] : results.items()) {
      if (name == "reparam") compare(want, path, joint);
      else if (name == "reparam_kl")
        compare(want, mean_of(Pathwise{}), likelihood, -scaling * divergence, -scaling * by_divergence);
      else if (name == "reparam_entropy") {
        compare(want, ElboRule<Pathwise, Elbo<ClosedFormEntropy>>{.samples = s}, joint);
        compare(want, mean_of(Pathwise{}), joint, entropy, by_entropy);
      } else if (name == "score") compare(want, score, joint);
      else if (name == "score_kl")
        compare(want, mean_of(Reinforce<NoBaseline>{}), likelihood, -scaling * divergence, -scaling * by_divergence);
      else if (name == "score_entropy") compare(want, mean_of(Reinforce<NoBaseline>{}), joint, entropy, by_entropy);
      else if (name == "klpq_edward" || name == "klpq_em_theta") {
        // without the scale; the library's is the EM gradient, Edward's differentiates the weights too
        Recorded<double> rng({eps});
        const auto e = ElboRule<ReweightedWake, Elbo<SampledEntropy>>{.samples = s}(q, unscaled, x, rng);
        const auto f = unscaled.at(x);
        const auto log_p = f.evaluate(z);
        const Row<double> l = log_p.value - q.log_prob(z), w = math::softmax(l);
        if (name == "klpq_em_theta") {
          // recorded without the penalty
          error(-e.f(0), number(want.at("grad_theta")));
          error(-w.dot(log_p.value), number(want.at("loss")));
        } else {
          error(w, matrix(want.at("w_norm")).transpose());
          error(w.dot(l) - penalty, number(want.at("loss")));
          const Vector<double> g = -by_rho(e.q, rho);
          error(g(0) + of_penalty(0), number(want.at("grad_loc")));
          error(g(1), number(want.at("grad_rho")));
          const Row<double> literal = (w.array() * (1 + l.array() - w.dot(l))).matrix();
          error(-log_p.pullback(literal)(0) + slope_of_theta(0), number(want.at("grad_theta")));
        }
      } else FAIL("unknown result " << name);
    }
  }
  INFO("klqp_family.json: worst error " << error.worst);
  CHECK(error.worst < 1e-10);
}

TEST_CASE("Rao-Blackwellised scores: each variable with its own blanket", "[fixtures][wake_sleep]") {
  const auto cases = fixture("wake_sleep/klqp_family.json").at("rao_blackwell").at("cases");
  REQUIRE(cases.size() > 0);
  WorstError error;
  for (const auto& one : cases) {
    const std::set<std::string> known{"S", "x", "loc", "rho", "eps", "z", "log_q", "log_p_blanket", "grad_plain_score",
                                      "grad_rao_blackwell", "grad_edward_bug_last_sample_only"};
    for (const auto& [name, value] : one.items())
      if (!known.count(name)) FAIL("unknown field " << name);
    const Batch<double> x = matrix(one.at("x")), eps = matrix(one.at("eps")), z = matrix(one.at("z"));
    const Index s = eps.rows(), variables = x.rows();
    const Batch<double> loc = matrix(one.at("loc")), rho = matrix(one.at("rho"));
    Row<double> all = Row<double>::Zero(s);
    std::vector<Row<double>> blankets;
    const Reinforce<NoBaseline> estimator{};
    const auto column = [](const nlohmann::json& j, Index c) { return Row<double>(matrix(j).col(c).transpose()); };
    for (Index i = 0; i < variables; ++i) {
      const Normal<double> q(Vector<double>{{loc(i, 0)}}, Vector<double>{{softplus_of(rho(i, 0))}});
      const auto model = differentiable_model(Shifted{1, 1, true}, Vector<double>{{0.0}});
      const Batch<double> own = x.row(i).transpose();
      const auto f = model.at(own);
      const Batch<double> noise = eps.col(i).transpose(), points = z.col(i).transpose();
      error(f(points), column(one.at("log_p_blanket"), i));
      error(q.log_prob(points), column(one.at("log_q"), i));
      all += f(points) - q.log_prob(points);
      const auto gradient = [&](const Batch<double>& of) {
        Recorded<double> rng({of});
        return Vector<double>(-by_rho(estimator(q, Elbo<SampledEntropy>{}(q, f), rng, of.cols()).q, rho(i, 0)));
      };
      error(gradient(noise), matrix(one.at("grad_rao_blackwell")).col(i));
      error(gradient(Batch<double>(noise.rightCols(1))), matrix(one.at("grad_edward_bug_last_sample_only")).col(i));
    }
    for (Index i = 0; i < variables; ++i) {  // the plain score weighs every variable by everything
      const Normal<double> q(Vector<double>{{loc(i, 0)}}, Vector<double>{{softplus_of(rho(i, 0))}});
      Recorded<double> rng({Batch<double>(eps.col(i).transpose())});
      const auto total = [&](const Batch<double>&) { return all; };
      error(-by_rho(estimator(q, total, rng, s).q, rho(i, 0)), matrix(one.at("grad_plain_score")).col(i));
    }
  }
  INFO("klqp_family.json, Rao-Blackwell: worst error " << error.worst);
  CHECK(error.worst < 1e-10);
}

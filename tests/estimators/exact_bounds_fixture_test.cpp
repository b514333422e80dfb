/// Multi-sample estimators of discrete latents: the mean over all they can draw is the slope of the exact bound, and the engine's
/// draws have that mean and its variance.
#include <cmath>

#include "estimators/all_draws.hpp"
#include "estimators/many_draws.hpp"
#include "support/catch.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/estimators/reinforce.hpp"
#include "variate/estimators/vargrad.hpp"
#include "variate/estimators/vimco.hpp"
#include "variate/objectives/elbo.hpp"

using namespace variate;
using namespace variate_tests;

namespace {

/// p(h) = Bernoulli(prior), p(x | h) = Bernoulli(W h + c).
struct TwoLayers {
  Batch<double> w;
  Vector<double> prior, c, x;

  Row<double> operator()(const Batch<double>& h) const {
    const auto term = [](double bit, double logit) {
      return bit * logit - std::max(logit, 0.0) - std::log1p(std::exp(-std::abs(logit)));
    };
    Row<double> v = Row<double>::Zero(h.cols());
    for (Index s = 0; s < h.cols(); ++s) {
      for (Index i = 0; i < h.rows(); ++i) v(s) += term(h(i, s), prior(i));
      for (Index i = 0; i < x.size(); ++i) v(s) += term(x(i), w.row(i).dot(h.col(s)) + c(i));
    }
    return v;
  }
};

/// E log mean_k w_k over all draws of k samples.
double bound(const Bernoulli<double>& q, const TwoLayers& f, Index k) {
  const Batch<double> support = q.support();
  const Row<double> log_q = q.log_prob(support), l = f(support) - log_q;
  const Index points = support.cols();
  Index all = 1;
  for (Index i = 0; i < k; ++i) all *= points;
  double sum = 0;
  for (Index draw = 0; draw < all; ++draw) {
    double log_p = 0, weight = 0;
    Index left = draw;
    for (Index j = 0; j < k; ++j, left /= points) {
      log_p += log_q(left % points);
      weight += std::exp(l(left % points)) / static_cast<double>(k);
    }
    sum += std::exp(log_p) * std::log(weight);
  }
  return sum;
}

}  // namespace

TEST_CASE("bounds of several samples: exact means, and variances as drawn", "[fixtures][estimators]") {
  const auto file = fixture("estimators/multisample_discrete.json");
  const auto vector = [&](const char* name) { return Vector<double>(matrix(file.at(name))); };
  const TwoLayers f{matrix(file.at("W")), vector("prior_logits"), vector("c"), vector("x")};
  const Vector<double> phi = vector("phi");
  const Bernoulli<double> q(phi), many(alike(phi, 4000));
  const auto l = Elbo<SampledEntropy>{}(q, f), of_many = Elbo<SampledEntropy>{}(many, f);
  const auto slope = [&](Index k) {
    Vector<double> g(phi.size());
    for (Index i = 0; i < phi.size(); ++i) {
      const double h = 1e-4;
      const auto at = [&](double step) {
        Vector<double> moved = phi;
        moved(i) += step;
        return bound(Bernoulli<double>(moved), f, k);
      };
      g(i) = (8 * (at(h) - at(-h)) - at(2 * h) + at(-2 * h)) / (12 * h);
    }
    return g;
  };
  const auto check = [&](const char* name, const auto& estimator, Index n, const Vector<double>& exact, double value) {
    INFO(name << " of " << n);
    if (count_of_draws(q, n) > 40000) return;  // of many latents: too many
    const OverDraws over = over_all_draws(estimator, q, l, n);
    CHECK(over.total == Approx(1));
    CHECK(over.value == Approx(value));
    CHECK((over.mean - exact).cwiseAbs().maxCoeff() < 1e-9);  // the slopes' own error
    Rng rng(11);
    const Scores z = worst_scores(each_gradient(estimator, many, of_many, rng, n), over.mean, over.variance, over.fourth);
    CHECK(z.mean < 4.5);
    CHECK(z.variance < 4.5);
  };
  for (const Index k : {2, 3}) {
    if (count_of_draws(q, k) > 40000) continue;
    const Vector<double> exact = slope(k);
    const double value = bound(q, f, k);
    check("geometric", Vimco{}, k, exact, value);
    check("arithmetic", Vimco{LeftOut::arithmetic}, k, exact, value);
    check("naive", Vimco{LeftOut::nothing}, k, exact, value);
  }
  const Vector<double> of_elbo = matrix(file.at("elbo").at("grad"));
  check("VarGrad", VarGrad{}, 2, of_elbo, number(file.at("elbo").at("value")));
  check("leave-one-out", Reinforce{}, 3, of_elbo, number(file.at("elbo").at("value")));
}

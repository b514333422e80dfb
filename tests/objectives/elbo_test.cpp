#include "variate/objectives/elbo.hpp"

#include <cmath>
#include <numbers>

#include "support/catch.hpp"
#include "support/moments.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/distributions/multivariate_normal.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/estimators/exact.hpp"
#include "variate/estimators/pathwise.hpp"
#include "variate/estimators/reinforce.hpp"
#include "variate/random/rng.hpp"

using variate::Batch;
using variate::Index;
using variate::Row;
using variate::Vector;

namespace {

/// log N(x | mean, sd^2), by hand.
struct Target {
  Vector<double> mean, sd;
  Row<double> value_and_gradient(const Batch<double>& x, Batch<double>& g) const {
    g.resize(x.rows(), x.cols());
    Row<double> v = Row<double>::Zero(x.cols());
    for (Index c = 0; c < x.cols(); ++c)
      for (Index i = 0; i < x.rows(); ++i) {
        const double z = (x(i, c) - mean(i)) / sd(i);
        v(c) += -0.5 * z * z - std::log(sd(i)) - 0.5 * std::log(2 * std::numbers::pi);
        g(i, c) = -z / sd(i);
      }
    return v;
  }
};

const Target target{Vector<double>{{0.3, -1.0}}, Vector<double>{{0.5, 2.0}}};

/// d/d(mu, log s) of -KL(N(mu, s^2) || target).
Vector<double> exact_gradient(const Vector<double>& mu, const Vector<double>& s) {
  Vector<double> g(4);
  for (Index i = 0; i < 2; ++i) {
    const double r = 1 / (target.sd(i) * target.sd(i));
    g(i) = -(mu(i) - target.mean(i)) * r;
    g(2 + i) = 1 - s(i) * s(i) * r;
  }
  return g;
}

}  // namespace

TEMPLATE_TEST_CASE("the ELBO's gradient is unbiased for each treatment of the entropy", "[objectives][statistical]",
                   variate::SampledEntropy, variate::StickingTheLanding, variate::ClosedFormEntropy) {
  const Vector<double> mu{{0.1, 0.4}}, s{{0.9, 1.2}};
  const variate::Normal<double> q(mu, s);
  const variate::Elbo<TestType> elbo;
  const variate::Rng rng(31);
  variate_tests::Moments path, score, value;
  for (std::uint64_t i = 0; i < 6000; ++i) {
    auto a = rng.split(2 * i), b = rng.split(2 * i + 1);
    const auto from_path = variate::Pathwise{}(q, elbo(q, target), a, 4);
    path.add(from_path.q);
    value.add(Vector<double>::Constant(1, from_path.value));
    score.add(variate::Reinforce{}(q, elbo(q, target), b, 4).q);
  }
  const Vector<double> exact = exact_gradient(mu, s);
  CHECK(path.worst_z(exact) < 4.5);
  CHECK(score.worst_z(exact) < 4.5);
  double kl = 0;
  for (Index i = 0; i < 2; ++i) {
    const double r = s(i) / target.sd(i), m = (mu(i) - target.mean(i)) / target.sd(i);
    kl += 0.5 * (r * r + m * m - 1) - std::log(r);
  }
  CHECK(value.worst_z(Vector<double>::Constant(1, -kl)) < 4.5);
}

TEST_CASE("sticking the landing has no variance at the optimum, the full gradient has", "[objectives]") {
  const variate::Normal<double> q(target.mean, target.sd);
  variate::Rng a(1), b(1);
  CHECK(variate::Pathwise{}(q, variate::Elbo<variate::StickingTheLanding>{}(q, target), a, 3).q.norm() < 1e-13);
  CHECK(variate::Pathwise{}(q, variate::Elbo<variate::SampledEntropy>{}(q, target), b, 3).q.norm() > 1e-2);
}

TEST_CASE("per draw, the full gradient is the landing-sticking one minus the score", "[objectives]") {
  const variate::MultivariateNormal<double> q(Vector<double>{{0.1, 0.4}}, Batch<double>{{0.9, 0.0}, {0.3, 1.2}});
  variate::Rng a(2), b(2), c(2);
  const auto stuck = variate::Pathwise{}(q, variate::Elbo<variate::StickingTheLanding>{}(q, target), a, 5);
  const auto full = variate::Pathwise{}(q, variate::Elbo<variate::SampledEntropy>{}(q, target), b, 5);
  const Batch<double> x = q.rsample(c, 5).value;
  const Vector<double> score = q.evaluate(x).pullback(Row<double>::Constant(5, 0.2));
  CHECK((stuck.q - score - full.q).norm() < 1e-13);
  CHECK(stuck.value == Approx(full.value));
}

TEST_CASE("the ELBO of a Bernoulli is exact by enumeration", "[objectives]") {
  // log p(x) = theta . x (unnormalised); best q has logits theta, ELBO = log Z = sum softplus(theta)
  const Vector<double> theta{{0.7, -1.2, 2.0}};
  const auto log_p = [&](const Batch<double>& x) -> Row<double> { return theta.transpose() * x; };
  variate::Rng rng(1);
  const variate::Bernoulli<double> best(theta);
  const auto at_best = variate::Exact{}(best, variate::Elbo<>{}(best, log_p), rng, 0);
  CHECK(at_best.value == Approx((1 + theta.array().exp()).log().sum()).epsilon(1e-14));
  CHECK(at_best.q.norm() < 1e-14);

  variate::Bernoulli<double> q(Vector<double>{{0.1, 0.2, -0.3}});
  const auto sampled = variate::Exact{}(q, variate::Elbo<>{}(q, log_p), rng, 0);
  const auto closed = variate::Exact{}(q, variate::Elbo<variate::ClosedFormEntropy>{}(q, log_p), rng, 0);
  CHECK(sampled.value == Approx(closed.value).epsilon(1e-13));
  CHECK((sampled.q - closed.q).norm() < 1e-13);
}

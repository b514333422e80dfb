#include "variate/estimators/thermodynamic.hpp"

#include "estimators/multi_sample_checks.hpp"
#include "variate/autodiff/differentiable_model.hpp"
#include "variate/math/log_sum_exp.hpp"

using namespace variate;
using namespace variate_tests;

namespace {

/// log p of two bits, with parameters.
struct TwoCoupledBits {
  auto operator()(const auto& h, const auto& x, const auto& theta) const {
    return sum(cwise_product(reshape(theta, 0, 2, 1) + 0.0 * h, h)) + reshape(theta, 2, 1, 1) * (row(h, 0) * row(h, 1)) +
           sum(0.0 * x) - 0.7;
  }
};
/// The bound by enumeration.
double thermodynamic_bound(const Vector<double>& logits, const Vector<double>& theta, const std::vector<double>& betas) {
  const Bernoulli<double> q(logits);
  const Batch<double> states = q.support();
  Row<double> log_p(4);
  for (Index c = 0; c < 4; ++c)
    log_p(c) = theta(0) * states(0, c) + theta(1) * states(1, c) + theta(2) * states(0, c) * states(1, c) - 0.7;
  const Row<double> log_q = q.log_prob(states), l = log_p - log_q;
  double total = 0;
  for (std::size_t k = 0; k <= betas.size(); ++k) {
    const double beta = k == 0 ? 0 : betas[k - 1], next = k < betas.size() ? betas[k] : 1;
    Row<double> w = (log_q + beta * l).array().exp();
    w /= w.sum();
    total += (next - beta) * w.dot(l);
  }
  return total;
}

}  // namespace

TEST_CASE("the thermodynamic bound and its gradient, with every state drawn once", "[estimators]") {
  // q is uniform, so that the four states, once each, are its distribution: nothing is left to chance
  const Vector<double> logits{{0.0, 0.0}}, theta{{0.8, -1.1, 1.7}};
  const Bernoulli<double> q(logits);
  const auto model = differentiable_model(TwoCoupledBits{}, theta);
  const Batch<double> x{{0.0}}, states = q.support();
  const auto p = model.at(x);
  const auto l = Elbo<SampledEntropy>{}(q, p);
  for (const std::vector<double>& betas : {std::vector<double>{}, std::vector<double>{0.03}, std::vector<double>{0.1, 0.4, 0.8}}) {
    Recorded<double> rng({}, {Batch<double>(0.25 + 0.5 * states.array())});
    const auto e = Thermodynamic{betas}(q, l, rng, 4);
    CHECK(e.value == Approx(thermodynamic_bound(logits, theta, betas)).epsilon(1e-12));
    const double step = 1e-5;
    for (Index i = 0; i < 2; ++i) {
      Vector<double> up = logits, down = logits;
      up(i) += step;
      down(i) -= step;
      CHECK(e.q(i) == Approx((thermodynamic_bound(up, theta, betas) - thermodynamic_bound(down, theta, betas)) / (2 * step)).margin(1e-8));
    }
    for (Index i = 0; i < 3; ++i) {
      Vector<double> up = theta, down = theta;
      up(i) += step;
      down(i) -= step;
      CHECK(e.f(i) == Approx((thermodynamic_bound(logits, up, betas) - thermodynamic_bound(logits, down, betas)) / (2 * step)).margin(1e-8));
    }
  }
  // closer and closer to log p from below
  std::vector<double> fine;
  for (int k = 1; k < 400; ++k) fine.push_back(k / 400.0);
  const double evidence = math::log_sum_exp(Row<double>(p(states)));
  CHECK(thermodynamic_bound(logits, theta, {}) < thermodynamic_bound(logits, theta, {0.1, 0.4}));
  CHECK(thermodynamic_bound(logits, theta, fine) < evidence);
  CHECK(thermodynamic_bound(logits, theta, fine) == Approx(evidence).margin(0.01));
}

TEST_CASE("the thermodynamic bound: data points, and what it refuses", "[estimators]") {
  check_two_data_points(Thermodynamic{});
  const Normal<> q(Vector<double>{{0.0}}, Vector<double>{{1.0}});
  const Bump f;
  const auto l = Elbo<SampledEntropy>{}(q, f);
  Rng rng(1);
  CHECK_THROWS_AS(Thermodynamic{}(q, l, rng, 1), InvalidArgument);
  CHECK_THROWS_AS(Thermodynamic{{0.0}}(q, l, rng, 4), InvalidArgument);
  CHECK_THROWS_AS((Thermodynamic{{0.5, 0.4}}(q, l, rng, 4)), InvalidArgument);
  CHECK_THROWS_AS(Thermodynamic{{1.0}}(q, l, rng, 4), InvalidArgument);
}

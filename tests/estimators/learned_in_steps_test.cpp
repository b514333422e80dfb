/// Estimators with a state of their own in the steps of a Learner: the guide finds its posterior and the estimator learns.
#include "support/catch.hpp"
#include "variate/autodiff/differentiable.hpp"
#include "variate/autodiff/functions.hpp"
#include "variate/autodiff/product.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/estimators/annealed.hpp"
#include "variate/estimators/double_control_variates.hpp"
#include "variate/estimators/gumbel_softmax.hpp"
#include "variate/estimators/lax.hpp"
#include "variate/estimators/rodeo.hpp"
#include "variate/inference/elbo_rule.hpp"
#include "variate/inference/fit.hpp"
#include "variate/inference/learner.hpp"
#include "variate/networks/mlp.hpp"
#include "variate/optimizers/adam.hpp"
#include "variate/random/rng.hpp"

using namespace variate;

namespace {
/// Log density of two bits, each for itself: the posterior's logits are 1.5 and -0.5.
const auto bits = differentiable([](const auto& x) { return 1.5 * row(x, 0) - 0.5 * row(x, 1); });

template <class Rule, class P, class Q>
auto fitted(const Q& q, const P& p, const Rule& rule, Index steps) {
  return fit(Learner(q, p, rule, Adam<double>({.rate = 0.02})), Rng(3), {.max_steps = steps}).stepper;
}
}  // namespace

TEST_CASE("estimators learn as a guide of bits takes its steps", "[estimators][statistical]") {
  const Bernoulli<double> q(Vector<double>{{0.0, 0.0}});
  using Objective = Elbo<ClosedFormEntropy>;
  const auto near = [](const auto& learner) {
    CHECK((learner.averaged_q().params() - Vector<double>{{1.5, -0.5}}).norm() < 0.15);
  };
  const auto twice =
      fitted(q, bits,
             ElboRule<DoubleControlVariates<>, Objective>{.estimator = DoubleControlVariates<>({.alpha = 0}), .samples = 2}, 800);
  near(twice);
  CHECK(twice.rule().estimator.alpha() == Approx(1).epsilon(0.1));  // the cost is linear; averages of about 100 steps

  Rng rng(1);
  const Mlp<> net({2, 4, 1});
  const Rodeo stein(differentiable(net, net.initialise(rng)));
  const auto with_stein =
      fitted(q, bits, ElboRule<std::remove_const_t<decltype(stein)>, Objective>{.estimator = stein, .samples = 2}, 800);
  near(with_stein);
  CHECK(with_stein.rule().estimator.alpha() != 0);
  CHECK((with_stein.rule().estimator.surrogates()[0].params() - stein.surrogates()[0].params()).norm() > 0.01);

  const Annealed cooling{GumbelSoftmax{1.0}, TemperatureDecay{.rate = 1e-3}};
  const auto cooled =
      fitted(q, bits, ElboRule<std::remove_const_t<decltype(cooling)>, Objective>{.estimator = cooling, .samples = 2}, 300);
  CHECK(cooled.rule().estimator.steps() == 300);
  CHECK(cooled.rule().estimator.temperature() == Approx(std::exp(-0.3)));
}

TEST_CASE("a step that is refused cools nothing", "[estimators]") {
  const Bernoulli<double> q(Vector<double>{{0.0, 0.0}});
  const auto broken = differentiable([](const auto& x) { return log(sum(x) - 10.0); });
  const Annealed cooling{GumbelSoftmax{1.0}};
  Learner learner(q, broken, ElboRule<std::remove_const_t<decltype(cooling)>, Elbo<ClosedFormEntropy>>{.estimator = cooling},
                  Adam<double>());
  Rng rng(2);
  CHECK_FALSE(learner.step(rng).taken);
  CHECK(learner.rule().estimator.steps() == 0);
}

TEST_CASE("LAX learns as a normal guide takes its steps", "[estimators][statistical]") {
  const auto log_p = [](const Batch<double>& z) -> Row<double> { return -0.5 * (z.row(0).array() - 1).square() / 0.25; };
  Rng rng(1);
  const Mlp<> net({1, 6, 1});
  const Lax lax(differentiable(net, net.initialise(rng)));
  const Normal<double> q(Vector<double>{{0.0}}, Vector<double>{{1.0}});
  const auto learner = fitted(
      q, log_p, ElboRule<std::remove_const_t<decltype(lax)>, Elbo<ClosedFormEntropy>>{.estimator = lax, .samples = 4}, 1500);
  const Vector<double> found = learner.averaged_q().params();
  CHECK(std::abs(found(0) - 1) < 0.1);
  CHECK(std::abs(found(1) - std::log(0.5)) < 0.15);
  CHECK((learner.rule().estimator.surrogate().params() - lax.surrogate().params()).norm() > 0.1);
}

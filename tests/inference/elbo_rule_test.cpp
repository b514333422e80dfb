#include "variate/inference/elbo_rule.hpp"

#include "support/catch.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/estimators/baselines/moving_average.hpp"
#include "variate/estimators/gumbel_softmax.hpp"
#include "variate/estimators/reinforce.hpp"
#include "variate/random/rng.hpp"

using variate::Batch;
using variate::Row;
using variate::Vector;

namespace {
const auto values_only = [](const Batch<double>& x) -> Row<double> { return -x.colwise().squaredNorm(); };
using Values = decltype(values_only);
using Scored = variate::ElboRule<variate::Reinforce<>>;
// a relaxation sends slopes through log q too, and bits have none: refused by the rule, and taken with the entropy in closed form
struct Smooth {
  Row<double> value_and_gradient(const Batch<double>& x, Batch<double>& gradient) const {
    gradient = -2 * x;
    return values_only(x);
  }
};
}  // namespace

static_assert(variate::RuleFor<Scored, variate::Bernoulli<double>, Values>);
static_assert(!variate::detail::accepts<variate::ElboRule<>, variate::Bernoulli<double>, Values>);
static_assert(!variate::detail::accepts<variate::ElboRule<>, variate::Normal<double>, Values>);
static_assert(!variate::detail::accepts<Scored, variate::Normal<double>, int>);
static_assert(!variate::detail::accepts<variate::ElboRule<variate::GumbelSoftmax>, variate::Bernoulli<double>, Smooth>);
static_assert(variate::detail::accepts<variate::ElboRule<variate::GumbelSoftmax, variate::Elbo<variate::ClosedFormEntropy>>,
                                       variate::Bernoulli<double>, Smooth>);

TEST_CASE("the rule is its estimator on the ELBO", "[inference]") {
  const auto q = variate::Normal<double>::standard(2);
  const Scored rule{.estimator = variate::Reinforce{}, .samples = 5};
  variate::Rng a(4), b(4);
  const auto by_rule = rule(q, values_only, Batch<double>(), a);
  const auto by_hand = variate::Reinforce{}(q, variate::Elbo<>{}(q, values_only), b, 5);
  CHECK(by_rule.value == by_hand.value);
  CHECK(by_rule.q == by_hand.q);
  CHECK(by_rule.evaluations == 5);
}

TEST_CASE("what a baseline learns goes through the rule", "[inference]") {
  const auto q = variate::Normal<double>::standard(2);
  variate::ElboRule rule{.estimator = variate::Reinforce{variate::MovingAverage<double>{0.5}}, .samples = 3};
  variate::Rng rng(4);
  const auto estimate = rule(q, values_only, Batch<double>(), rng);
  REQUIRE(estimate.own.size() == 1);
  rule.learn(estimate.own);
  CHECK(rule.estimator.baseline.value() == Approx(estimate.value));
}

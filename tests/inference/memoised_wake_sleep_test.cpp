#include "variate/inference/memoised_wake_sleep.hpp"

#include <algorithm>

#include "support/catch.hpp"
#include "variate/generative/layered_guide.hpp"
#include "variate/generative/layered_sbn.hpp"
#include "variate/inference/learner.hpp"
#include "variate/inference/log_likelihood.hpp"
#include "variate/optimizers/adam.hpp"
#include "variate/random/rng.hpp"

using namespace variate;

namespace {

using Net = LayeredSbn<double>;
using Guide = LayeredGuide<double>;
Net memory_net() {
  Rng rng(31);
  return Net::random({4, 3}, rng, {}, 0.8);
}
Guide memory_guide() {
  Rng rng(32);
  return Guide::random({4, 3}, rng, 0.5);
}
Batch<double> four() { return Batch<double>{{1, 0, 1, 0}, {0, 1, 1, 0}, {1, 1, 0, 0}, {0, 1, 1, 1}}; }
static_assert(RuleFor<MemoisedWakeSleep<double>, Guide, Net>);

}  // namespace

TEST_CASE("memories start distinct, only improve, and end as the best codes there are", "[inference]") {
  const Net net = memory_net();
  const Guide guide = memory_guide();
  const Batch<double> x = four();
  Rng rng(1);
  for (const auto phase : {MemoisedPhi::sleep, MemoisedPhi::memory, MemoisedPhi::mixed}) {
    MemoisedWakeSleep<double> rule(net, 4, rng, {.codes = 3, .proposals = 4, .phase_q = phase});
    double last = -1e9;
    for (int i = 0; i < 60; ++i) {
      const auto e = rule(guide, net, x, rng);
      REQUIRE(e.finite());
      CHECK(e.q.size() == guide.params().size());
      CHECK(e.value >= last - 1e-12);
      last = e.value;
      rule.learn(e.own);
      for (Index b = 0; b < 4; ++b)
        for (Index m = 0; m < 3; ++m)
          for (Index o = 0; o < m; ++o) CHECK(rule.memory().col(m * 4 + b) != rule.memory().col(o * 4 + b));
    }
    // the three best of eight codes, and a bound below the evidence
    const Batch<double> states = detail::all_points<double>("test", 3, 2);
    double best = 0, evidence = 0;
    for (Index b = 0; b < 4; ++b) {
      const Batch<double> one = x.col(b);
      Row<double> scores = net.at(one)(states);
      evidence += math::log_sum_exp(scores) / 4;
      std::sort(scores.data(), scores.data() + 8);
      best += math::log_sum_exp(Row<double>(scores.tail(3))) / 4;
    }
    CHECK(last == Approx(best).epsilon(1e-12));
    CHECK(last < evidence);
  }
}

TEST_CASE("a full memory is the exact posterior: its gradients are exact", "[inference]") {
  const Net net = memory_net();
  const Guide guide = memory_guide();
  const Batch<double> x = four();
  const Batch<double> states = detail::all_points<double>("test", 3, 2);
  Batch<double> all(3, 32);
  for (Index m = 0; m < 8; ++m)
    for (Index b = 0; b < 4; ++b) all.col(4 * m + b) = states.col(m);
  const MemoisedWakeSleep<double> rule(all, 4, {.codes = 8, .proposals = 1, .phase_q = MemoisedPhi::memory});
  Rng rng(2);
  const auto e = rule(guide, net, x, rng);
  Vector<double> of_q = Vector<double>::Zero(guide.params().size()), of_p = Vector<double>::Zero(net.params().size());
  for (Index b = 0; b < 4; ++b) {
    const Batch<double> one = x.col(b);
    const Row<double> w = exact_posterior(net, one, states) / 4;
    const auto q = guide.at(one);
    const auto p = net.at(one);
    q.evaluate(states).accumulate(w, of_q);
    p.evaluate(states).accumulate(w, of_p);
  }
  CHECK((e.q - of_q).norm() < 1e-12);
  CHECK((e.f - of_p).norm() < 1e-12);
  CHECK(e.value == Approx(exact_log_likelihood(net, x, states).mean()));
}

TEST_CASE("a learner's batches find their memories", "[inference]") {
  const Batch<double> x = four();
  Rng rng(3);
  const Net net = memory_net();
  const MemoisedWakeSleep<double> rule(net, 4, rng, {.codes = 2, .proposals = 3});
  const Adam<double> adam({.rate = 0.02});
  Learner learner(memory_guide(), net, rule, adam, adam, x, Batches(3, Order::reshuffled, 5));
  double first = 0, last = 0;
  for (int i = 0; i < 200; ++i) {
    const Step step = learner.step(rng);
    REQUIRE(step.taken);
    (i < 20 ? first : last) = step.value;
  }
  CHECK(last > first);
  CHECK(learner.rule().memory() != rule.memory());
}

TEST_CASE("what memories refuse", "[inference]") {
  const Net net = memory_net();
  Rng rng(4);
  using Rule = MemoisedWakeSleep<double>;
  CHECK_THROWS_AS(Rule(net, 0, rng), InvalidArgument);
  CHECK_THROWS_AS(Rule(net, 4, rng, {.codes = 0}), InvalidArgument);
  CHECK_THROWS_AS(Rule(net, 4, rng, {.proposals = 0}), InvalidArgument);
  CHECK_THROWS_AS(Rule(net, 4, rng, {.codes = 9}), InvalidArgument);  // there are eight
  CHECK_THROWS_AS(Rule(Batch<double>::Zero(3, 5), 4, {.codes = 2}), ShapeError);
  const Rule rule(net, 4, rng, {.codes = 2});
  const Batch<double> fewer = four().leftCols(3);
  CHECK_THROWS_AS(rule(memory_guide(), net, fewer, rng), ShapeError);
}

#include "variate/inference/penalised.hpp"

#include "support/catch.hpp"
#include "variate/generative/layered_guide.hpp"
#include "variate/generative/layered_sbn.hpp"
#include "variate/generative/parameter_blocks.hpp"
#include "variate/estimators/exact.hpp"
#include "variate/inference/elbo_rule.hpp"
#include "variate/inference/memoised_wake_sleep.hpp"
#include "variate/random/rng.hpp"

using namespace variate;

TEST_CASE("penalties are taken off value and gradients, exactly", "[inference]") {
  Rng rng(1);
  const auto net = LayeredSbn<double>::random({4, 3}, rng, {}, 0.7);
  const auto guide = LayeredGuide<double>::random({4, 3}, rng, 0.7);
  const Batch<double> x{{1, 0}, {0, 1}, {1, 1}, {0, 0}};
  using Rule = ElboRule<Exact, Elbo<SampledEntropy>>;
  const auto blocks = named(net.blocks(), {"W0"});
  const Penalised rule{Rule{}, Ridge(0.3), Ridge(0.2, blocks)};
  static_assert(RuleFor<std::remove_const_t<decltype(rule)>, LayeredGuide<double>, LayeredSbn<double>>);
  const auto plain = Rule{}(guide, net, x, rng), penalised = rule(guide, net, x, rng);
  const Vector<double> w = net.params().segment(blocks[0].begin, 12);
  CHECK(penalised.value == Approx(plain.value - 0.3 * guide.params().squaredNorm() - 0.2 * w.squaredNorm()));
  CHECK((penalised.q - plain.q + 0.6 * guide.params()).norm() < 1e-12);
  Vector<double> slopes = Vector<double>::Zero(net.params().size());
  slopes.segment(blocks[0].begin, 12) = 0.4 * w;
  CHECK((penalised.f - plain.f + slopes).norm() < 1e-12);
  const Penalised none{Rule{}};
  CHECK(none(guide, net, x, rng).q == plain.q);
  CHECK_THROWS_AS(
      (Penalised{Rule{}, Ridge(0.3, net.blocks())}(LayeredGuide<double>({4, 1}, Vector<double>::Zero(5)), net, x, rng)),
      ShapeError);
}

TEST_CASE("what the rule learns, it learns under a penalty too", "[inference]") {
  Rng rng(2);
  const auto net = LayeredSbn<double>::random({3, 3}, rng, {}, 0.7);
  const auto guide = LayeredGuide<double>::random({3, 3}, rng, 0.7);
  const Batch<double> x{{1, 0}, {0, 1}, {1, 1}};
  Penalised rule{MemoisedWakeSleep<double>(Batch<double>{{1, 0, 0, 1}, {1, 1, 0, 0}, {1, 0, 1, 1}}, 2, {.codes = 2}), Ridge(0.1)};
  const auto before = rule.rule.memory();
  for (int i = 0; i < 10; ++i) rule.learn(rule(guide, net, x, rng).own);
  CHECK(rule.rule.memory() != before);
}

#include "variate/inference/wake_sleep_inference.hpp"

#include <type_traits>

#include "support/catch.hpp"
#include "variate/generative/layered_guide.hpp"
#include "variate/generative/layered_sbn.hpp"
#include "variate/random/rng.hpp"

using namespace variate;

namespace {

LayeredSbn<double> small_net() {
  Rng rng(51);
  return LayeredSbn<double>::random({4, 3}, rng, {}, 0.3);
}
LayeredGuide<double> small_guide() {
  Rng rng(52);
  return LayeredGuide<double>::random({4, 3}, rng, 0.3);
}
Batch<double> three() { return Batch<double>{{1, 1, 0}, {0, 0, 1}, {1, 0, 1}, {0, 0, 1}}; }
struct Counts {
  std::vector<int>* calls;  ///< starts, steps, finishes
  void start(Index, Index) { ++(*calls)[0]; }
  void operator()(const Step&) { ++(*calls)[1]; }
  void finish() { ++(*calls)[2]; }
};

}  // namespace

TEST_CASE("Edward's shape: run, update, finalize, the two Adams with their decay", "[inference]") {
  std::vector<int> calls{0, 0, 0};
  WakeSleepInference<LayeredGuide<double>, LayeredSbn<double>, Sleep, Counts> inference(
      small_guide(), small_net(), three(), {.n_iter = 300, .n_print = 0}, Counts{&calls});
  const Rng rng(1);
  const auto info = inference.update(rng);
  CHECK(info.t == 1);
  CHECK(info.loss > 0);
  inference.run(rng);
  CHECK(inference.learner().index() == 300);
  CHECK(calls == std::vector<int>{1, 300, 1});
  inference.finalize();
  CHECK(calls[2] == 1);
  // the same as a Learner put together by hand
  const Adam<double, StepDecay> adam({.rate = 0.1}, StepDecay{.every = 100, .factor = 0.9});
  Learner by_hand(small_guide(), small_net(), WakeSleep<>{.phase_p = PhaseP::plain}, adam, adam, three());
  for (std::uint64_t i = 0; i < 300; ++i) {
    Rng stream = rng.split(i);
    by_hand.step(stream);
  }
  CHECK(inference.q().params() == by_hand.q().params());
  CHECK(inference.p().params() == by_hand.p().params());
}

TEST_CASE("var_list trains named blocks only; loss and gradients can be had without a step", "[inference]") {
  const auto net = small_net();
  const auto guide = small_guide();
  WakeSleepInference<LayeredGuide<double>, LayeredSbn<double>> inference(guide, net, three(),
                                                                         {.n_print = 0, .var_list = {"b0", "R0"}});
  Rng stream = Rng(1).split(0);
  const auto looked = inference.learner().estimate(stream);
  CHECK(inference.p().params() == net.params());
  const auto info = inference.update(Rng(1));
  CHECK(info.loss == -looked.value);
  for (const ParameterBlock& block : net.blocks())
    CHECK((inference.p().params().segment(block.begin, block.size()) != net.params().segment(block.begin, block.size())) ==
          (block.name == "b0"));
  for (const ParameterBlock& block : guide.blocks())
    CHECK((inference.q().params().segment(block.begin, block.size()) != guide.params().segment(block.begin, block.size())) ==
          (block.name == "R0"));
  using Inference = WakeSleepInference<LayeredGuide<double>, LayeredSbn<double>>;
  CHECK_THROWS_AS(Inference(guide, net, three(), {.var_list = {"W7"}}), InvalidArgument);
  CHECK_THROWS_AS(Inference(guide, net, three(), {.n_samples = 0}), InvalidArgument);
  CHECK_THROWS_AS(Inference(guide, net, three(), {.n_iter = -1}), InvalidArgument);
}

TEST_CASE("debug throws where a step would be left out", "[inference]") {
  auto net = small_net();
  net.set_scales({1e308, 1});
  WakeSleepInference<LayeredGuide<double>, LayeredSbn<double>> silent(small_guide(), net, three(), {.n_print = 0});
  CHECK_NOTHROW(silent.update(Rng(1)));
  WakeSleepInference<LayeredGuide<double>, LayeredSbn<double>> debugged(small_guide(), net, three(),
                                                                        {.n_print = 0, .debug = true});
  CHECK_THROWS_AS(debugged.update(Rng(1)), Error);
}

TEST_CASE("an observer that has seen enough ends the run", "[inference]") {
  const auto enough = [](const Step& step) { return step.index < 4; };
  WakeSleepInference<LayeredGuide<double>, LayeredSbn<double>, Sleep, std::remove_const_t<decltype(enough)>> inference(
      small_guide(), small_net(), three(), {.n_iter = 300, .n_print = 0}, enough);
  inference.run(Rng(1));
  CHECK(inference.learner().index() == 5);
}

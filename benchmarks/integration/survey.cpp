/// Seconds of a survey as ZuNIS makes it: the same network (piecewise quadratic cells of 20 bins, bit-pattern masks twice, 64
/// units in each of 3 hidden layers), 5 steps of 10000 points, 20 full passes of gradient over each step's points, float, one
/// thread. The peer is run_zunis.py in benchmarks/peers/zunis; benchmarks/compare_integration runs both.
#include <benchmark/benchmark.h>

#include "variate/flows/coupling_flow.hpp"
#include "variate/integration/integrands.hpp"
#include "variate/integration/weighted_trainer.hpp"
#include "variate/optimizers/adam.hpp"
#include "variate/random/rng.hpp"

namespace {

using namespace variate;

/// The camel of this width; every point is trained on in each pass, unless f vanishes there.
void survey(benchmark::State& state, double width) {
  const Index d = state.range(0), points = state.range(1), epochs = state.range(2);
  const Camel camel{d, width};
  for (auto _ : state) {
    Rng rng(1);
    StatefulTrainer trainer(coupling_flow(d, PiecewiseQuadratic<float>(20), rng,
                                          {.masks = bit_pattern_masks(d, 2), .hidden = {64, 64, 64}, .zero_last = false}),
                            ForwardKl<float>{}, Adam<float>({.rate = 1e-3f}), {.normalize = true});
    bool flat = true;
    for (int step = 0; step < 5; ++step) {
      WeightedPoints<float> drawn;
      if (flat) {
        drawn.x = uniforms<float>(rng, d, points);
        drawn.log_p = Row<float>::Zero(points);
      } else {
        auto s = trainer.q().sample_with_log_prob(rng, points);
        drawn.x = std::move(s.value);
        drawn.log_p = std::move(s.log_prob);
      }
      drawn.f = camel(drawn.x.cast<double>()).cast<float>();
      trainer.set_data(std::move(drawn));
      flat = flat && !(trainer.train(rng, epochs).smoothed_loss < 0);
    }
    benchmark::DoNotOptimize(trainer.q().params().data());
  }
}
BENCHMARK_CAPTURE(survey, narrow, 0.1)
    ->Args({2, 10000, 20})
    ->Args({4, 10000, 20})
    ->Args({8, 10000, 20})
    ->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(survey, broad, 0.5225006639951927)->Args({8, 10000, 20})->Unit(benchmark::kSecond);

}  // namespace

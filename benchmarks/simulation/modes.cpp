/// One run of a simulator with its loss: plain, and with its gradient forward and backward. The counter `runs` is the time over that of
/// a plain run, taken in this run.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "variate/random/rng.hpp"
#include "variate/simulation/brock_hommes.hpp"
#include "variate/simulation/fixed_parameters.hpp"
#include "variate/simulation/random_walk.hpp"
#include "variate/simulation/simulated_loss.hpp"
#include "variate/simulation/sir.hpp"

namespace {

using namespace variate;

double seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

/// mode 0: plain, 1: reverse, 2: forward.
template <class L>
void measure(benchmark::State& state, const L& loss, const Vector<double>& theta, const Batch<double>& data) {
  const Rng rng(1);
  Vector<double> gradient;
  const auto run = [&](int mode, std::uint64_t i) {
    Rng stream = rng.split(i);
    if (mode == 0) return loss(theta, data, stream).value;
    return differentiate_loss(loss, theta, data, stream, gradient, {mode == 1 ? Mode::reverse : Mode::forward}).value;
  };
  const auto mode = static_cast<int>(state.range(0));
  double plain = std::numeric_limits<double>::infinity(), best = plain;
  std::uint64_t i = 0;
  for (auto _ : state) {
    const double begin = seconds();
    benchmark::DoNotOptimize(run(0, i));
    const double middle = seconds();
    benchmark::DoNotOptimize(run(mode, i++));
    const double end = seconds();
    state.SetIterationTime(end - middle);
    plain = std::min(plain, middle - begin);
    best = std::min(best, end - middle);
  }
  state.counters["runs"] = best / plain;
  state.SetLabel(mode == 0 ? "plain" : mode == 1 ? "reverse" : "forward");
}

Vector<double> market() {
  Vector<double> theta(11);
  theta << std::log(5.0), 0, 0.9, 0.9, 1.01, 0, 0.2, -0.2, 0, std::log(0.04), -1;
  return theta;
}
void random_walk(benchmark::State& state) {
  const SimulatedLoss loss{RandomWalk<double>(100)};
  measure(state, loss, Vector<double>::Constant(1, -1.0), Batch<double>::Zero(1, 101));
}
void market_of_4(benchmark::State& state) {
  const FixedParameters free(BrockHommes<double>(100), market(), {2, 3, 6, 7});
  Vector<double> theta(4);
  theta << 0.9, 0.9, 0.2, -0.2;
  measure(state, SimulatedLoss{free}, theta, Batch<double>::Zero(1, 103));
}
void market_of_11(benchmark::State& state) {
  measure(state, SimulatedLoss{BrockHommes<double>(100)}, market(), Batch<double>::Zero(1, 103));
}
void epidemic(benchmark::State& state) {
  Rng rng(1);
  const Sir<double> sir(watts_strogatz(rng, 1000, 10, 0.1), 100);
  measure(state, SimulatedLoss{sir, SquaredError{}, {.output = 0}}, Vector<double>::Constant(3, -1.3), Batch<double>::Zero(2, 101));
}
BENCHMARK(random_walk)->DenseRange(0, 2)->UseManualTime();
BENCHMARK(market_of_4)->DenseRange(0, 2)->UseManualTime();
BENCHMARK(market_of_11)->DenseRange(0, 2)->UseManualTime();
BENCHMARK(epidemic)->DenseRange(0, 2)->UseManualTime();

}  // namespace

/// ms an epoch of a 784-200-200 net on synthetic 28 x 28 pictures, 29 updates of 50, five particles, float, on one thread, and of RWS
/// on two; beside benchmarks/peers/wake_sleep/run_ws.py on the same pictures, which `--write <file.csv>` writes and then exits.
#include <cstdio>
#include <cstring>
#include <fstream>

#include "epochs.hpp"

namespace {

using namespace variate;

/// Bits of two or three bright blots on a 28 x 28 grid with a little noise: 1497 to learn from and 300 more.
Batch<float> pictures() {
  constexpr Index side = 28, count = 1797;
  Rng rng(28);
  Batch<float> x = Batch<float>::Zero(side * side, count);
  for (Index c = 0; c < count; ++c) {
    const Batch<float> u = uniforms<float>(rng, 10, 1), noise = uniforms<float>(rng, side * side, 1);
    const int blots = u(9, 0) < 0.5f ? 2 : 3;
    for (Index r = 0; r < side * side; ++r) {
      float bright = 0;
      for (int b = 0; b < blots; ++b) {
        const float dy = static_cast<float>(r / side) - 28 * u(3 * b, 0),
                    dx = static_cast<float>(r % side) - 28 * u(3 * b + 1, 0);
        bright = std::max(bright, 1 - (dx * dx + dy * dy) / (9 + 60 * u(3 * b + 2, 0)));
      }
      x(r, c) = noise(r, 0) < (bright > 0.3f ? 0.95f : 0.02f) ? 1.0f : 0.0f;
    }
  }
  return x;
}
Batch<float> training() { return pictures().leftCols(1497); }
const std::vector<Index> sizes{784, 200, 200};

void write(const char* path) {
  const Batch<float> x = pictures();
  std::ofstream file(path);
  file << "split,label,bits\n";
  for (Index c = 0; c < x.cols(); ++c) {
    file << (c < 1497 ? "train" : "test") << ",0,";
    for (Index r = 0; r < x.rows(); ++r) file << (x(r, c) == 1 ? '1' : '0');
    file << '\n';
  }
}

void ws(benchmark::State& state) { variate_benchmarks::epochs(state, training(), sizes, WakeSleep<>{}); }
void ws_k(benchmark::State& state) { variate_benchmarks::epochs(state, training(), sizes, WakeSleep<>{.n_samples = 5}); }
void rws(benchmark::State& state) { variate_benchmarks::epochs(state, training(), sizes, WakeSleep<Wake>{.n_samples = 5}); }
void rws_mix(benchmark::State& state) { variate_benchmarks::epochs(state, training(), sizes, WakeSleep<Mixed>{.n_samples = 5}); }
void vimco(benchmark::State& state) {
  variate_benchmarks::epochs(state, training(), sizes, ElboRule<Vimco, Elbo<SampledEntropy>>{.samples = 5});
}
/// Data points in two chunks of 25, and both optimizers in stretches: epochs on one thread and on two take turns, since a machine's
/// speed may change while one of them runs. `ratio` is the median of one thread's time over that of two.
void rws_on_two_threads(benchmark::State& state) {
  const Batch<float> data = training();
  ThreadPool one(1), two(2);
  const auto learner = [&](ThreadPool& pool) {
    return variate_benchmarks::learner_of(data, sizes, in_chunks(WakeSleep<Wake>{.n_samples = 5}, pool, 25),
                                          Adam<float, ConstantRate, ThreadPool>({.rate = 3e-3f}, {}, pool));
  };
  auto on_one = learner(one), on_two = learner(two);
  std::vector<double> alone, both, ratios;
  for (auto _ : state) {
    const double before = variate_benchmarks::epoch(on_one, data.cols(), state);
    both.push_back(variate_benchmarks::epoch(on_two, data.cols(), state));
    alone.push_back((before + variate_benchmarks::epoch(on_one, data.cols(), state)) / 2);
    ratios.push_back(alone.back() / both.back());
  }
  state.counters["one_ms"] = variate_benchmarks::median(alone);
  state.counters["two_ms"] = variate_benchmarks::median(both);
  state.counters["ratio"] = variate_benchmarks::median(ratios);
}
BENCHMARK(ws)->Unit(benchmark::kMillisecond);
BENCHMARK(ws_k)->Unit(benchmark::kMillisecond);
BENCHMARK(rws)->Unit(benchmark::kMillisecond);
BENCHMARK(rws_mix)->Unit(benchmark::kMillisecond);
BENCHMARK(vimco)->Unit(benchmark::kMillisecond);
BENCHMARK(rws_on_two_threads)->Iterations(7)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::strcmp(argv[1], "--write") == 0) {
    write(argv[2]);
    return 0;
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

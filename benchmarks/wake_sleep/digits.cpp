/// ms an epoch of the 64-32-16 net on the digits, 29 updates of 50, five particles, one thread, float: beside
/// benchmarks/peers/wake_sleep/run_ws.py, which times PyTorch by autograd and by hand-written delta rules.
#include <fstream>
#include <stdexcept>

#include "epochs.hpp"

namespace {

using namespace variate;

Batch<float> digits() {
  std::ifstream file(std::string(VARIATE_BENCHMARK_DATA) + "/wake_sleep/digits.csv");
  std::vector<std::string> bits;
  std::string line;
  while (std::getline(file, line))
    if (line.rfind("train", 0) == 0) bits.push_back(line.substr(line.rfind(',') + 1));
  if (bits.empty()) throw std::runtime_error("no digits");
  Batch<float> x(64, static_cast<Index>(bits.size()));
  for (Index c = 0; c < x.cols(); ++c)
    for (Index r = 0; r < 64; ++r)
      x(r, c) = bits[static_cast<std::size_t>(c)][static_cast<std::size_t>(r)] == '1' ? 1.0f : 0.0f;
  return x;
}
const std::vector<Index> sizes{64, 32, 16};

void ws(benchmark::State& state) { variate_benchmarks::epochs(state, digits(), sizes, WakeSleep<>{}); }
void ws_k(benchmark::State& state) { variate_benchmarks::epochs(state, digits(), sizes, WakeSleep<>{.n_samples = 5}); }
void rws(benchmark::State& state) { variate_benchmarks::epochs(state, digits(), sizes, WakeSleep<Wake>{.n_samples = 5}); }
void rws_mix(benchmark::State& state) { variate_benchmarks::epochs(state, digits(), sizes, WakeSleep<Mixed>{.n_samples = 5}); }
void vimco(benchmark::State& state) {
  variate_benchmarks::epochs(state, digits(), sizes, ElboRule<Vimco, Elbo<SampledEntropy>>{.samples = 5});
}
BENCHMARK(ws)->Unit(benchmark::kMillisecond);
BENCHMARK(ws_k)->Unit(benchmark::kMillisecond);
BENCHMARK(rws)->Unit(benchmark::kMillisecond);
BENCHMARK(rws_mix)->Unit(benchmark::kMillisecond);
BENCHMARK(vimco)->Unit(benchmark::kMillisecond);

}  // namespace

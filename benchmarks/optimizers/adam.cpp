/// One Adam update against the plain loop one would write by hand: 62 parameters (the demo's mean-field guide), 1000, and 100 000.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <variate/optimizers/adam.hpp>
#include <vector>

namespace {

using variate::Index;
using variate::Vector;
using Clock = std::chrono::steady_clock;

/// The textbook, with plain arrays and nothing checked.
struct ByHand {
  double rate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  std::vector<double> m, v;
  int t = 0;
  void update(Vector<double>& params, const Vector<double>& gradient) {
    ++t;
    const double step = rate / (1 - std::pow(beta1, t)), shrink = 1 / std::sqrt(1 - std::pow(beta2, t));
    for (std::size_t i = 0; i < m.size(); ++i) {
      const double g = gradient(static_cast<Index>(i));
      m[i] = beta1 * m[i] + (1 - beta1) * g;
      v[i] = beta2 * v[i] + (1 - beta2) * g * g;
      params(static_cast<Index>(i)) += step * m[i] / (std::sqrt(v[i]) * shrink + epsilon);
    }
  }
};

template <class O>
double seconds(O& optimizer, Vector<double>& params, const Vector<double>& gradient, int repeats) {
  const auto begin = Clock::now();
  for (int i = 0; i < repeats; ++i) {
    optimizer.update(params, gradient);
    benchmark::DoNotOptimize(params.data());
    benchmark::ClobberMemory();
  }
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Both in turn within each iteration, so that they share whatever else the machine does.
void adam(benchmark::State& state) {
  const Index size = state.range(0);
  const int repeats = static_cast<int>(200000 / size + 1);
  const Vector<double> gradient = Vector<double>::LinSpaced(size, -1, 1);
  Vector<double> params = Vector<double>::Zero(size);
  variate::Adam<double> ours;
  ByHand theirs;
  theirs.m.resize(static_cast<std::size_t>(size));
  theirs.v.resize(static_cast<std::size_t>(size));
  double our_time = 1e9, their_time = 1e9;
  for (auto _ : state) {
    our_time = std::min(our_time, seconds(ours, params, gradient, repeats));
    their_time = std::min(their_time, seconds(theirs, params, gradient, repeats));
  }
  state.counters["ns_per_update"] = 1e9 * our_time / repeats;
  state.counters["ratio_to_hand_written"] = our_time / their_time;
}
BENCHMARK(adam)->Arg(62)->Arg(1000)->Arg(100000)->MinTime(0.2);

}  // namespace

#pragma once
/// Epochs of a sigmoid belief net by each rule, timed; and the same steps by hand, in plain loops over Eigen, for the ratio.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "variate/estimators/vimco.hpp"
#include "variate/generative/layered_guide.hpp"
#include "variate/generative/layered_sbn.hpp"
#include "variate/inference/elbo_rule.hpp"
#include "variate/inference/learner.hpp"
#include "variate/inference/parallel_rule.hpp"
#include "variate/inference/wake_sleep.hpp"
#include "variate/objectives/elbo.hpp"
#include "variate/optimizers/adam.hpp"
#include "variate/parallel/thread_pool.hpp"
#include "variate/random/rng.hpp"

namespace variate_benchmarks {

using variate::Batch;
using variate::Index;

/// Seconds of one epoch (floor(N / 50) updates of 50 data points), the median over the iterations; counter ms_per_epoch.
template <class T, class Rule>
void epochs(benchmark::State& state, const Batch<T>& data, const std::vector<Index>& sizes, const Rule& rule) {
  using namespace variate;
  const Rng rng(1);
  Rng start = rng.split(0);
  const auto net = LayeredSbn<T>::random(sizes, start, data);
  const auto guide = LayeredGuide<T>::random(sizes, start);
  const Adam<T> adam({.rate = T(3e-3)});
  const Batches batches(50, Order::reshuffled, 1, true);
  Learner learner(guide, net, rule, adam, adam, data, batches);
  const Index steps = batches.steps(data.cols());
  std::vector<double> times;
  for (auto _ : state) {
    const auto begin = std::chrono::steady_clock::now();
    for (Index i = 0; i < steps; ++i) {
      Rng stream = rng.split(static_cast<std::uint64_t>(learner.index() + 1));
      if (!learner.step(stream).taken) state.SkipWithError("a step was not taken");
    }
    times.push_back(1e3 * std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2), times.end());
  state.counters["ms_per_epoch"] = times[times.size() / 2];
  state.counters["updates"] = static_cast<double>(steps);
}

}  // namespace variate_benchmarks

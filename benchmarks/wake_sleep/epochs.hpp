#pragma once
/// Epochs of a sigmoid belief net by each rule, timed, beside the bare matrix products of a reweighted update in the same run.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "variate/autodiff/detail/multiply.hpp"
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

/// Milliseconds of the matrix products of `steps` updates of reweighted wake-sleep: for each layer one forward and one back, of
/// the model on all particles, of the guide's first layer on the data points alone.
template <class T>
double products(const std::vector<Index>& sizes, Index points, Index particles, Index steps) {
  const Index columns = points * particles;
  Index widest = 0;
  for (const Index size : sizes) widest = std::max(widest, size);
  const Batch<T> w = Batch<T>::Constant(widest, widest, T(0.01)), x = Batch<T>::Constant(widest, columns, T(0.5)),
                 turned = Batch<T>::Constant(columns, widest, T(0.5));
  Batch<T> out(widest, std::max(widest, columns));
  const auto both = [&](Index rows, Index inputs, Index count) {
    variate::detail::multiply(out.data(), variate::detail::Strided<T>{w.data(), inputs, 1}, x.data(), rows, inputs, count, false);
    variate::detail::multiply(out.data(), variate::detail::Strided<T>{x.data(), count, 1}, turned.data(), rows, count, inputs,
                              false);
  };
  const auto begin = std::chrono::steady_clock::now();
  for (Index i = 0; i < steps; ++i) {
    for (std::size_t l = 0; l + 1 < sizes.size(); ++l) {
      both(sizes[l], sizes[l + 1], columns);
      both(sizes[l + 1], sizes[l], l == 0 ? points : columns);
    }
    benchmark::DoNotOptimize(out.data());
  }
  return 1e3 * std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

inline double median(std::vector<double> all) {
  std::nth_element(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2), all.end());
  return all[all.size() / 2];
}

/// A net and a guide that learn, 50 data points an update.
template <class T, class Rule, class Optimizer>
auto learner_of(const Batch<T>& data, const std::vector<Index>& sizes, const Rule& rule, const Optimizer& adam) {
  using namespace variate;
  Rng start = Rng(1).split(0);
  const auto net = LayeredSbn<T>::random(sizes, start, data);
  const auto guide = LayeredGuide<T>::random(sizes, start);
  return Learner(guide, net, rule, adam, adam, data, Batches(50, Order::reshuffled, 1, true));
}
/// Milliseconds of the learner's next epoch, floor(N / 50) updates.
template <class L>
double epoch(L& learner, Index points, benchmark::State& state) {
  const variate::Rng rng(1);
  const auto begin = std::chrono::steady_clock::now();
  for (Index i = 0; i < points / 50; ++i) {
    variate::Rng stream = rng.split(static_cast<std::uint64_t>(learner.index() + 1));
    if (!learner.step(stream).taken) state.SkipWithError("a step was not taken");
  }
  return 1e3 * std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// Milliseconds of one epoch (floor(N / 50) updates of 50 data points), the median over the iterations, as ms_per_epoch; and as
/// ratio, how many times the products of a reweighted update that is.
template <class T, class Rule, class Optimizer = variate::Adam<T>>
void epochs(benchmark::State& state, const Batch<T>& data, const std::vector<Index>& sizes, const Rule& rule,
            const Optimizer& adam = Optimizer({.rate = T(3e-3)})) {
  auto learner = learner_of(data, sizes, rule, adam);
  const Index steps = data.cols() / 50;
  std::vector<double> times, bare;
  for (auto _ : state) {
    times.push_back(epoch(learner, data.cols(), state));
    state.PauseTiming();
    bare.push_back(products<T>(sizes, 50, 5, steps));
    state.ResumeTiming();
  }
  state.counters["ms_per_epoch"] = median(times);
  state.counters["ratio"] = median(times) / median(bare);
  state.counters["updates"] = static_cast<double>(steps);
}

}  // namespace variate_benchmarks

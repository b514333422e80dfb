/// Filling 65536 numbers with `Rng`, beside std::mt19937_64 with the distributions of the standard library. The two take turns in
/// one run; counters: ns a number of either (the best round), and `ratio`, how many times faster variate is. Then the small
/// things: a split, a call, and the 31 numbers a step of a small model draws from a stream of its own.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <random>

#include "variate/random/exponentials.hpp"
#include "variate/random/fill.hpp"
#include "variate/random/gammas.hpp"
#include "variate/random/rng.hpp"

namespace {

using variate::Batch;
using variate::Index;
using variate::Rng;

template <class F>
double nanoseconds(F&& f) {
  const auto start = std::chrono::steady_clock::now();
  f();
  benchmark::ClobberMemory();
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start).count();
}

/// ours(batch) and theirs(batch) fill all of it.
template <class T, class Ours, class Theirs>
void compare(benchmark::State& state, Index n, Ours&& ours, Theirs&& theirs) {
  Batch<T> numbers(1, n);
  double us = std::numeric_limits<double>::infinity(), them = us;
  for (auto _ : state) {
    us = std::min(us, nanoseconds([&] { ours(numbers); }) / static_cast<double>(n));
    benchmark::DoNotOptimize(numbers.data());
    them = std::min(them, nanoseconds([&] { theirs(numbers); }) / static_cast<double>(n));
    benchmark::DoNotOptimize(numbers.data());
  }
  state.counters["variate_ns"] = us;
  state.counters["std_ns"] = them;
  state.counters["ratio"] = them / us;
}

template <class T, class Distribution>
auto standard(Distribution distribution) {
  return [engine = std::mt19937_64(1), distribution](Batch<T>& x) mutable {
    for (Index i = 0; i < x.size(); ++i) x(i) = distribution(engine);
  };
}

constexpr Index many = 65536;

template <class T>
void uniform(benchmark::State& state) {
  Rng rng(1);
  compare<T>(state, many, [&](Batch<T>& x) { variate::fill_uniforms(rng, x); }, standard<T>(std::uniform_real_distribution<T>()));
}
template <class T>
void normal(benchmark::State& state) {
  Rng rng(1);
  compare<T>(state, many, [&](Batch<T>& x) { variate::fill_normals(rng, x); }, standard<T>(std::normal_distribution<T>()));
}
template <class T>
void exponential(benchmark::State& state) {
  Rng rng(1);
  compare<T>(
      state, many, [&](Batch<T>& x) { variate::fill_exponentials(rng, x); }, standard<T>(std::exponential_distribution<T>()));
}
template <class T>
void gumbel(benchmark::State& state) {
  Rng rng(1);
  compare<T>(state, many, [&](Batch<T>& x) { variate::fill_gumbels(rng, x); }, standard<T>(std::extreme_value_distribution<T>()));
}
template <class T>
void gamma(benchmark::State& state) {
  Rng rng(1);
  const T shape = static_cast<T>(state.range(0)) / 10;
  const Batch<T> shapes = Batch<T>::Constant(1, 4096, shape);
  compare<T>(
      state, 4096, [&](Batch<T>& x) { x = variate::gammas<T>(rng, shapes); }, standard<T>(std::gamma_distribution<T>(shape)));
}
template <class T>
void normals_of_a_step(benchmark::State& state) {
  const Rng rng(1);
  std::uint64_t step = 0;
  const auto ours = [&](Batch<T>& x) {
    for (int repeat = 0; repeat < 64; ++repeat) {
      Rng stream = rng.split(step++);
      variate::fill_normals(stream, x);
      benchmark::ClobberMemory();
    }
  };
  auto one = standard<T>(std::normal_distribution<T>());
  const auto theirs = [&](Batch<T>& x) {
    for (int repeat = 0; repeat < 64; ++repeat) {
      one(x);
      benchmark::ClobberMemory();
    }
  };
  const Index n = state.range(0);
  compare<T>(state, n, ours, theirs);
  for (const char* name : {"variate_ns", "std_ns"}) state.counters[name] = state.counters[name] * static_cast<double>(n) / 64;
}

void split(benchmark::State& state) {
  Rng rng(1);
  for (auto _ : state) rng = rng.split(7);
  benchmark::DoNotOptimize(rng);
}
void call(benchmark::State& state) {
  Rng rng(1);
  for (auto _ : state) benchmark::DoNotOptimize(rng());
}

BENCHMARK_TEMPLATE(uniform, double);
BENCHMARK_TEMPLATE(uniform, float);
BENCHMARK_TEMPLATE(normal, double);
BENCHMARK_TEMPLATE(normal, float);
BENCHMARK_TEMPLATE(exponential, double);
BENCHMARK_TEMPLATE(exponential, float);
BENCHMARK_TEMPLATE(gumbel, double);
BENCHMARK_TEMPLATE(gumbel, float);
BENCHMARK_TEMPLATE(gamma, double)->Arg(3)->Arg(25);
BENCHMARK_TEMPLATE(normals_of_a_step, double)->Arg(1)->Arg(31)->Arg(64);
BENCHMARK_TEMPLATE(normals_of_a_step, float)->Arg(31);
BENCHMARK(split);
BENCHMARK(call);

}  // namespace

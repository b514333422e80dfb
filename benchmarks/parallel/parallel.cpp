/// What it costs to hand out work: two empty tasks on a pool of two, beside starting and joining one std::thread. The two take
/// turns in one run; counters: microseconds of either (the best round), and `ratio`, how many times cheaper the pool is.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <thread>

#include "variate/parallel/thread_pool.hpp"

namespace {

template <class F>
double microseconds(F&& f) {
  constexpr int repeats = 20;
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < repeats; ++i) f();
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count() / repeats;
}

void dispatch(benchmark::State& state) {
  variate::ThreadPool pool(2);
  double ours = std::numeric_limits<double>::infinity(), theirs = ours;
  for (auto _ : state) {
    ours = std::min(ours, microseconds([&] { pool.for_each(2, [](variate::Index i) { benchmark::DoNotOptimize(i); }); }));
    theirs = std::min(theirs, microseconds([] {
                        std::thread other([] { benchmark::ClobberMemory(); });
                        other.join();
                      }));
  }
  state.counters["pool_us"] = ours;
  state.counters["thread_us"] = theirs;
  state.counters["ratio"] = theirs / ours;
}
BENCHMARK(dispatch);

}  // namespace

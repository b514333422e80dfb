/// The tape's matrix kernel against Eigen's products on the shapes of a logistic regression and of small networks.
/// The counter `ratio` is own / Eigen, the two run in turn and the best of each taken; T: the left factor is a transpose.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <limits>

#include "variate/autodiff/detail/multiply.hpp"

namespace {

using variate::Batch;
using variate::Index;

template <class F>
double seconds(F f, int repeats) {
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < repeats; ++i) f();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / repeats;
}

void multiply(benchmark::State& state) {
  const Index m = state.range(0), k = state.range(1), n = state.range(2);
  const bool turned = state.range(3) == 1;
  const Batch<double> a = turned ? Batch<double>::Random(k, m) : Batch<double>::Random(m, k), b = Batch<double>::Random(k, n);
  Batch<double> c(m, n), d(m, n);
  const auto own = [&] {
    c.setZero();
    variate::detail::multiply<double>(
        c.data(), turned ? variate::detail::Strided<double>{a.data(), 1, m} : variate::detail::Strided<double>{a.data(), k, 1},
        b.data(), m, k, n);
    benchmark::DoNotOptimize(c.data());
  };
  const auto eigen = [&] {
    if (n == 1 && turned) d.col(0).noalias() = a.transpose() * b.col(0);
    else if (n == 1) d.col(0).noalias() = a * b.col(0);
    else if (turned) d.noalias() = a.transpose() * b;
    else d.noalias() = a * b;
    benchmark::DoNotOptimize(d.data());
  };
  own();
  eigen();
  const int repeats = static_cast<int>(std::max<double>(1, 1e-3 / seconds(eigen, 3)));
  double best_own = std::numeric_limits<double>::infinity(), best_eigen = best_own;
  for (auto _ : state) {
    best_eigen = std::min(best_eigen, seconds(eigen, repeats));
    best_own = std::min(best_own, seconds(own, repeats));
  }
  state.counters["eigen_us"] = 1e6 * best_eigen;
  state.counters["own_us"] = 1e6 * best_own;
  state.counters["ratio"] = best_own / best_eigen;
  state.counters["error"] = (c - d).cwiseAbs().maxCoeff();
}

}  // namespace

BENCHMARK(multiply)
    ->ArgNames({"m", "k", "n", "T"})
    ->Args({569, 31, 1, 0})
    ->Args({31, 569, 1, 1})
    ->Args({569, 31, 8, 0})
    ->Args({31, 569, 8, 1})
    ->Args({569, 31, 64, 0})
    ->Args({31, 569, 64, 1})
    ->Args({10000, 100, 1, 0})
    ->Args({100, 10000, 1, 1})
    ->Args({10000, 100, 8, 0})
    ->Args({100, 10000, 8, 1})
    ->Args({10000, 100, 64, 0})
    ->Args({100, 10000, 64, 1})
    ->Args({64, 200, 100, 0})
    ->Args({200, 64, 100, 1})
    ->Args({300, 300, 300, 0})
    ->Unit(benchmark::kMicrosecond)
    ->MinTime(0.2);

BENCHMARK_MAIN();

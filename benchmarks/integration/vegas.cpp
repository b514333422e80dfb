/// Calls per second of VEGAS+, adapting, with the camel as integrand: items are calls of the integrand. The peer is
/// benchmarks/peers/vegas/speed.py, vegas 6 with batched integrands on the same workload.
#include <benchmark/benchmark.h>

#include "variate/integration/integrands.hpp"
#include "variate/integration/vegas.hpp"
#include "variate/random/rng.hpp"

namespace {

using namespace variate;

/// One step of `calls` calls in d dimensions; `cheap`: a constant, to see what VEGAS+ itself takes.
template <bool cheap>
void step(benchmark::State& state) {
  const Index d = state.range(0), calls = state.range(1);
  const Camel camel{d, 0.3};
  const auto f = [&](const Batch<double>& x) -> Row<double> {
    if constexpr (cheap) return Row<double>::Ones(x.cols());
    else return camel(x);
  };
  Vegas vegas(f, Box(d), {.calls = calls});
  Rng rng(1);
  for (int i = 0; i < 3; ++i) vegas.step(rng);
  std::int64_t made = 0;
  for (auto _ : state) {
    made += vegas.step(rng).evaluations;
    vegas.forget();
  }
  state.SetItemsProcessed(made);
}
BENCHMARK(step<false>)->Name("camel")->Args({2, 10000})->Args({8, 10000})->Args({2, 100000})->Args({8, 100000});
BENCHMARK(step<true>)->Name("constant")->Args({2, 10000})->Args({8, 10000});

}  // namespace

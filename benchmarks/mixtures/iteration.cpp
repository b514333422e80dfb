/// One iteration of GMMVI (SEMTRUX, full covariances, K = 50 components, D = 20, n = 5000 new samples, nothing reused) beside the
/// matrix products it cannot do without: for each component A (x - mean) before and after its update (two triangular products),
/// the slope A^T A (x - mean) (two more) and Stein's sum of outer products (a full one), together three full products D x D by D
/// x n. The counter `ratio` is the iteration's time over theirs by Eigen, both taken in this run, in turn (the best of many,
/// processor time). The components overlap, so that nothing can be left out; where modes lie apart an iteration takes half of it.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <ctime>
#include <limits>
#include <vector>

#include "variate/mixtures/codename.hpp"
#include "variate/mixtures/targets/gaussian_mixture_target.hpp"
#include "variate/random/rng.hpp"

namespace {

using namespace variate;
constexpr Index components = 50, dimensions = 20, samples = 100;

auto iterated() {
  Rng rng(3);
  const auto target = random_gaussian_mixture<double>(rng, dimensions);
  const Batch<double> means = 31.0 * normals<double>(rng, dimensions, components);
  const std::vector<Batch<double>> factors(components,
                                           Batch<double>(std::sqrt(1000.0) * Batch<double>::Identity(dimensions, dimensions)));
  ModulesOf<"SEMTRUX"> modules;
  modules.selector = {.desired_samples_per_component = samples, .ratio_reused_samples_to_desired = 0};
  modules.component_stepsize.initial_stepsize = 0.1;
  return build<"SEMTRUX">(target, Gaussians<double>(Vector<double>::Ones(components), means, factors), modules,
                          {.use_sample_database = false});
}

double seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

void iteration(benchmark::State& state) {
  auto gmmvi = iterated();
  Rng rng(1);
  const Batch<double> x = normals<double>(rng, dimensions, components * samples);
  std::vector<Batch<double>> a(components, Batch<double>(normals<double>(rng, dimensions, dimensions)));
  Batch<double> z(dimensions, components * samples);
  double step = std::numeric_limits<double>::infinity(), products = step;
  std::uint64_t i = 0;
  for (auto _ : state) {
    Rng stream(2, i++);
    const double start = seconds();
    gmmvi.step(stream);
    const double middle = seconds();
    for (int times = 0; times < 3; ++times)
      for (const Batch<double>& factor : a) {
        z.noalias() = factor * x;
        benchmark::DoNotOptimize(z.data());
      }
    step = std::min(step, middle - start);
    products = std::min(products, seconds() - middle);
  }
  state.counters["step_ms"] = 1e3 * step;
  state.counters["products_ms"] = 1e3 * products;
  state.counters["ratio"] = step / products;
}
BENCHMARK(iteration)->Iterations(40)->Unit(benchmark::kMillisecond);

}  // namespace

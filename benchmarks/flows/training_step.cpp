/// One training step of a coupling flow on frozen weighted points: forward KL, its gradient, Adam. 8 dimensions,
/// rational-quadratic cells of 10 bins, networks of 2 x 64 units, bit-pattern masks (6 cells), 4096 points. Beside it, as a
/// floor, the networks alone, forward and back. The same step in PyTorch and JAX: benchmarks/peers/flows.py.
#include <benchmark/benchmark.h>

#include "variate/flows/coupling_flow.hpp"
#include "variate/integration/weighted_trainer.hpp"
#include "variate/optimizers/adam.hpp"
#include "variate/random/rng.hpp"

namespace {

using namespace variate;

constexpr Index dims = 8, points = 4096;

template <class T>
WeightedPoints<T> camel() {
  Rng rng(1);
  WeightedPoints<T> data{uniforms<T>(rng, dims, points), Row<T>::Zero(points), Row<T>(points)};
  for (Index c = 0; c < points; ++c) {
    const auto bump = [&](T m) { return std::exp(-(data.x.col(c).array() - m).square().sum() / T(0.27)); };
    data.f[c] = bump(T(0.25)) + bump(T(0.75));
  }
  return data;
}

template <class T>
void training_step(benchmark::State& state) {
  Rng rng(2);
  auto q = coupling_flow(dims, RationalQuadratic<T>(10), rng, {.zero_last = false});
  WeightedTrainer trainer(q, ForwardKl<T>{T(0.05)}, Adam<T>({.rate = T(1e-3)}));
  trainer.set_data(camel<T>());
  double value = 0;
  for (auto _ : state) value = trainer.step(rng).value;
  state.counters["loss"] = -value;
  state.SetItemsProcessed(state.iterations() * points);
}
BENCHMARK(training_step<float>)->Unit(benchmark::kMillisecond);
BENCHMARK(training_step<double>)->Unit(benchmark::kMillisecond);

/// Points of the flow with their densities, as an integrator draws them.
template <class T>
void sampling(benchmark::State& state) {
  Rng rng(3);
  const auto q = coupling_flow(dims, RationalQuadratic<T>(10), rng, {.zero_last = false});
  for (auto _ : state) benchmark::DoNotOptimize(q.sample_with_log_prob(rng, points).log_prob.data());
  state.SetItemsProcessed(state.iterations() * points);
}
BENCHMARK(sampling<float>)->Unit(benchmark::kMillisecond);
BENCHMARK(sampling<double>)->Unit(benchmark::kMillisecond);

/// Only the networks: 4 -> 64 -> 64 -> 124, six of them, forward and back.
template <class T>
void products_alone(benchmark::State& state) {
  const std::vector<Dense> layers = Mlp<Activation::leaky_relu>({4, 64, 64, 124}).layers();
  Rng rng(4);
  const Vector<T> theta = Mlp<Activation::leaky_relu>({4, 64, 64, 124}).initialise<T>(rng, Initialisation::torch);
  Vector<T> of_theta = Vector<T>::Zero(theta.size());
  const Index n = detail::flow_block;
  Batch<T> rows = uniforms<T>(rng, detail::dense_rows(layers), n), g(124, n), room(detail::dense_scratch(layers), n);
  for (auto _ : state)
    for (Index block = 0; block < 6 * points / n; ++block) {
      detail::dense_forward<Activation::leaky_relu>(layers, theta.data(), rows.data(), n);
      g.setConstant(T(1e-3));
      benchmark::DoNotOptimize(detail::dense_backward<Activation::leaky_relu>(layers, theta.data(), rows.data(), g.data(),
                                                                              of_theta.data(), room.data(), n, true));
    }
  state.SetItemsProcessed(state.iterations() * points);
}
BENCHMARK(products_alone<float>)->Unit(benchmark::kMillisecond);
BENCHMARK(products_alone<double>)->Unit(benchmark::kMillisecond);

}  // namespace

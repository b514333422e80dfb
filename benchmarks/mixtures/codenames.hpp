#pragma once
/// A fourth of GMMVI's 432 codenames on three overlapping normal distributions in the plane (`simple_gaussian_mixture`, best ELBO
/// 0): 200 steps from three wide components. Each line says the ELBO before and after, by 4000 draws, and how many components and
/// target evaluations there were; a codename that does not improve the ELBO is an error.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdio>
#include <string>
#include <type_traits>
#include <utility>

#include "variate/mixtures/codename.hpp"
#include "variate/mixtures/targets/gaussian_mixture_target.hpp"
#include "variate/random/rng.hpp"

namespace codenames {

using namespace variate;

inline const GaussianMixtureTarget<double>& target() {
  static const auto mixture = simple_gaussian_mixture<double>();
  return mixture;
}
inline double elbo(const Gaussians<double>& q) {
  Rng rng(99);
  const Batch<double> x = q.sample(rng, 4000).x;
  return (target()(x) - q.log_density(x)).mean();
}

/// Steps that suit an update: a bound of 0.1 on the divergence, or a fraction of the natural gradient.
template <class Rule>
void set_stepsize(Rule& rule, double size) {
  rule.initial_stepsize = size;
  if constexpr (requires { rule.max_stepsize; }) rule.max_stepsize = 4 * size;
}

template <Codename name>
void run(benchmark::State& state) {
  constexpr bool adaptive = name.count("A") == 1, trust = name.count("T") == 1;
  Batch<double> means(2, 3);
  means << -3, 0, 3, 1, -1, 0;
  const Batch<double> wide = 2 * Batch<double>::Identity(2, 2);
  const Gaussians<double> start(Vector<double>::Ones(3), means, {wide, wide, wide});
  ModulesOf<name> modules;
  modules.selector.desired_samples_per_component = name.count("P") == 1 ? 120 : 40;
  modules.selector.ratio_reused_samples_to_desired = 0.5;
  set_stepsize(modules.component_stepsize, trust ? 0.1 : 0.05);
  set_stepsize(modules.weight_stepsize, 0.1);
  if constexpr (adaptive) {
    modules.components.add_iters = 40;
    modules.components.del_iters = 60;
  }
  Index evaluations = 0, components = 0;
  double after = 0;
  for (auto _ : state) {
    auto gmmvi = build<name>(target(), start, modules);
    for (std::uint64_t i = 0; i < 200; ++i) {
      Rng rng(1, i);
      evaluations += gmmvi.step(rng).evaluations;
    }
    components = gmmvi.mixture().size();
    state.PauseTiming();
    after = elbo(gmmvi.mixture());
    state.ResumeTiming();
  }
  const double before = elbo(start);
  char label[100];
  std::snprintf(label, sizeof label, "ELBO %.4f to %.4f, components %ld, evaluations %ld", before, after,
                static_cast<long>(components), static_cast<long>(evaluations));
  state.SetLabel(label);
  if (!(after > before)) state.SkipWithError("the ELBO did not improve");
}

/// The i-th of the 108 codenames that begin with these two letters.
template <char estimator, char number, std::size_t i>
consteval Codename<8> codename() {
  const char text[8] = {estimator,        number,           "MP"[i % 2],       "ITY"[i / 2 % 3],
                        "DFR"[i / 6 % 3], "OU"[i / 18 % 2], "GNX"[i / 36 % 3], 0};
  return Codename<8>(text);
}
template <char estimator, char number>
bool add_all() {
  [&]<std::size_t... i>(std::index_sequence<i...>) {
    (benchmark::RegisterBenchmark(codename<estimator, number, i>().letters, run<codename<estimator, number, i>()>)
         ->Iterations(1)
         ->Unit(benchmark::kMillisecond),
     ...);
  }(std::make_index_sequence<108>{});
  return true;
}

}  // namespace codenames

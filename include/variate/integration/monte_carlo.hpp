#pragma once
/// The floor that every adaptive integrator must beat: independent points, and scrambled Sobol points.
#include <algorithm>
#include <bit>
#include <cstdint>
#include <utility>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/integration/box.hpp"
#include "variate/integration/integral.hpp"
#include "variate/parallel/executor.hpp"
#include "variate/random/fill.hpp"
#include "variate/random/sobol.hpp"

namespace variate {

/// Options of `plain_monte_carlo` and `quasi_monte_carlo`.
struct MonteCarloOptions {
  Index calls = 100000;  ///< of the integrand, at least 2; quasi-Monte Carlo makes at most this many
  Index parts = 10;      ///< iterations, or independent scrambles (then at least 2)
  NonFinite non_finite = NonFinite::drop;
  Index chunk = 256;  ///< points given to the integrand at a time
};

namespace detail {
inline void check_monte_carlo(const char* name, const MonteCarloOptions& options, Index least_parts) {
  require_at_least(name, "parts", options.parts, least_parts);
  require_at_least(name, "calls", options.calls, 2 * options.parts);
  require_at_least(name, "chunk", options.chunk, 1);
}
/// Without a mean if a point was bad and the caller wants to stop there.
inline Integral unless_stopped(Integral all, NonFinite non_finite) {
  if (all.dropped > 0 && non_finite == NonFinite::stop) all.mean = all.error = std::numeric_limits<double>::quiet_NaN();
  return all;
}
}  // namespace detail

/// Mean of f at independent uniform points of the box, times its volume. With NonFinite::stop a value that is not finite makes
/// mean and error NaN. Throws InvalidArgument for options out of range.
template <class F, class R, Executor E>
Integral plain_monte_carlo(const F& f, const Box& box, R& rng, const MonteCarloOptions& options, E& executor) {
  detail::check_monte_carlo("plain_monte_carlo", options, 1);
  std::vector<IterationEstimate> iterations;
  for (Index i = 0, done = 0; i < options.parts; ++i) {
    const Index n = options.calls * (i + 1) / options.parts - done;
    done += n;
    const Batch<double> x = box.from_unit(uniforms<double>(rng, box.dimension(), n));
    iterations.push_back(iteration_estimate(detail::integrand_values(f, x, executor, options.chunk) * box.volume()));
  }
  return detail::unless_stopped(combine(iterations), options.non_finite);
}
template <class F, class R>
Integral plain_monte_carlo(const F& f, const Box& box, R& rng, const MonteCarloOptions& options = {}) {
  SerialExecutor executor;
  return plain_monte_carlo(f, box, rng, options, executor);
}

/// Mean of f at Sobol's points, in `parts` independent scrambles of 2^k points each; the error comes from how their means differ,
/// so with ten parts it is itself known to about a quarter. Up to 128 dimensions.
template <class F, class R, Executor E>
Integral quasi_monte_carlo(const F& f, const Box& box, R& rng, const MonteCarloOptions& options, E& executor) {
  detail::check_monte_carlo("quasi_monte_carlo", options, 2);
  const auto points = static_cast<Index>(std::bit_floor(static_cast<std::uint64_t>(options.calls / options.parts)));
  Row<double> means(options.parts);
  Integral all;
  WeightSums weights;
  double missing = 0;
  for (Index i = 0; i < options.parts; ++i) {
    ScrambledSobol sobol(box.dimension(), rng);
    const Batch<double> x = box.from_unit(sobol.next(points));
    const IterationEstimate one = iteration_estimate(detail::integrand_values(f, x, executor, options.chunk) * box.volume());
    means[i] = one.mean;
    weights.add(one.weights);
    all.dropped += one.dropped;
    missing += static_cast<double>(one.dropped) / static_cast<double>(points * options.parts) * one.weights.sum /
               static_cast<double>(std::max<Index>(1, points - one.dropped));
  }
  const IterationEstimate spread = iteration_estimate(means);
  all.mean = spread.mean;
  all.error = std::sqrt(spread.variance + missing * missing);
  all.calls = points * options.parts;
  all.effective_size = weights.effective_size();
  all.unweighting_efficiency = weights.unweighting_efficiency();
  return detail::unless_stopped(all, options.non_finite);
}
template <class F, class R>
Integral quasi_monte_carlo(const F& f, const Box& box, R& rng, const MonteCarloOptions& options = {}) {
  SerialExecutor executor;
  return quasi_monte_carlo(f, box, rng, options, executor);
}

}  // namespace variate

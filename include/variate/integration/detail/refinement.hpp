#pragma once
/// The steps of an Integrator that count. The integral is the sum of two, (1 - e) E_q[f/m] and e E_u[f/m] with the mixture
/// m = (1 - e) q + e: the balance heuristic of Veach and Guibas 1995, each part having its own calls.
///
/// keep(y, w, p) is given the points of q, to learn from later: points of the unit cube, weights f/p and densities.
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <type_traits>

#include "variate/core/types.hpp"
#include "variate/integration/box.hpp"
#include "variate/integration/detail/integrator_options.hpp"
#include "variate/integration/detail/proposal.hpp"
#include "variate/integration/integral.hpp"
#include "variate/integration/vegas.hpp"
#include "variate/integration/vegas_map.hpp"
#include "variate/objectives/weighted_losses.hpp"
#include "variate/parallel/executor.hpp"
#include "variate/random/fill.hpp"

namespace variate::detail {

/// Of a refine step, those calls that are for the uniform part.
inline Index uniform_calls(const IntegratorOptions& options) {
  if (options.refine_uniform_share == 0) return 0;
  if (options.refine_uniform_share == 1) return options.refine_calls;
  const double calls = options.refine_uniform_calls * static_cast<double>(options.refine_calls);
  return std::clamp<Index>(static_cast<Index>(std::llround(calls)), 2, std::max<Index>(2, options.refine_calls - 2));
}

/// From independent points of both.
template <class F, class Q, Executor E, class R, class Keep>
IterationEstimate refine_independently(const MappedFunction<F>& f, const Q& q, const IntegratorOptions& options,
                                       const ExecutorHandle<E>& executor, R& rng, Keep&& keep) {
  const double share = options.refine_uniform_share;
  const Index flat = uniform_calls(options), learned = options.refine_calls - flat;
  Batch<double> y(f.map.dimension(), options.refine_calls);
  if (flat > 0) y.leftCols(flat) = uniforms<double>(rng, y.rows(), flat);
  if (learned > 0) y.rightCols(learned) = q.sample(rng, learned).template cast<double>();
  const Row<double> p = mixture_densities(q, y, share);
  auto&& runner = executor.get();
  const Row<double> values = values_inside(f, y, runner, options.chunk);
  const Row<double> w = (values.array() == 0).select(Row<double>::Zero(values.size()), values.array() / p.array());
  if (learned == 0) return iteration_estimate(w);
  keep(y.rightCols(learned), w.tail(learned), p.tail(learned));
  // as points of one mixture, but for how many calls each part has
  IterationEstimate all = iteration_estimate(w.tail(learned) * (1 - share));
  if (flat > 0) add_part(all, iteration_estimate(w.head(flat) * share));
  return all;
}

/// Each by VEGAS+, that of q's points in the uniform numbers they are made of. It learns from step to step while q stays.
template <class F, class Q, Executor E>
class StratifiedRefinement {
 public:
  /// q is another now.
  void forget() {
    learned_.reset();
    uniform_.reset();
  }
  bool running() const { return learned_.has_value(); }
  /// Before the first step with this q.
  void begin(const MappedFunction<F>& f, const Q& q, const IntegratorOptions& options, const ExecutorHandle<E>& executor) {
    const auto vegas_options = [&](Index calls) { return VegasOptions{.calls = calls, .max_bins = 100, .chunk = options.chunk}; };
    const VegasMap cube(Box(f.map.dimension()));
    const double share = options.refine_uniform_share;
    const Index flat = uniform_calls(options);
    uniform_.reset();
    learned_.emplace(LearnedPart<F, Q>{f, q, share}, cube, vegas_options(options.refine_calls - flat), executor);
    learned_->keep_points(options.teach_again > 0);
    if (flat > 0) uniform_.emplace(UniformPart<F, Q>{f, q, share}, cube, vegas_options(flat), executor);
  }
  /// The number of calls is another now.
  void set_calls(const IntegratorOptions& options) {
    if (!learned_) return;
    const Index flat = uniform_calls(options);
    learned_->set_calls(std::max<Index>(2, options.refine_calls - flat));
    if (uniform_) uniform_->set_calls(std::max<Index>(2, flat));
  }
  template <class R, class Keep>
  IterationEstimate step(const Q& q, const IntegratorOptions& options, R& rng, Keep&& keep) {
    IterationEstimate all = estimate_of(*learned_, rng);
    if (options.teach_again > 0) {
      // from the uniform numbers back to the points made of them, without calls
      const double share = options.refine_uniform_share;
      const WeightedPoints<double>& z = learned_->points();
      const auto drawn = points_from_uniforms(q, z.x);
      Row<double> w(z.size()), p(z.size());
      for (Index c = 0; c < z.size(); ++c) {
        const double log_q = static_cast<double>(drawn.log_prob[c]), density = std::exp(z.log_p[c]);
        p[c] = std::exp(log_q) * density;
        w[c] = z.f[c] * mixture_density(log_q, share, true) / (1 - share) / p[c];
      }
      keep(drawn.value.template cast<double>(), w, p);
    }
    if (uniform_) add_part(all, estimate_of(*uniform_, rng));
    return all;
  }
  /// For checkpoints of what owns it (see io/archive.hpp): whether it runs, and how far it is. Read, it begins anew with the rest.
  template <class Self, class A>
  static void archive(Self& self, A& a, const MappedFunction<F>& f, const Q& q, const IntegratorOptions& options,
                      const ExecutorHandle<E>& executor) {
    bool running = self.running();
    a(running);
    if constexpr (A::reading) {
      self.forget();
      if (running) self.begin(f, q, options, executor);
    }
    if (self.learned_) a(*self.learned_);
    if (self.uniform_) a(*self.uniform_);
  }

 private:
  template <class Part, class R>
  static IterationEstimate estimate_of(Part& part, R& rng) {
    const IntegrationStep step = part.step(rng);
    IterationEstimate one;
    if (step.taken) {
      one = part.iterations().back();
    } else {
      one.calls = one.dropped = step.evaluations;
      one.variance = std::numeric_limits<double>::infinity();
    }
    part.forget();
    return one;
  }

  std::optional<Vegas<LearnedPart<F, Q>, E>> learned_;
  std::optional<Vegas<UniformPart<F, Q>, E>> uniform_;
};
/// For a q that is not made from uniform numbers.
struct NoStratification {
  void forget() {}
  bool running() const { return false; }
  template <class... Any>
  static void archive(const Any&...) {}
};
template <class F, class Q, Executor E>
using StratifiedRefinementOf = std::conditional_t<FromUniforms<Q>, StratifiedRefinement<F, Q, E>, NoStratification>;

}  // namespace variate::detail

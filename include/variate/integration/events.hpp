#pragma once
/// Events: points distributed as |f|, with weights or, by rejection, without.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/integration/integral.hpp"
#include "variate/objectives/weighted_losses.hpp"
#include "variate/random/fill.hpp"

namespace variate {

/// Weights f/p of drawn points, each an estimate of the integral. Zero where the integrand is.
inline Row<double> event_weights(const WeightedPoints<double>& points) {
  const Row<double> none = Row<double>::Zero(points.f.size());
  return (points.f.array() == 0).select(none, points.f.array() * (-points.log_p.array()).exp());
}

/// Options of `unweighted_events`.
struct UnweightingOptions {
  double ceiling = 0;   ///< weight that is always kept; 0: found by a pilot, the median of the largest of bootstrap replicas
  Index pilot = 10000;  ///< draws of the pilot, at least 10
  Index batch = 4096;   ///< points drawn at a time
  Index max_calls = 100000000;  ///< of the integrand, after which what there is is returned
};

/// Points distributed as |f|.
struct UnweightedEvents {
  Batch<double> x;        ///< d x events
  Row<double> weight;     ///< 1 or -1, by the sign of f; larger in size where f/p was above the ceiling
  double ceiling = 0;     ///< that was used
  double efficiency = 0;  ///< events for each call, the pilot's left out
  double overweight = 0;  ///< share of the events with |weight| > 1
  Index calls = 0;        ///< of the integrand, the pilot's included
  Index dropped = 0;      ///< points where f was not finite
};

/// n events by rejection from `source`, whose `draw(rng, m)` gives weighted points (an Integrator, a Vegas): a point is kept with
/// probability |f|/(p ceiling). Those above the ceiling are kept with the excess as a weight, so that the distribution is
/// right in any case. Fewer events if max_calls are spent, none if f is zero everywhere. InvalidArgument for options out of
/// range.
template <class Source, class R>
UnweightedEvents unweighted_events(const Source& source, R& rng, Index n, const UnweightingOptions& options = {}) {
  constexpr const char* name = "unweighted_events";
  detail::require_at_least(name, "n", n, 0);
  detail::require_at_least(name, "pilot", options.pilot, 10);
  detail::require_at_least(name, "batch", options.batch, 1);
  detail::require_at_least(name, "max_calls", options.max_calls, 1);
  if (!(options.ceiling >= 0) || !std::isfinite(options.ceiling))
    throw DomainError(detail::complaint(name, "ceiling", options.ceiling, "a finite number that is not negative"));
  UnweightedEvents events;
  events.ceiling = options.ceiling;
  if (events.ceiling == 0) {
    const WeightedPoints<double> pilot = source.draw(rng, options.pilot);
    const Row<double> w = event_weights(pilot);
    events.calls += w.size();
    const double efficiency = bootstrap_unweighting_efficiency(w, rng);
    double sum = 0;
    for (const double one : w)
      if (std::isfinite(one)) sum += std::abs(one);
    if (efficiency > 0) events.ceiling = sum / static_cast<double>(w.size()) / efficiency;
  }
  Index d = 0, kept = 0, proposed = 0, above = 0;
  while (kept < n && events.calls < options.max_calls && events.ceiling > 0) {
    const WeightedPoints<double> some = source.draw(rng, std::min(options.batch, options.max_calls - events.calls));
    const Row<double> w = event_weights(some);
    const Batch<double> u = uniforms<double>(rng, 1, w.size());
    events.calls += w.size();
    if (events.x.size() == 0) {
      d = some.x.rows();
      events.x.resize(d, n);
      events.weight.resize(n);
    }
    for (Index c = 0; c < w.size() && kept < n; ++c) {
      ++proposed;
      if (!std::isfinite(w[c])) {
        ++events.dropped;
        continue;
      }
      const double size = std::abs(w[c]) / events.ceiling;
      if (!(u(0, c) < size)) continue;
      events.x.col(kept) = some.x.col(c);
      const bool over = size > 1 + 1e-9;  // not for rounding
      events.weight[kept++] = std::copysign(over ? size : 1.0, w[c]);
      above += over;
    }
  }
  events.x.conservativeResize(d, kept);
  events.weight.conservativeResize(kept);
  if (proposed > 0) events.efficiency = static_cast<double>(kept) / static_cast<double>(proposed);
  if (kept > 0) events.overweight = static_cast<double>(above) / static_cast<double>(kept);
  return events;
}

}  // namespace variate

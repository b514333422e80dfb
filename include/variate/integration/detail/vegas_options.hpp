#pragma once
/// What VEGAS+ is told, and what a step of an integrator says.
#include <vector>

#include "variate/core/concepts.hpp"
#include "variate/core/types.hpp"
#include "variate/integration/integral.hpp"

namespace variate {

/// Options of VEGAS+; the defaults are those of vegas 6.
struct VegasOptions {
  Index calls = 1000;                   ///< of the integrand in a step, about
  double alpha = 0.5;                   ///< how fast the map moves; 0: it stays
  double beta = 0.75;                   ///< how strongly points go where the variance is; 0: equally many in each stratum
  double adaptive_share = 0.75;         ///< of the calls that is free to go anywhere
  Index max_bins = 1000;                ///< of the map on an axis
  Index max_calls_per_stratum = 50000;  ///< more are not made
  std::vector<Index> strata{};          ///< on each axis; empty: as many as the calls allow; all 1: the map alone
  NonFinite non_finite = NonFinite::drop;
  Index chunk = 256;  ///< points given to the integrand at a time; it decides the numbers drawn, threads do not
  /// Points that a step must be worth to those who learn from it: while it is worth fewer, a step's values are raised to a power
  /// below 1 for them (not for the estimate). One of several peaks is then not lost because others were met first. 0: never.
  double least_effective = 0;
};

/// What a step of an integrator did. `Step::value` is its own estimate.
struct IntegrationStep : Step {
  double error = 0;                   ///< of `value`
  Integral so_far{};                  ///< of all steps that count
  double relative_variance = 0;       ///< calls (error/value)^2 of this step
  double unweighting_efficiency = 0;  ///< mean |w| / max |w| of this step
};

}  // namespace variate

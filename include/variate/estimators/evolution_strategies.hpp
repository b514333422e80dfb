#pragma once
#include "variate/estimators/detail/along_directions.hpp"
#include "variate/random/fill.hpp"

namespace variate {

/// Antithetic evolution strategies (Salimans, Ho, Chen, Sidor and Sutskever 2017; Nesterov and Spokoiny 2017) for a black box f
/// at the parameters x of a Point: for standard normal e,
///
///     (f(x + width e) - f(x - width e))/(2 width) e.
///
/// Unbiased for the gradient of E f(x + width e), a smoothed f, whatever f is, jumps included; for quadratic f that is the
/// gradient of f itself. Two evaluations a direction; n is evaluations for each data point, n/2 directions. `value` is the mean
/// of the values seen, unbiased for the smoothed f. A pair with a value that is not finite is dropped and counted. Throws
/// InvalidArgument if n < 2 or odd, DomainError if width is not positive.
struct EvolutionStrategies {
  /// Standard deviation of the moves.
  double width = 0.1;

  template <class Q, class F>
  static constexpr bool accepts = [] {
    if constexpr (detail::LinkedPoint<Q>) return Integrand<F, ScalarOf<Q>>; else return false;
  }();

  template <class Q, class F>
  static constexpr detail::Never explain() {
    detail::explain_directions<Q, F>();
    return {};
  }

  template <class Q, class F, class R>
  Estimate<ScalarOf<Q>> operator()(const Q& q, const F& f, R& rng, Index n) const {
    if constexpr (!accepts<Q, F>) {
      return explain<Q, F>();
    } else {
      using T = ScalarOf<Q>;
      return detail::along_directions("EvolutionStrategies", q, f, static_cast<T>(width), n,
                                      [&](Index rows, Index cols) -> Batch<T> { return normals<T>(rng, rows, cols); });
    }
  }
};

}  // namespace variate

#pragma once
#include "variate/estimators/detail/along_directions.hpp"
#include "variate/random/fill.hpp"

namespace variate {

/// Simultaneous perturbation (Spall 1992) for a black box f at the parameters x of a Point: for random signs e, one for each
/// coordinate,
///
///     (f(x + width e) - f(x - width e))/(2 width) e.
///
/// Two evaluations a direction whatever the number of parameters; n is evaluations for each data point, n/2 directions.
/// Unbiased for f that is quadratic; otherwise its bias is that of central differences, of order width^2. Its noise is that of
/// the other coordinates' slopes: with one parameter there is none. `value` is the mean of the values seen. A pair with a value
/// that is not finite is dropped and counted. Throws InvalidArgument if n < 2 or odd, DomainError if width is not positive.
struct Spsa {
  /// How far each coordinate is moved.
  double width = 1e-3;

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
      return detail::along_directions("Spsa", q, f, static_cast<T>(width), n, [&](Index rows, Index cols) -> Batch<T> {
        return uniforms<T>(rng, rows, cols).unaryExpr([](T u) { return u < T(0.5) ? T(-1) : T(1); });
      });
    }
  }
};

}  // namespace variate

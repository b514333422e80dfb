#pragma once
/// Special functions of expressions: erf, normal_cdf, log_normal_cdf, lgamma. Apart from functions.hpp because few models need
/// them.
#include <numbers>

#include "variate/autodiff/functions.hpp"
#include "variate/math/erf.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/gamma_functions.hpp"
#include "variate/math/normal_cdf.hpp"

namespace variate {
namespace detail {

struct ErfOp {
  static constexpr bool transcendental = true;
  template <class P>
  [[gnu::always_inline]] Jet<P> jet(const P& x) const {
    using T = typename P::Scalar;
    const P s = T(2) * std::numbers::inv_sqrtpi_v<T> * exp(-x * x);
    return {erf(x), s, T(-2) * x * s};
  }
};
struct NormalCdfOp {
  static constexpr bool transcendental = true;
  template <class P>
  [[gnu::always_inline]] Jet<P> jet(const P& x) const {
    using T = typename P::Scalar;
    const P s = std::numbers::inv_sqrtpi_v<T> / std::numbers::sqrt2_v<T> * exp(T(-0.5) * x * x);
    return {normal_cdf(x), s, -x * s};
  }
};
/// The slope is the inverse Mills ratio m; the curvature -m (x + m).
struct LogNormalCdfOp {
  static constexpr bool transcendental = true;
  template <class P>
  [[gnu::always_inline]] Jet<P> jet(const P& x) const {
    using T = typename P::Scalar;
    constexpr T log_sqrt_two_pi = T(0.918938533204672741780329736406);
    const P v = log_normal_cdf(x), m = exp(T(-0.5) * x * x - log_sqrt_two_pi - v);
    return {v, m, -m * (x + m)};
  }
};
struct LgammaOp {
  static constexpr bool transcendental = true;
  template <class P>
  [[gnu::always_inline]] Jet<P> jet(const P& x) const {
    return {lgamma(x), digamma(x), trigamma(x)};
  }
};

}  // namespace detail

/// The error function.
template <TapeExpression A>
auto erf(const A& a) {
  return detail::Unary<detail::ErfOp, A>(a);
}
/// P(Z <= a) for Z ~ N(0, 1).
template <TapeExpression A>
auto normal_cdf(const A& a) {
  return detail::Unary<detail::NormalCdfOp, A>(a);
}
/// log P(Z <= a). The slope loses digits where a^2/2 is large: about a^2 ulp.
template <TapeExpression A>
auto log_normal_cdf(const A& a) {
  return detail::Unary<detail::LogNormalCdfOp, A>(a);
}
/// log Gamma(a) for a > 0.
template <TapeExpression A>
auto lgamma(const A& a) {
  return detail::Unary<detail::LgammaOp, A>(a);
}

}  // namespace variate

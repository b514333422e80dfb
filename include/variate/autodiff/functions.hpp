#pragma once
/// Coefficient-wise functions of expressions: exp, log, log1p, expm1, sqrt, square, tanh, sigmoid, softplus, abs, inverse, pow.
/// Value and derivatives come together, so that they share the exponential.
#include "variate/autodiff/expression.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/expm1.hpp"
#include "variate/math/log.hpp"
#include "variate/math/log1p.hpp"
#include "variate/math/softplus.hpp"
#include "variate/math/tanh.hpp"

namespace variate {
namespace detail {

/// A function of one number with its first two derivatives. What is not used is not computed: everything is inlined.
template <class P>
struct Jet {
  P value, slope, curvature;
};

struct ExpOp {
  static constexpr bool transcendental = true;
  template <class P>
  [[gnu::always_inline]] Jet<P> jet(const P& x) const {
    const P v = exp(x);
    return {v, v, v};
  }
};
struct Expm1Op {
  static constexpr bool transcendental = true;
  template <class P>
  [[gnu::always_inline]] Jet<P> jet(const P& x) const {
    const P e = exp(x);
    return {expm1(x), e, e};
  }
};
struct LogOp {
  static constexpr bool transcendental = true;
  template <class P>
  [[gnu::always_inline]] Jet<P> jet(const P& x) const {
    const P r = P(1) / x;
    return {log(x), r, -r * r};
  }
};
struct Log1pOp {
  static constexpr bool transcendental = true;
  template <class P>
  [[gnu::always_inline]] Jet<P> jet(const P& x) const {
    const P r = P(1) / (P(1) + x);
    return {log1p(x), r, -r * r};
  }
};
struct SqrtOp {
  static constexpr bool transcendental = true;
  template <class P>
  [[gnu::always_inline]] Jet<P> jet(const P& x) const {
    const P v = sqrt(x), s = P(typename P::Scalar(0.5)) / v;
    return {v, s, P(typename P::Scalar(-0.5)) * s / x};
  }
};
struct SquareOp {
  static constexpr bool transcendental = false;
  template <class P>
  [[gnu::always_inline]] Jet<P> jet(const P& x) const { return {x * x, x + x, P(2)}; }
};
struct InverseOp {
  static constexpr bool transcendental = false;
  template <class P>
  [[gnu::always_inline]] Jet<P> jet(const P& x) const {
    const P v = P(1) / x, s = -v * v;
    return {v, s, P(-2) * s * v};
  }
};
struct NegateOp {
  static constexpr bool transcendental = false;
  template <class P>
  [[gnu::always_inline]] Jet<P> jet(const P& x) const { return {-x, P(-1), P(0)}; }
};
struct AbsOp {
  static constexpr bool transcendental = false;
  template <class P>
  [[gnu::always_inline]] Jet<P> jet(const P& x) const {
    return {abs(x), select(x < P(0), P(-1), select(x > P(0), P(1), P(0))), P(0)};
  }
};
struct TanhOp {
  static constexpr bool transcendental = true;
  template <class P>
  [[gnu::always_inline]] Jet<P> jet(const P& x) const {
    const P v = tanh(x), s = P(1) - v * v;
    return {v, s, P(-2) * v * s};
  }
};
/// e^-|x| serves both tails: nothing cancels.
struct SigmoidOp {
  static constexpr bool transcendental = true;
  template <class P>
  [[gnu::always_inline]] Jet<P> jet(const P& x) const {
    const P e = exp(-abs(x)), r = P(1) / (P(1) + e), v = select(x < P(0), e * r, r), s = e * r * r;
    return {v, s, s * (P(1) - v - v)};
  }
};
struct SoftplusOp {
  static constexpr bool transcendental = true;
  template <class P>
  [[gnu::always_inline]] Jet<P> jet(const P& x) const {
    const P e = exp(-abs(x)), r = P(1) / (P(1) + e);
    return {max(P(0), x) + math::detail::log_one_plus_fraction(e), select(x < P(0), e * r, r), e * r * r};
  }
};

}  // namespace detail

template <TapeExpression A> auto exp(const A& a) { return detail::Unary<detail::ExpOp, A>(a); }
template <TapeExpression A> auto expm1(const A& a) { return detail::Unary<detail::Expm1Op, A>(a); }
template <TapeExpression A> auto log(const A& a) { return detail::Unary<detail::LogOp, A>(a); }
template <TapeExpression A> auto log1p(const A& a) { return detail::Unary<detail::Log1pOp, A>(a); }
template <TapeExpression A> auto sqrt(const A& a) { return detail::Unary<detail::SqrtOp, A>(a); }
template <TapeExpression A> auto tanh(const A& a) { return detail::Unary<detail::TanhOp, A>(a); }
/// a^2.
template <TapeExpression A> auto square(const A& a) { return detail::Unary<detail::SquareOp, A>(a); }
/// 1 / a.
template <TapeExpression A> auto inverse(const A& a) { return detail::Unary<detail::InverseOp, A>(a); }
/// Magnitude; the slope at 0 is 0.
template <TapeExpression A> auto abs(const A& a) { return detail::Unary<detail::AbsOp, A>(a); }
/// 1 / (1 + e^-a).
template <TapeExpression A> auto sigmoid(const A& a) { return detail::Unary<detail::SigmoidOp, A>(a); }
/// log(1 + e^a), without overflow.
template <TapeExpression A> auto softplus(const A& a) { return detail::Unary<detail::SoftplusOp, A>(a); }
template <TapeExpression A> auto operator-(const A& a) { return detail::Unary<detail::NegateOp, A>(a); }
template <TapeExpression A> auto operator+(const A& a) { return a; }

}  // namespace variate

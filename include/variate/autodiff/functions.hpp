#pragma once
/// Coefficient-wise functions of expressions: exp, log, log1p, expm1, sqrt, square, tanh, sigmoid, softplus, abs, inverse, pow.
/// Each gives value and slope together, so that they share the exponential.
#include "variate/autodiff/dual_functions.hpp"
#include "variate/autodiff/expression.hpp"

namespace variate {
namespace detail {

struct ExpOp {
  static constexpr bool transcendental = true;
  template <class L>
  [[gnu::always_inline]] void apply(const L& x, L& value, L& slope) const { value = slope = exp(x); }
};
struct Expm1Op {
  static constexpr bool transcendental = true;
  template <class L>
  [[gnu::always_inline]] void apply(const L& x, L& value, L& slope) const {
    value = expm1(x);
    slope = exp(x);
  }
};
struct LogOp {
  static constexpr bool transcendental = true;
  template <class L>
  [[gnu::always_inline]] void apply(const L& x, L& value, L& slope) const {
    value = log(x);
    slope = L(1) / x;
  }
};
struct Log1pOp {
  static constexpr bool transcendental = true;
  template <class L>
  [[gnu::always_inline]] void apply(const L& x, L& value, L& slope) const {
    value = log1p(x);
    slope = L(1) / (L(1) + x);
  }
};
struct SqrtOp {
  static constexpr bool transcendental = true;
  template <class L>
  [[gnu::always_inline]] void apply(const L& x, L& value, L& slope) const {
    value = sqrt(x);
    slope = L(typename L::Scalar(0.5)) / value;
  }
};
struct SquareOp {
  static constexpr bool transcendental = false;
  template <class L>
  [[gnu::always_inline]] void apply(const L& x, L& value, L& slope) const {
    value = x * x;
    slope = x + x;
  }
};
struct InverseOp {
  static constexpr bool transcendental = false;
  template <class L>
  [[gnu::always_inline]] void apply(const L& x, L& value, L& slope) const {
    value = L(1) / x;
    slope = -value * value;
  }
};
struct NegateOp {
  static constexpr bool transcendental = false;
  template <class L>
  [[gnu::always_inline]] void apply(const L& x, L& value, L& slope) const {
    value = -x;
    slope = L(-1);
  }
};
struct AbsOp {
  static constexpr bool transcendental = false;
  template <class L>
  [[gnu::always_inline]] void apply(const L& x, L& value, L& slope) const {
    value = abs(x);
    slope = select(x < L(0), L(-1), select(x > L(0), L(1), L(0)));
  }
};
struct TanhOp {
  static constexpr bool transcendental = true;
  template <class L>
  [[gnu::always_inline]] void apply(const L& x, L& value, L& slope) const {
    value = tanh(x);
    slope = L(1) - value * value;
  }
};
/// e^-|x| serves both tails: neither value nor slope cancels.
struct SigmoidOp {
  static constexpr bool transcendental = true;
  template <class L>
  [[gnu::always_inline]] void apply(const L& x, L& value, L& slope) const {
    const L e = exp(-abs(x));
    const L r = L(1) / (L(1) + e);
    value = select(x < L(0), e * r, r);
    slope = e * r * r;
  }
};
struct SoftplusOp {
  static constexpr bool transcendental = true;
  template <class L>
  [[gnu::always_inline]] void apply(const L& x, L& value, L& slope) const {
    const L e = exp(-abs(x));
    const L r = L(1) / (L(1) + e);
    value = max(x, L(0)) + log1p(e);
    slope = select(x < L(0), e * r, r);
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

#pragma once
/// Coefficient-wise functions of expressions: exp, expm1, log, log1p, sqrt, square, inverse, pow, abs, sin, cos, tanh, sigmoid,
/// log_sigmoid, softplus; and the minus sign. The shape stays.
/// Value and derivatives come together, so that they share the exponential.
#include <cmath>
#include <type_traits>

#include "variate/autodiff/expression.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/expm1.hpp"
#include "variate/math/log.hpp"
#include "variate/math/log1p.hpp"
#include "variate/math/softplus.hpp"
#include "variate/math/tanh.hpp"
#include "variate/math/trigonometric.hpp"

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
  [[gnu::always_inline]] Jet<P> jet(const P& x) const {
    return {x * x, x + x, P(2)};
  }
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
  [[gnu::always_inline]] Jet<P> jet(const P& x) const {
    return {-x, P(-1), P(0)};
  }
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
    const P v = tanh(x), s = slope_where(v);
    return {v, s, P(-2) * v * s};
  }
  /// The slope where the value is v.
  template <class P>
  [[gnu::always_inline]] static P slope_where(const P& v) {
    return P(1) - v * v;
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

struct SinOp {
  static constexpr bool transcendental = true;
  template <class P>
  [[gnu::always_inline]] Jet<P> jet(const P& x) const {
    const P v = sin(x);
    return {v, cos(x), -v};
  }
};
struct CosOp {
  static constexpr bool transcendental = true;
  template <class P>
  [[gnu::always_inline]] Jet<P> jet(const P& x) const {
    const P v = cos(x);
    return {v, -sin(x), -v};
  }
};
/// x^p, a lane at a time; whole powers of negative numbers are fine.
template <class T>
struct PowOp {
  static constexpr bool transcendental = true;
  T power;
  template <class P>
  Jet<P> jet(const P& x) const {
    const auto term = [&x](T factor, T p) {
      return factor == 0 ? P(T(0)) : P::each([factor, p](T a) { return factor * std::pow(a, p); }, x);
    };
    return {term(1, power), term(power, power - 1), term(power * (power - 1), power - 2)};
  }
};

}  // namespace detail

template <TapeExpression A>
auto exp(const A& a) {
  return detail::Unary<detail::ExpOp, A>(a);
}
template <TapeExpression A>
auto expm1(const A& a) {
  return detail::Unary<detail::Expm1Op, A>(a);
}
template <TapeExpression A>
auto log(const A& a) {
  return detail::Unary<detail::LogOp, A>(a);
}
template <TapeExpression A>
auto log1p(const A& a) {
  return detail::Unary<detail::Log1pOp, A>(a);
}
template <TapeExpression A>
auto sqrt(const A& a) {
  return detail::Unary<detail::SqrtOp, A>(a);
}
template <TapeExpression A>
auto tanh(const A& a) {
  return detail::Unary<detail::TanhOp, A>(a);
}
/// a^2.
template <TapeExpression A>
auto square(const A& a) {
  return detail::Unary<detail::SquareOp, A>(a);
}
/// 1 / a.
template <TapeExpression A>
auto inverse(const A& a) {
  return detail::Unary<detail::InverseOp, A>(a);
}
/// Magnitude; the slope at 0 is 0.
template <TapeExpression A>
auto abs(const A& a) {
  return detail::Unary<detail::AbsOp, A>(a);
}
/// 1 / (1 + e^-a).
template <TapeExpression A>
auto sigmoid(const A& a) {
  return detail::Unary<detail::SigmoidOp, A>(a);
}
/// log(1 + e^a), without overflow.
template <TapeExpression A>
auto softplus(const A& a) {
  return detail::Unary<detail::SoftplusOp, A>(a);
}
/// log(sigmoid(a)).
template <TapeExpression A>
auto log_sigmoid(const A& a) {
  return -softplus(-a);
}
template <TapeExpression A>
auto sin(const A& a) {
  return detail::Unary<detail::SinOp, A>(a);
}
template <TapeExpression A>
auto cos(const A& a) {
  return detail::Unary<detail::CosOp, A>(a);
}
/// a^power for a fixed power. Not a vector kernel: prefer square, sqrt, inverse where they will do.
template <TapeExpression A, class Power>
  requires std::is_arithmetic_v<Power>
auto pow(const A& a, Power power) {
  using Op = detail::PowOp<typename detail::LaneTraits<typename A::Lane>::Scalar>;
  return detail::Unary<Op, A>(a, Op{static_cast<decltype(Op::power)>(power)});
}
template <TapeExpression A>
auto operator-(const A& a) {
  return detail::Unary<detail::NegateOp, A>(a);
}
template <TapeExpression A>
auto operator+(const A& a) {
  return a;
}

}  // namespace variate

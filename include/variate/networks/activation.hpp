#pragma once
/// What a network applies to each number between its layers.
#include <type_traits>

#include "variate/autodiff/functions.hpp"
#include "variate/autodiff/fused.hpp"
#include "variate/autodiff/product.hpp"

namespace variate {

/// The function between two layers, or after the last one. `relu` is max(x, 0) with slope 0 at 0 (Nair and Hinton 2010),
/// `leaky_relu` is x where x > 0 and x/100 elsewhere (Maas et al. 2013), `softplus` log(1 + e^x).
enum class Activation { identity, tanh, relu, leaky_relu, softplus, sigmoid };

namespace detail {

struct ReluOp {
  static constexpr bool transcendental = false;
  template <class P>
  [[gnu::always_inline]] Jet<P> jet(const P& x) const {
    return {max(P(0), x), slope_where(x), P(0)};
  }
  template <class P>
  [[gnu::always_inline]] static P slope_where(const P& v) {
    return select(v > P(0), P(1), P(0));
  }
};
struct LeakyReluOp {
  static constexpr bool transcendental = false;
  template <class P>
  [[gnu::always_inline]] Jet<P> jet(const P& x) const {
    const P slope = slope_where(x);
    return {x * slope, slope, P(0)};
  }
  template <class P>
  [[gnu::always_inline]] static P slope_where(const P& v) {
    return select(v > P(0), P(1), P(typename P::Scalar(0.01)));
  }
};

/// The function of an activation whose slope is known from its value to the last bit: it takes no node of its own after a layer.
template <Activation activation>
using AfterLayer = std::conditional_t<
    activation == Activation::tanh, TanhOp,
    std::conditional_t<activation == Activation::relu, ReluOp,
                       std::conditional_t<activation == Activation::leaky_relu, LeakyReluOp, NothingAfter>>>;

}  // namespace detail

/// The activation of every coefficient of an expression; the shape stays.
template <Activation activation, TapeExpression A>
auto activate(const A& a) {
  if constexpr (activation == Activation::tanh) return tanh(a);
  else if constexpr (activation == Activation::relu) return detail::Unary<detail::ReluOp, A>(a);
  else if constexpr (activation == Activation::leaky_relu) return detail::Unary<detail::LeakyReluOp, A>(a);
  else if constexpr (activation == Activation::softplus) return softplus(a);
  else if constexpr (activation == Activation::sigmoid) return sigmoid(a);
  else return a;
}

/// alpha x + delta |x|: a slope for each side of zero, alpha + delta and alpha - delta.
template <TapeExpression A>
auto two_slopes(const A& a, double alpha = 1, double delta = 0.9) {
  return alpha * a + delta * abs(a);
}
/// alpha x + (1 - alpha) tanh x: slope 1 at zero, alpha far away. Invertible for 0 < alpha.
template <TapeExpression A>
auto leaky_tanh(const A& a, double alpha = 0.3) {
  return alpha * a + (1 - alpha) * tanh(a);
}

}  // namespace variate

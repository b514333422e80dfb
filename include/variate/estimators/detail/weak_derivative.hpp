#pragma once
/// How the derivative of a law by one of its parameters is a difference of two laws: `WeakDerivative<D>` for each family that
/// has it.
///
/// A coordinate has its own draw x, called number 0, and `alternatives` others, numbers 1, 2, ..., made of x, a uniform u and
/// its theta. The slope of E f by parameter p is the mean of weight(p) (f(plus) - f(minus)), plus and minus numbers of these
/// draws.
#include <array>
#include <cmath>
#include <cstddef>

#include "variate/core/types.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/distributions/exponential.hpp"
#include "variate/distributions/gamma.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/distributions/poisson.hpp"

namespace variate::detail {

/// A pair of draws by their numbers.
struct WeakPair {
  Index plus, minus;
};

template <class D>
struct WeakDerivative {
  static constexpr bool exists = false;
};

/// loc: (f(loc + s) - f(loc - s))/(scale sqrt(2 pi)), s/scale a Rayleigh number, the same on both sides. log scale: f at a
/// double-sided Maxwell number less f at a normal one; here the normal is the draw itself, z, and the Maxwell number has the
/// same sign and the square z^2 - 2 log(1-u), which is chi-square with 3 degrees of freedom.
template <class S>
struct WeakDerivative<Normal<S>> {
  static constexpr bool exists = true, uses_uniforms = true;
  static constexpr std::size_t parameters = 2;
  static constexpr Index alternatives = 3;
  static constexpr std::array<WeakPair, parameters> pairs{{{1, 2}, {3, 0}}};
  using Theta = std::array<S, parameters>;

  static std::array<S, 3> others(S x, S u, const Theta& theta) {
    const S scale = std::exp(theta[1]), two_waits = S(-2) * std::log1p(-u), s = scale * std::sqrt(two_waits);
    const S z = (x - theta[0]) / scale;
    return {theta[0] + s, theta[0] - s, theta[0] + scale * std::copysign(std::sqrt(z * z + two_waits), z)};
  }
  static Theta weights(S, S, const Theta& theta) {
    return {S(0.39894228040143267793994605993438L) * std::exp(-theta[1]), S(1)};
  }
};

/// p (1 - p) (f(1) - f(0)).
template <class S>
struct WeakDerivative<Bernoulli<S>> {
  static constexpr bool exists = true, uses_uniforms = false;
  static constexpr std::size_t parameters = 1;
  static constexpr Index alternatives = 1;
  static constexpr std::array<WeakPair, parameters> pairs{{{1, 0}}};
  using Theta = std::array<S, parameters>;

  static std::array<S, 1> others(S x, S, const Theta&) { return {S(1) - x}; }
  static Theta weights(S x, S, const Theta& theta) {
    const S odds = std::exp(-std::abs(theta[0])), slope = odds / ((S(1) + odds) * (S(1) + odds));
    return {x > S(0.5) ? -slope : slope};
  }
};

/// rate (f(k + 1) - f(k)).
template <class S>
struct WeakDerivative<Poisson<S>> {
  static constexpr bool exists = true, uses_uniforms = false;
  static constexpr std::size_t parameters = 1;
  static constexpr Index alternatives = 1;
  static constexpr std::array<WeakPair, parameters> pairs{{{1, 0}}};
  using Theta = std::array<S, parameters>;

  static std::array<S, 1> others(S x, S, const Theta&) { return {x + S(1)}; }
  static Theta weights(S, S, const Theta& theta) { return {std::exp(theta[0])}; }
};

/// As Gamma's rate, with concentration 1.
template <class S>
struct WeakDerivative<Exponential<S>> {
  static constexpr bool exists = true, uses_uniforms = true;
  static constexpr std::size_t parameters = 1;
  static constexpr Index alternatives = 1;
  static constexpr std::array<WeakPair, parameters> pairs{{{0, 1}}};
  using Theta = std::array<S, parameters>;

  static std::array<S, 1> others(S x, S u, const Theta& theta) { return {x - std::log1p(-u) * std::exp(-theta[0])}; }
  static Theta weights(S, S, const Theta&) { return {S(1)}; }
};

/// With t exponential of rate 1, so that x + t/rate has a concentration larger by 1. log rate: a (f(x) - f(x + t/rate)). log a:
/// a (f(x + t/rate) - f(x))/t, because a gamma number of concentration a + h is the sum of two, and the smaller has, for small
/// h, density h e^-t/t away from 0 (the Levy measure of the gamma process).
template <class S>
struct WeakDerivative<Gamma<S>> {
  static constexpr bool exists = true, uses_uniforms = true;
  static constexpr std::size_t parameters = 2;
  static constexpr Index alternatives = 1;
  static constexpr std::array<WeakPair, parameters> pairs{{{1, 0}, {0, 1}}};
  using Theta = std::array<S, parameters>;

  static std::array<S, 1> others(S x, S u, const Theta& theta) { return {x - std::log1p(-u) * std::exp(-theta[1])}; }
  static Theta weights(S, S u, const Theta& theta) {
    const S a = std::exp(theta[0]);
    return {-a / std::log1p(-u), a};
  }
};

}  // namespace variate::detail

#pragma once
#include <cmath>

#include "variate/core/error.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/sigmoid.hpp"
#include "variate/random/fill.hpp"
#include "variate/simulation/numbers.hpp"

namespace variate {

/// A walk from 0 that goes up by 1 with probability sigmoid(theta), else down by 1. One parameter, one output, n_timesteps + 1
/// numbers. The direction is a straight-through choice: d(step)/dtheta = 2 y (1 - y) / temperature, y = sigmoid((theta + noise) /
/// temperature).
template <std::floating_point T = double>
class RandomWalk {
 public:
  using Scalar = T;

  /// Throws InvalidArgument if n_timesteps < 1, DomainError unless the temperature is positive.
  explicit RandomWalk(Index n_timesteps, T temperature = T(0.1)) : steps_(n_timesteps), temperature_(temperature) {
    detail::require_at_least("RandomWalk", "n_timesteps", n_timesteps, 1);
    detail::require_positive("RandomWalk", "temperature", temperature);
  }
  Index n_timesteps() const { return steps_; }

  /// Where it stands, and all steps with their slopes: theta is known from the start, so they are made side by side.
  template <class X>
  struct State {
    X position{0};
    Row<T> move{}, slope{};
    Index time = 0;
    void detach() { variate::detach(position); }
  };
  template <class X, class R>
  State<X> initialize(const Vector<X>& theta, R& rng) const {
    detail::require_size("RandomWalk", "number of parameters", theta.size(), 1);
    State<X> state;
    Batch<T> z = uniforms<T>(rng, 1, steps_);
    math::logit(z.data(), z.data(), steps_);
    z.array() += value_of(theta[0]);
    state.move = z.unaryExpr([](T x) { return std::isnan(x) ? x : x > 0 ? T(1) : T(-1); });
    if constexpr (differentiates<X>) {
      state.slope = z.cwiseAbs() / -temperature_;
      math::exp(state.slope.data(), state.slope.data(), steps_);
      state.slope = 2 / temperature_ * state.slope.array() / (1 + state.slope.array()).square();
    }
    return state;
  }
  template <class X, class R>
  void step(const Vector<X>& theta, State<X>& state, R&) const {
    if constexpr (differentiates<X>) state.position += with_slopes(state.move[state.time], state.slope[state.time], theta[0]);
    else state.position += state.move[state.time];
    ++state.time;
  }
  template <class X>
  X observe(const State<X>& state) const {
    return state.position;
  }

 private:
  Index steps_;
  T temperature_;
};

}  // namespace variate

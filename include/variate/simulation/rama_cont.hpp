#pragma once
#include <cmath>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/random/fill.hpp"
#include "variate/simulation/relaxations.hpp"

namespace variate {

/// Cont's (2007) market of agents that trade when a common signal exceeds their threshold nu_i and now and then take the last
/// return for a new threshold:
///
///     order_i = [e_t > nu_i] - [e_t < -nu_i],   e_t ~ N(0, sigma),   r_t = sum_i order_i / (N eta),
///     nu_i <- |r_t| with probability s.
///
/// Four parameters: a, b, sigma, eta; nu_i starts as exp(a + b e). Orders are differentiated as sigmoid(k (e - nu)) -
/// sigmoid(k (-nu - e)). One output, the returns r_0 = 0, r_1, ...
template <std::floating_point T = double>
class RamaCont {
 public:
  using Scalar = T;

  /// Throws InvalidArgument if there are no agents or steps, DomainError unless 0 < s < 1 and k > 0.
  RamaCont(Index n_agents, Index n_timesteps, T s, T sigmoid_k) : agents_(n_agents), steps_(n_timesteps), s_(s), k_(sigmoid_k) {
    detail::require_at_least("RamaCont", "n_agents", n_agents, 1);
    detail::require_at_least("RamaCont", "n_timesteps", n_timesteps, 1);
    if (!(s > 0 && s < 1)) throw DomainError(detail::complaint("RamaCont", "s", s, "a probability inside (0, 1)"));
    detail::require_positive("RamaCont", "sigmoid_k", sigmoid_k);
  }
  Index n_timesteps() const { return steps_; }

  template <class X>
  struct State {
    std::vector<X> threshold{};
    X value{0};         ///< the last return
    Batch<T> noise{};   ///< of a step: who takes a new threshold
    void detach() {
      variate::detach(threshold);
      variate::detach(value);
    }
  };
  template <class X, class R>
  State<X> initialize(const Vector<X>& theta, R& rng) const {
    using std::exp;
    detail::require_size("RamaCont", "number of parameters", theta.size(), 4);
    State<X> state;
    state.noise = normals<T>(rng, 1, agents_);
    state.threshold.reserve(static_cast<std::size_t>(agents_));
    for (Index i = 0; i < agents_; ++i) state.threshold.push_back(exp(theta[0] + theta[1] * state.noise(0, i)));
    return state;
  }
  template <class X, class R>
  void step(const Vector<X>& theta, State<X>& state, R& rng) const {
    using std::abs;
    const T e = normals<T>(rng, 1, 1)(0, 0);
    fill_uniforms(rng, state.noise);
    const X signal = theta[2] * e;
    const T s = value_of(signal);
    X orders(T(0));
    for (const X& threshold : state.threshold) {
      const T nu = value_of(threshold), hard = static_cast<T>(s > nu) - static_cast<T>(s < -nu);
      if constexpr (differentiates<X>) {
        const T up = slope(s - nu), down = slope(-nu - s);
        orders += with_slopes(hard, up + down, signal, down - up, threshold);
      } else {
        orders += hard;
      }
    }
    state.value = orders / (T(static_cast<double>(agents_)) * theta[3]);
    const X size = abs(state.value);
    for (Index i = 0; i < agents_; ++i)  // u / (1 - u) s / (1 - s) > 1: the choice does not depend on the parameters
      if (state.noise(0, i) > 1 - s_) state.threshold[static_cast<std::size_t>(i)] = size;
  }
  template <class X>
  X observe(const State<X>& state) const {
    return state.value;
  }

 private:
  /// k sigmoid'(k x).
  T slope(T x) const {
    const T e = std::exp(-std::abs(k_ * x));
    return k_ * e / ((1 + e) * (1 + e));
  }
  Index agents_, steps_;
  T s_, k_;
};

}  // namespace variate

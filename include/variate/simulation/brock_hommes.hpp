#pragma once
#include <array>
#include <cmath>

#include "variate/core/error.hpp"
#include "variate/random/fill.hpp"
#include "variate/simulation/relaxations.hpp"

namespace variate {

/// Brock and Hommes' (1998) market of traders that switch between four forecasts of the price x:
///
///     x_t = (sum_h n_h (g_h x_(t-1) + b_h) + sigma e_t) / R,   n = softmax of the profits
///     beta (x_(t-1) - R x_(t-2)) (g_h x_(t-3) + b_h - R x_(t-2)),   e_t standard normal,   R = 1 + r.
///
/// Eleven parameters: log beta, g_1..g_4, b_1..b_4, log sigma, log r. As in BlackBIRDS, each g goes through
/// soft_maximum(soft_minimum(g, 1), 0.001) first, which distorts it strongly (0 acts as 0.316, 0.9 as 0.733). One output of
/// n_timesteps + 3 numbers that begins with three zeros.
template <std::floating_point T = double>
class BrockHommes {
 public:
  using Scalar = T;
  static constexpr Index n_parameters = 11;

  /// Throws InvalidArgument if n_timesteps < 1.
  explicit BrockHommes(Index n_timesteps = 100) : steps_(n_timesteps) {
    detail::require_at_least("BrockHommes", "n_timesteps", n_timesteps, 1);
  }
  Index n_timesteps() const { return steps_; }

  /// What the market runs on: the parameters as they act.
  template <class X>
  struct Parameters {
    X beta;
    std::array<X, 4> g, b;
    X sigma, rate;  ///< rate: R
  };
  template <class X>
  Parameters<X> prepare(const Vector<X>& theta) const {
    using std::exp;
    detail::require_size("BrockHommes", "number of parameters", theta.size(), n_parameters);
    Parameters<X> p;
    p.beta = exp(theta[0]);
    for (Index h = 0; h < 4; ++h) {
      p.g[static_cast<std::size_t>(h)] = soft_maximum(soft_minimum(theta[1 + h], X(T(1))), X(T(0.001)));
      p.b[static_cast<std::size_t>(h)] = theta[5 + h];
    }
    p.sigma = exp(theta[9]);
    p.rate = T(1) + exp(theta[10]);
    return p;
  }

  /// The last three prices, the newest first, and the noise of all steps.
  template <class X>
  struct State {
    std::array<X, 3> price{X(T(0)), X(T(0)), X(T(0))};
    Batch<T> noise{};
    Index time = 0;
    void detach() { variate::detach(price); }
  };
  template <class X, class R>
  State<X> initialize(const Parameters<X>&, R& rng) const {
    State<X> state;
    state.noise = normals<T>(rng, 1, steps_);
    return state;
  }
  template <class X, class R>
  void step(const Parameters<X>& p, State<X>& state, R&) const {
    using std::exp;
    auto& [x1, x2, x3] = state.price;
    const X held = p.rate * x2, gain = p.beta * (x1 - held);
    std::array<X, 4> share;
    T highest{};
    for (std::size_t h = 0; h < 4; ++h) {
      share[h] = gain * (p.g[h] * x3 + p.b[h] - held);
      if (h == 0 || value_of(share[h]) > highest) highest = value_of(share[h]);
    }
    X sum(T(0)), forecast(T(0));
    for (std::size_t h = 0; h < 4; ++h) {
      const X weight = exp(share[h] - highest);
      sum += weight;
      forecast += weight * (p.g[h] * x1 + p.b[h]);
    }
    const X next = (forecast / sum + p.sigma * state.noise(0, state.time++)) / p.rate;
    x3 = x2;
    x2 = x1;
    x1 = next;
  }
  template <class X>
  X observe(const State<X>& state) const {
    return state.price[0];
  }
  template <class X>
  Batch<X> observe_initial(const State<X>& state) const {
    Batch<X> first(1, 3);
    for (Index i = 0; i < 3; ++i) first(0, i) = state.price[static_cast<std::size_t>(2 - i)];
    return first;
  }

 private:
  Index steps_;
};

}  // namespace variate

#pragma once
#include <limits>

#include "variate/core/error.hpp"
#include "variate/random/fill.hpp"
#include "variate/simulation/numbers.hpp"

namespace variate {

/// 0, then n_timesteps independent numbers mu + sigma e, e standard normal. Two parameters: mu, sigma. A sigma that is not positive
/// gives NaN, so that the sample is dropped.
template <std::floating_point T = double>
class NormalModel {
 public:
  using Scalar = T;

  /// Throws InvalidArgument if n_timesteps < 1.
  explicit NormalModel(Index n_timesteps) : steps_(n_timesteps) {
    detail::require_at_least("NormalModel", "n_timesteps", n_timesteps, 1);
  }
  Index n_timesteps() const { return steps_; }

  template <class X>
  struct State {
    X x{0};
    Batch<T> noise{};
    Index time = 0;
    void detach() { variate::detach(x); }
  };
  template <class X, class R>
  State<X> initialize(const Vector<X>& theta, R& rng) const {
    detail::require_size("NormalModel", "number of parameters", theta.size(), 2);
    State<X> state;
    state.noise = normals<T>(rng, 1, steps_);
    return state;
  }
  template <class X, class R>
  void step(const Vector<X>& theta, State<X>& state, R&) const {
    if (value_of(theta[1]) > 0) state.x = theta[0] + theta[1] * state.noise(0, state.time++);
    else state.x = X(std::numeric_limits<T>::quiet_NaN());
  }
  template <class X>
  X observe(const State<X>& state) const {
    return state.x;
  }

 private:
  Index steps_;
};

}  // namespace variate

#pragma once
/// A simulator, and how it is run.
///
///     struct Walk {
///       Index n_timesteps() const { return 100; }
///       template <class X, class R> X initialize(const Vector<X>& theta, R& rng) const;    // the first state
///       template <class X, class R> void step(const Vector<X>& theta, X& state, R& rng) const;  // the next one, in place
///       template <class X> X observe(const X& state) const;                                // one number for each output
///     };
///
/// X is whatever number the run is made with: double, `Dual` (forward mode) or `Reverse` (a tape). Everything that depends on the
/// parameters is computed in X.
#include <array>
#include <concepts>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/simulation/numbers.hpp"

namespace variate {
namespace detail {

/// theta, or what the simulator makes of it once for a whole run by a member prepare(theta).
template <class M, class X>
decltype(auto) prepared(const M& model, const Vector<X>& theta) {
  if constexpr (requires { model.prepare(theta); }) return model.prepare(theta);
  else return (theta);
}
template <class M, class X, class R>
auto first_state(const M& model, const Vector<X>& theta, R& rng) {
  return model.initialize(detail::prepared(model, theta), rng);
}
/// How many outputs an observation has, and which.
template <class X, class O>
Index outputs_of(const O& o) {
  if constexpr (std::convertible_to<O, X>) return 1;
  else return static_cast<Index>(o.size());
}
template <class X, class O>
void put_outputs(const O& o, Batch<X>& all, Index column) {
  if constexpr (std::convertible_to<O, X>) {
    all(0, column) = o;
  } else {
    require_size("simulate_and_observe", "number of outputs", static_cast<Index>(o.size()), all.rows());
    if constexpr (requires { o[std::size_t{}]; })
      for (Index k = 0; k < all.rows(); ++k) all(k, column) = o[static_cast<std::size_t>(k)];
    else
      for (Index k = 0; k < all.rows(); ++k) all(k, column) = o.coeff(k);
  }
}

}  // namespace detail

/// Has n_timesteps(), initialize(theta, rng), step(theta, state, rng) and observe(state) for numbers X. `observe` gives a number,
/// or a std::array, std::vector or Eigen vector of them, one for each output.
///
/// It may have prepare(theta), whose answer `initialize` and `step` are then given instead of theta: what is to be computed once
/// for a run; and observe_initial(state), an outputs x m batch, where the first state is worth more than one observation.
template <class M, class X>
concept Simulator = std::copy_constructible<M> && requires(const M& m, const Vector<X>& theta, detail::AnyRng& rng) {
  { m.n_timesteps() } -> std::convertible_to<Index>;
  requires requires(decltype(detail::first_state(m, theta, rng))& state) {
    m.step(detail::prepared(m, theta), state, rng);
    m.observe(state);
  };
};

/// Runs a simulator: outputs x time, the first column (or those of observe_initial) from the first state, then one for each step.
///
/// `gradient_horizon` says how far derivatives reach back: the column that step t = 0, 1, ... makes depends on the parameters
/// through the steps t - horizon, ..., t, the state before them held; while t <= horizon, through the first state as well. None:
/// through everything. 0: through the step that made it alone. Values do not change. A horizon h > 0 is a true truncation and
/// costs h + 1 times a run: h + 1 states, each let go at another step, are taken along with the same noise (copies of rng).
/// InvalidArgument if the horizon is negative or longer than the run, if there is no step to make, or if there is a horizon and
/// `detach` does not know the state.
template <class M, class X, class R>
Batch<X> simulate_and_observe(const M& model, const Vector<X>& theta, R& rng, std::optional<Index> gradient_horizon = {}) {
  constexpr const char* name = "simulate_and_observe";
  const Index steps = model.n_timesteps();
  detail::require_at_least(name, "n_timesteps", steps, 1);
  const Index horizon = gradient_horizon.value_or(steps);
  if (horizon < 0 || horizon > steps)
    throw InvalidArgument(detail::complaint(name, "gradient_horizon", horizon,
                                            "none, or from 0 to the " + std::to_string(steps) + " steps of the run"));
  decltype(auto) parameters = detail::prepared(model, theta);
  auto state = model.initialize(parameters, rng);
  Batch<X> all;
  Index column = 0;
  if constexpr (requires { model.observe_initial(state); }) {
    const auto first = model.observe_initial(state);
    column = first.cols();
    all.resize(first.rows(), column + steps);
    for (Index k = 0; k < first.rows(); ++k)
      for (Index c = 0; c < column; ++c) all(k, c) = first(k, c);
  } else {
    const auto first = model.observe(state);
    all.resize(detail::outputs_of<X>(first), 1 + steps);
    detail::put_outputs(first, all, column++);
  }
  const bool everything = !differentiates<X> || horizon + 1 >= steps;
  const auto record = [&](const auto& now) { detail::put_outputs(model.observe(now), all, column++); };
  if (everything) {
    for (Index t = 0; t < steps; ++t) {
      model.step(parameters, state, rng);
      record(state);
    }
  } else if constexpr (!detail::detachable<decltype(state)>()) {
    throw InvalidArgument(detail::complaint(name, "gradient_horizon", horizon,
                                            "none, because the state has no member detach() that calls variate::detach on its numbers"));
  } else if (horizon == 0) {
    for (Index t = 0; t < steps; ++t) {
      if (t > 0) detach(state);
      model.step(parameters, state, rng);
      record(state);
    }
  } else {
    static_assert(std::copyable<R>, "a gradient horizon needs an engine that can be copied.");
    std::vector<decltype(state)> live{std::move(state)};  // the longest on the way first
    for (Index t = 0; t < steps; ++t) {
      if (t > 0) {
        live.push_back(live.back());
        detach(live.back());
      }
      if (static_cast<Index>(live.size()) > horizon + 1) live.erase(live.begin());
      const R start = rng;
      for (auto& one : live) {
        rng = start;
        model.step(parameters, one, rng);
      }
      record(live.front());
    }
  }
  return all;
}

}  // namespace variate

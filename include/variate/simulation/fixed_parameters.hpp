#pragma once
#include <string>
#include <utility>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/simulation/simulator.hpp"

namespace variate {

/// A simulator of which only some parameters are free: theta holds those, in the order of `free`; the others stay as in `all`.
template <class M, class T = double>
class FixedParameters {
 public:
  using Scalar = T;

  /// InvalidArgument if a number of `all` is not finite, or an index of `free` is out of range or named twice.
  FixedParameters(M simulator, Vector<T> all, std::vector<Index> free)
      : simulator_(std::move(simulator)), all_(std::move(all)), free_(std::move(free)) {
    detail::require_finite("FixedParameters", "all", all_);
    std::vector<bool> named(static_cast<std::size_t>(all_.size()), false);
    for (const Index i : free_) {
      if (i < 0 || i >= all_.size() || named[static_cast<std::size_t>(i)])
        throw InvalidArgument(detail::complaint("FixedParameters", "free", i,
                                                "each parameter from 0 to " + std::to_string(all_.size() - 1) + " once"));
      named[static_cast<std::size_t>(i)] = true;
    }
  }
  Index n_timesteps() const { return simulator_.n_timesteps(); }
  const M& simulator() const { return simulator_; }

  template <class X>
  auto prepare(const Vector<X>& theta) const {
    detail::require_size("FixedParameters", "number of parameters", theta.size(), static_cast<Index>(free_.size()));
    Vector<X> full(all_.size());
    for (Index i = 0; i < full.size(); ++i) full[i] = X(all_[i]);
    for (Index k = 0; k < theta.size(); ++k) full[free_[static_cast<std::size_t>(k)]] = theta[k];
    if constexpr (requires { simulator_.prepare(full); }) return simulator_.prepare(full);
    else return full;
  }
  template <class P, class R>
  auto initialize(const P& parameters, R& rng) const {
    return simulator_.initialize(parameters, rng);
  }
  template <class P, class S, class R>
  void step(const P& parameters, S& state, R& rng) const {
    simulator_.step(parameters, state, rng);
  }
  template <class S>
  auto observe(const S& state) const {
    return simulator_.observe(state);
  }
  template <class S>
    requires requires(const M& m, const S& s) { m.observe_initial(s); }
  auto observe_initial(const S& state) const {
    return simulator_.observe_initial(state);
  }

 private:
  M simulator_;
  Vector<T> all_;
  std::vector<Index> free_;
};
template <class M, class V>
FixedParameters(M, V, std::vector<Index>) -> FixedParameters<M, typename V::Scalar>;

}  // namespace variate

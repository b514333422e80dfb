#pragma once
/// Temperatures that fall as learning goes on.
#include <algorithm>
#include <cmath>
#include <concepts>
#include <utility>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/optimizers/schedules.hpp"

namespace variate {

/// exp(-rate t), t the number of steps taken rounded down to a multiple of `every` (Jang, Gu and Poole 2017, appendix: rate
/// 1e-5 or 1e-4, every 500 or 1000). A Schedule, so that the optimizers take it too.
struct TemperatureDecay {
  double rate = 1e-4;  ///< of the exponential, for each step; positive
  Index every = 1;     ///< steps between two changes, at least 1
  double operator()(Index step) const { return std::exp(-rate * static_cast<double>(step - step % every)); }
  /// Throws InvalidArgument or DomainError for options out of range.
  void check() const {
    detail::require_positive("TemperatureDecay", "rate", rate);
    detail::require_at_least("TemperatureDecay", "every", every, 1);
  }
};

namespace detail {

template <class E>
concept HasTemperature = std::copy_constructible<E> && requires(E& e) {
  { e.temperature } -> std::same_as<double&>;
};

}  // namespace detail

/// A relaxation whose temperature follows a schedule: max(floor, temperature * schedule(t)), with the temperature it is given to
/// start from and t the number of steps taken. `learn` counts them, so that a step that was refused does not cool anything:
///
///     Annealed{GumbelSoftmax{1.0}, TemperatureDecay{.rate = 1e-4}}          // max(0.5, exp(-1e-4 t))
///
/// For `GumbelSoftmax`, `StraightThroughGumbelSoftmax`, `GumbelRao`, `ReinMax` and whatever has a member `temperature`; any
/// Schedule of the optimizers will do. (`Rebar` and `Relax` learn theirs.) Biased as the estimator inside is at that temperature.
/// Throws DomainError unless the first temperature and the floor are positive and finite.
template <class E, class S = TemperatureDecay>
class Annealed {
 public:
  explicit Annealed(E estimator, S schedule = {}, double floor = 0.5)
      : estimator_(std::move(estimator)), schedule_(std::move(schedule)), floor_(floor) {
    static_assert(detail::HasTemperature<E>, "Annealed needs an estimator with a member `double temperature`.");
    static_assert(Schedule<S>, "Annealed needs a schedule: a callable from the number of steps taken to a factor.");
    detail::require_positive("Annealed", "temperature", estimator_.temperature);
    detail::require_positive("Annealed", "floor", floor);
    detail::check_schedule(schedule_);
  }

  Index steps() const { return steps_; }  ///< taken so far
  /// As it stands.
  double temperature() const { return std::max(floor_, estimator_.temperature * static_cast<double>(schedule_(steps_))); }

  template <class Q, class F>
  static constexpr bool accepts = E::template accepts<Q, F>;
  template <class Q, class F>
  static constexpr detail::Never explain() {
    return E::template explain<Q, F>();
  }

  template <class Q, class F, class R>
  Estimate<ScalarOf<Q>> operator()(const Q& q, const F& f, R& rng, Index n) const {
    if constexpr (!accepts<Q, F>) {
      return explain<Q, F>();
    } else {
      E now = estimator_;
      now.temperature = temperature();
      auto estimate = now(q, f, rng, n);
      estimate.own = Vector<ScalarOf<Q>>::Ones(1);
      return estimate;
    }
  }

  /// A step was taken.
  template <class T>
  void learn(const Vector<T>& /*own*/) {
    ++steps_;
  }

  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.estimator_, self.steps_);
  }

 private:
  E estimator_;
  S schedule_;
  double floor_;
  Index steps_ = 0;
};

}  // namespace variate

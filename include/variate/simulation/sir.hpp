#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/random/fill.hpp"
#include "variate/simulation/graph.hpp"
#include "variate/simulation/relaxations.hpp"

namespace variate {

/// An epidemic on a graph: agents are susceptible, infected or recovered. Each step a susceptible one with k infected neighbours is
/// infected with probability 1 - (1 - beta)^min(k, 5), an infected one recovers with probability gamma.
///
/// Three parameters: the logarithms to base 10 of the fraction infected at first, beta and gamma, each first brought below 0 by
/// soft_minimum(., 0) as in BlackBIRDS (0.05 acts as 0.046). Two outputs, the numbers of infected and of recovered agents,
/// n_timesteps + 1 each. All choices are straight-through. An agent that cannot change never does (in BlackBIRDS with probability
/// 1e-10). Only agents that can change cost anything but their two random numbers; tables hold the five odds of infection.
template <std::floating_point T = double>
class Sir {
 public:
  using Scalar = T;
  static constexpr Index n_parameters = 3;

  /// Throws InvalidArgument if n_timesteps < 1, DomainError unless the temperature is positive.
  Sir(Graph graph, Index n_timesteps, T temperature = T(0.1))
      : graph_(std::move(graph)), steps_(n_timesteps), temperature_(temperature) {
    detail::require_at_least("Sir", "n_timesteps", n_timesteps, 1);
    detail::require_positive("Sir", "temperature", temperature);
  }
  Index n_timesteps() const { return steps_; }
  const Graph& graph() const { return graph_; }

  /// The probabilities as they act, and what follows from them for k = 0, ..., 5 infected neighbours.
  template <class X>
  struct Parameters {
    X fraction, beta, gamma;
    std::array<T, 6> stays{}, log_odds{}, by_number{}, by_beta{};  ///< stays: (1 - beta)^k; slopes are those of the log odds
    T recovery_log_odds{}, by_gamma{}, by_infected{};
  };
  template <class X>
  Parameters<X> prepare(const Vector<X>& theta) const {
    using std::exp;
    detail::require_size("Sir", "number of parameters", theta.size(), n_parameters);
    const auto probability = [](const X& x) {
      return exp(soft_minimum(x, X(T(0))) * T(2.3025850929940456840179914546844L));
    };
    Parameters<X> p;
    p.fraction = probability(theta[0]);
    p.beta = probability(theta[1]);
    p.gamma = probability(theta[2]);
    const T b = value_of(p.beta), g = value_of(p.gamma), log_stay = std::log1p(-b);
    for (std::size_t k = 1; k < 6; ++k) {
      const T n = static_cast<T>(k), infected = -std::expm1(n * log_stay);
      p.stays[k] = std::exp(n * log_stay);
      p.log_odds[k] = std::log(infected) - n * log_stay;
      p.by_number[k] = -log_stay / infected;
      p.by_beta[k] = n / ((1 - b) * infected);
    }
    p.recovery_log_odds = std::log(g) - std::log1p(-g);
    p.by_gamma = 1 / (g * (1 - g));
    p.by_infected = 1 / (1 - g);
    return p;
  }

  /// Who is what. The numbers with derivatives are kept only where X has derivatives.
  template <class X>
  struct State {
    enum Status : unsigned char { susceptible, infected, recovered };
    std::vector<unsigned char> status{};
    std::vector<int> exposure{};                  ///< infected neighbours
    std::vector<X> is_susceptible{}, is_infected{};
    std::vector<int> touched{};                   ///< whose derivatives may differ from zero
    X n_infected{0}, n_recovered{0};
    Batch<T> noise{};                             ///< 2 x agents: infection and recovery
    bool linked = true;                           ///< some derivatives do

    void detach() {
      for (const int i : touched) {
        variate::detach(is_susceptible[static_cast<std::size_t>(i)]);
        variate::detach(is_infected[static_cast<std::size_t>(i)]);
      }
      touched.clear();
      variate::detach(n_infected);
      variate::detach(n_recovered);
      linked = false;
    }
    // of one step
    std::vector<int> who{};        ///< can change
    std::vector<T> z{}, slope{};   ///< its noise, then whether it does; and the slope of that by its log odds
    std::vector<X> change{};
  };

  template <class X, class R>
  State<X> initialize(const Parameters<X>& p, R& rng) const {
    State<X> s;
    const Index n = graph_.size();
    const auto size = static_cast<std::size_t>(n);
    s.status.assign(size, State<X>::susceptible);
    s.exposure.assign(size, 0);
    s.noise = uniforms<T>(rng, 1, n);
    math::logit(s.noise.data(), s.noise.data(), n);
    const T f = value_of(p.fraction);
    const X log_odds = with_slopes(std::log(f) - std::log1p(-f), 1 / (f * (1 - f)), p.fraction);
    if constexpr (differentiates<X>) {
      s.is_susceptible.reserve(size);
      s.is_infected.reserve(size);
    }
    for (Index i = 0; i < n; ++i) {
      const X now = straight_through_bernoulli(log_odds, s.noise(0, i), temperature_);
      s.n_infected += now;
      if (value_of(now) != 0) infect(s, i);
      if constexpr (differentiates<X>) {
        s.is_susceptible.push_back(T(1) - now);
        s.is_infected.push_back(now);
        s.touched.push_back(static_cast<int>(i));
      }
    }
    s.noise.resize(2, n);
    return s;
  }

  template <class X, class R>
  void step(const Parameters<X>& p, State<X>& s, R& rng) const {
    using S = State<X>;
    fill_uniforms(rng, s.noise);
    const Index n = graph_.size();
    s.who.clear();
    s.z.clear();
    if (!std::isfinite(value_of(p.beta)) || !std::isfinite(value_of(p.gamma)) || !std::isfinite(value_of(p.fraction))) {
      s.n_infected = s.n_recovered = X(std::numeric_limits<T>::quiet_NaN());
      return;
    }
    for (Index i = 0; i < n; ++i) {
      const auto at = static_cast<std::size_t>(i);
      const bool can = s.status[at] == S::infected || (s.status[at] == S::susceptible && s.exposure[at] > 0);
      if (!can) continue;
      s.who.push_back(static_cast<int>(i));
      s.z.push_back(s.noise(s.status[at] == S::infected ? 1 : 0, i));
    }
    if constexpr (differentiates<X>) differentiated_step(p, s);
    else plain_step(p, s);
  }
  template <class X>
  std::array<X, 2> observe(const State<X>& state) const {
    return {state.n_infected, state.n_recovered};
  }

 private:
  template <class X>
  void infect(State<X>& s, Index i) const {
    s.status[static_cast<std::size_t>(i)] = State<X>::infected;
    for (const int* j = graph_.begin(i); j != graph_.end(i); ++j) ++s.exposure[static_cast<std::size_t>(*j)];
  }
  template <class X>
  void recover(State<X>& s, Index i) const {
    s.status[static_cast<std::size_t>(i)] = State<X>::recovered;
    for (const int* j = graph_.begin(i); j != graph_.end(i); ++j) --s.exposure[static_cast<std::size_t>(*j)];
  }
  /// What infects has to be known of all before anyone changes: the decisions are left in z as 0 and 1.
  template <class X>
  void decide(const Parameters<X>& p, State<X>& s, std::size_t m) const {
    const auto at = static_cast<std::size_t>(s.who[m]);
    const T stays = s.status[at] == State<X>::infected
                        ? 1 - value_of(p.gamma)
                        : p.stays[static_cast<std::size_t>(std::min(s.exposure[at], 5))];
    s.z[m] = s.z[m] > stays ? T(1) : T(0);
  }
  template <class X>
  void change(State<X>& s) const {
    for (std::size_t m = 0; m < s.who.size(); ++m) {
      if (s.z[m] == 0) continue;
      const Index i = s.who[m];
      if (s.status[static_cast<std::size_t>(i)] == State<X>::infected) recover(s, i);
      else infect(s, i);
    }
  }
  void plain_step(const Parameters<T>& p, State<T>& s) const {
    for (std::size_t m = 0; m < s.who.size(); ++m) {
      decide(p, s, m);
      if (s.z[m] == 0) continue;
      if (s.status[static_cast<std::size_t>(s.who[m])] == State<T>::infected) {
        s.n_infected -= 1;
        s.n_recovered += 1;
      } else {
        s.n_infected += 1;
      }
    }
    change(s);
  }
  template <class X>
  void differentiated_step(const Parameters<X>& p, State<X>& s) const {
    using S = State<X>;
    // slopes y (1 - y) / temperature with y = sigmoid((log odds + noise) / temperature)
    std::vector<T>& slope = s.slope;
    slope.resize(s.who.size());
    math::logit(s.z.data(), slope.data(), static_cast<std::ptrdiff_t>(s.z.size()));
    for (std::size_t m = 0; m < s.who.size(); ++m) {
      const auto at = static_cast<std::size_t>(s.who[m]);
      const T odds = s.status[at] == S::infected ? p.recovery_log_odds
                                                 : p.log_odds[static_cast<std::size_t>(std::min(s.exposure[at], 5))];
      slope[m] = -std::abs(odds + slope[m]) / temperature_;
    }
    math::exp(slope.data(), slope.data(), static_cast<std::ptrdiff_t>(slope.size()));
    for (std::size_t m = 0; m < s.who.size(); ++m) slope[m] /= (1 + slope[m]) * (1 + slope[m]) * temperature_;

    s.change.resize(s.who.size());
    for (std::size_t m = 0; m < s.who.size(); ++m) {
      decide(p, s, m);
      const auto at = static_cast<std::size_t>(s.who[m]);
      X& now = s.change[m];
      if (s.status[at] == S::infected) {
        if (s.linked) now = with_slopes(s.z[m], slope[m] * p.by_gamma, p.gamma, slope[m] * p.by_infected, s.is_infected[at]);
        else now = with_slopes(s.z[m], slope[m] * p.by_gamma, p.gamma);
      } else {
        const int k = s.exposure[at];
        const auto row = static_cast<std::size_t>(std::min(k, 5));
        now = with_slopes(s.z[m], slope[m] * p.by_beta[row], p.beta);
        if (s.linked && k <= 5) {
          X near(T(0));
          for (const int* j = graph_.begin(s.who[m]); j != graph_.end(s.who[m]); ++j)
            near += s.is_infected[static_cast<std::size_t>(*j)];
          const T by_number = slope[m] * p.by_number[row];
          now += with_slopes(T(0), by_number * static_cast<T>(k), s.is_susceptible[at], by_number, near);
        }
      }
    }
    for (std::size_t m = 0; m < s.who.size(); ++m) {
      const auto at = static_cast<std::size_t>(s.who[m]);
      const X& now = s.change[m];
      s.touched.push_back(s.who[m]);
      if (s.status[at] == S::infected) {
        s.is_infected[at] -= now;
        s.n_infected -= now;
        s.n_recovered += now;
      } else {
        s.is_infected[at] += now;
        s.is_susceptible[at] -= now;
        s.n_infected += now;
      }
    }
    s.linked = true;
    change(s);
  }

  Graph graph_;
  Index steps_;
  T temperature_;
};

}  // namespace variate

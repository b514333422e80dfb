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
/// 1e-10). Each step draws one uniform number for each agent; tables hold the odds of each condition; with gradient horizon 0 the
/// derivatives of a step are two sums.
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

  /// What an agent can do next: nothing, be infected by 1, ..., 5 (or more) infected neighbours, recover, nothing any more.
  enum Condition : unsigned char { safe = 0, infected = 6, recovered = 7 };

  /// The probabilities as they act, and what follows from them for each condition.
  template <class X>
  struct Parameters {
    X fraction, beta, gamma;
    std::array<T, 8> stays{}, log_odds{};      ///< the probability of no change, and the logarithm of the odds of one
    std::array<T, 8> by_parameter{}, by_others{};  ///< slopes of that: by beta or gamma; by the number infected, or by being it
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
    p.stays[safe] = p.stays[recovered] = 2;  // no uniform number is above
    for (std::size_t k = 1; k < infected; ++k) {
      const T n = static_cast<T>(k), change = -std::expm1(n * log_stay);
      p.stays[k] = std::exp(n * log_stay);
      p.log_odds[k] = std::log(change) - n * log_stay;
      p.by_parameter[k] = n / ((1 - b) * change);
      p.by_others[k] = -log_stay / change;
    }
    p.stays[infected] = 1 - g;
    p.log_odds[infected] = std::log(g) - std::log1p(-g);
    p.by_parameter[infected] = 1 / (g * (1 - g));
    p.by_others[infected] = 1 / (1 - g);
    return p;
  }

  /// Who is what. Numbers with derivatives are kept for each agent only where those of the step before are asked for.
  template <class X>
  struct State {
    std::vector<unsigned char> condition{};
    std::vector<int> exposure{};                   ///< infected neighbours
    X n_infected{0}, n_recovered{0};
    Row<T> noise{};                                ///< one uniform number for each agent
    std::vector<X> is_susceptible{}, is_infected{};  ///< of these the derivatives alone count
    std::vector<int> touched{};                    ///< whose derivatives may differ from zero
    bool linked = true;                            ///< some do
    bool pending = false;                          ///< those of the last step are still in who, slope and was
    // of one step
    std::vector<int> who{};              ///< can change
    std::vector<T> z{}, slope{};         ///< its uniform number, and the slope of its change
    std::vector<unsigned char> was{};    ///< its condition before
    std::vector<int> changes{};          ///< changes
    std::vector<X> change{};

    void detach() {
      for (const int i : touched)
        is_susceptible[static_cast<std::size_t>(i)] = is_infected[static_cast<std::size_t>(i)] = X(T(0));
      touched.clear();
      variate::detach(n_infected);
      variate::detach(n_recovered);
      linked = pending = false;
    }
  };

  template <class X, class R>
  State<X> initialize(const Parameters<X>& p, R& rng) const {
    State<X> s;
    const Index n = graph_.size();
    const auto size = static_cast<std::size_t>(n);
    s.condition.assign(size, safe);
    s.exposure.assign(size, 0);
    s.who.resize(size);
    s.z.resize(size);
    s.was.resize(size);
    s.noise.resize(n);
    if constexpr (differentiates<X>) {
      s.is_susceptible.assign(size, X(T(0)));
      s.is_infected.assign(size, X(T(0)));
    }
    fill_uniforms(rng, s.noise);
    Row<T> noise = s.noise;
    math::logit(noise.data(), noise.data(), n);
    const T f = value_of(p.fraction);
    const X log_odds = with_slopes(std::log(f) - std::log1p(-f), 1 / (f * (1 - f)), p.fraction);
    for (Index i = 0; i < n; ++i) {
      const X now = straight_through_bernoulli(log_odds, noise[i], temperature_);
      s.n_infected += now;
      if (value_of(now) != 0) infect(s, i);
      if constexpr (differentiates<X>) {
        s.is_susceptible[static_cast<std::size_t>(i)] = -now;
        s.is_infected[static_cast<std::size_t>(i)] = now;
        s.touched.push_back(static_cast<int>(i));
      }
    }
    return s;
  }

  template <class X, class R>
  void step(const Parameters<X>& p, State<X>& s, R& rng) const {
    if constexpr (differentiates<X>)
      if (s.linked && s.pending) settle(p, s);
    fill_uniforms(rng, s.noise);
    if (!std::isfinite(value_of(p.fraction)) || !std::isfinite(value_of(p.beta)) || !std::isfinite(value_of(p.gamma))) {
      s.n_infected = s.n_recovered = X(std::numeric_limits<T>::quiet_NaN());
      return;
    }
    s.changes.clear();
    const unsigned char* const condition = s.condition.data();
    const T* const noise = s.noise.data();
    const std::array<T, 8> stays = p.stays;
    const int n = static_cast<int>(graph_.size());
    for (int i = 0; i < n; ++i)
      if (noise[i] > stays[condition[i]]) [[unlikely]]
        s.changes.push_back(i);
    Index infections = 0;
    for (const int i : s.changes) infections += s.condition[static_cast<std::size_t>(i)] != infected;
    const T more = static_cast<T>(infections), fewer = static_cast<T>(static_cast<Index>(s.changes.size()) - infections);
    if constexpr (differentiates<X>) {
      find_slopes(p, s);
      if (s.linked) {
        linked_step(p, s, more, fewer);
      } else {
        T by_parameter[2] = {0, 0};
        const std::array<T, 8> factor = p.by_parameter;
        T* const slope = s.slope.data();
        const unsigned char* const was = s.was.data();
        const std::size_t count = s.slope.size();
        for (std::size_t m = 0; m < count; ++m) {
          slope[m] *= factor[was[m]];
          by_parameter[was[m] == infected] += slope[m];
        }
        const auto [by_beta, by_gamma] = by_parameter;
        const X gained = with_slopes(more, by_beta, p.beta), lost = with_slopes(fewer, by_gamma, p.gamma);
        s.n_infected += gained - lost;
        s.n_recovered += lost;
        s.linked = s.pending = true;
      }
    } else {
      s.n_infected += more - fewer;
      s.n_recovered += fewer;
    }
    for (const int i : s.changes) {
      if (s.condition[static_cast<std::size_t>(i)] == infected) recover(s, i);
      else infect(s, i);
    }
  }
  template <class X>
  std::array<X, 2> observe(const State<X>& state) const {
    return {state.n_infected, state.n_recovered};
  }

 private:
  /// The neighbours' exposure changes, and with it the condition of those that are susceptible.
  template <class X>
  void expose(State<X>& s, Index i, int by) const {
    for (const int* j = graph_.begin(i); j != graph_.end(i); ++j) {
      const auto at = static_cast<std::size_t>(*j);
      s.exposure[at] += by;
      if (s.condition[at] < infected) s.condition[at] = static_cast<unsigned char>(std::min(s.exposure[at], 5));
    }
  }
  template <class X>
  void infect(State<X>& s, Index i) const {
    s.condition[static_cast<std::size_t>(i)] = infected;
    expose(s, i, 1);
  }
  template <class X>
  void recover(State<X>& s, Index i) const {
    s.condition[static_cast<std::size_t>(i)] = recovered;
    expose(s, i, -1);
  }

  /// Who can change, and y (1 - y) / temperature of each with y = sigmoid((log odds + noise) / temperature).
  template <class X>
  void find_slopes(const Parameters<X>& p, State<X>& s) const {
    const auto n = static_cast<std::size_t>(graph_.size());
    s.who.resize(n);
    s.was.resize(n);
    s.z.resize(n);
    s.slope.resize(n);
    // plain pointers: a byte that is written may be anything to the compiler, members among it
    const unsigned char* const condition = s.condition.data();
    const T* const noise = s.noise.data();
    int* const who = s.who.data();
    unsigned char* const was = s.was.data();
    T *const z = s.z.data(), *const slope = s.slope.data();
    std::size_t count = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const unsigned char c = condition[i];
      who[count] = static_cast<int>(i);
      was[count] = c;
      z[count] = noise[i];
      count += static_cast<unsigned char>(c - 1) < infected;
    }
    const T sharpness = 1 / temperature_;
    const std::array<T, 8> log_odds = p.log_odds;
    math::logit(z, slope, static_cast<std::ptrdiff_t>(count));
    for (std::size_t k = 0; k < count; ++k) slope[k] = -sharpness * std::abs(log_odds[was[k]] + slope[k]);
    math::exp(slope, slope, static_cast<std::ptrdiff_t>(count));
    for (std::size_t k = 0; k < count; ++k) slope[k] = sharpness * slope[k] / ((1 + slope[k]) * (1 + slope[k]));
    s.who.resize(count);
    s.was.resize(count);
    s.slope.resize(count);
  }
  /// What a step without a past left pending becomes derivatives of each agent.
  template <class X>
  void settle(const Parameters<X>& p, State<X>& s) const {
    for (std::size_t m = 0; m < s.who.size(); ++m) {
      const auto at = static_cast<std::size_t>(s.who[m]);
      const bool was_infected = s.was[m] == infected;
      s.is_infected[at] = with_slopes(T(0), was_infected ? -s.slope[m] : s.slope[m], was_infected ? p.gamma : p.beta);
      if (!was_infected) s.is_susceptible[at] = -s.is_infected[at];
      s.touched.push_back(s.who[m]);
    }
    s.pending = false;
  }
  /// Each change depends on the parameters and, by the agent and its neighbours, on the past.
  template <class X>
  void linked_step(const Parameters<X>& p, State<X>& s, T more, T fewer) const {
    s.change.resize(s.who.size());
    for (std::size_t m = 0; m < s.who.size(); ++m) {
      const auto at = static_cast<std::size_t>(s.who[m]);
      const T by_parameter = s.slope[m] * p.by_parameter[s.was[m]], by_others = s.slope[m] * p.by_others[s.was[m]];
      if (s.was[m] == infected) {
        s.change[m] = with_slopes(T(0), by_parameter, p.gamma, by_others, s.is_infected[at]);
        continue;
      }
      s.change[m] = with_slopes(T(0), by_parameter, p.beta);
      if (s.exposure[at] > 5) continue;
      X near(T(0));
      for (const int* j = graph_.begin(s.who[m]); j != graph_.end(s.who[m]); ++j) near += s.is_infected[static_cast<std::size_t>(*j)];
      s.change[m] += with_slopes(T(0), by_others * static_cast<T>(s.exposure[at]), s.is_susceptible[at], by_others, near);
    }
    X gained(more), lost(fewer);
    for (std::size_t m = 0; m < s.who.size(); ++m) {
      const auto at = static_cast<std::size_t>(s.who[m]);
      s.touched.push_back(s.who[m]);
      if (s.was[m] == infected) {
        s.is_infected[at] -= s.change[m];
        lost += s.change[m];
      } else {
        s.is_infected[at] += s.change[m];
        s.is_susceptible[at] -= s.change[m];
        gained += s.change[m];
      }
    }
    s.n_infected += gained - lost;
    s.n_recovered += lost;
  }

  Graph graph_;
  Index steps_;
  T temperature_;
};

}  // namespace variate

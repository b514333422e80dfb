#pragma once
/// The Poisson distribution.
#include <algorithm>
#include <limits>
#include <utility>

#include "variate/core/types.hpp"
#include "variate/distributions/detail/factorized.hpp"
#include "variate/distributions/detail/family.hpp"
#include "variate/distributions/detail/summed_entropy.hpp"
#include "variate/math/detail/half_line.hpp"
#include "variate/math/detail/saddle_point.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/incomplete_gamma.hpp"
#include "variate/math/lanes.hpp"
#include "variate/random/detail/poisson.hpp"
#include "variate/random/detail/trials.hpp"

namespace variate {
namespace detail {

/// log f = k log rate - rate - log k!; theta is log rate.
template <class S>
struct PoissonLaw {
  using Scalar = S;
  using V = Packet<S>;
  static constexpr const char* name = "Poisson";
  static constexpr int parameters = 1;
  static constexpr Arguments<parameters> arguments{{{"rate"}}};
  static constexpr bool discrete = true, reparameterized = false;
  enum : std::size_t { log_rate, rate };
  static constexpr int constants = 2;
  using Theta = Numbers<S, parameters>;
  using C = Numbers<S, constants>;

  static C prepare(const Theta& theta) { return {theta[0], math::exp(theta[0])}; }

  static V log_prob(V x, const C& c) {
    const V value = math::detail::all_in_double(
        []<class L>(L k, L rate, L log_rate) {
          const L mean = min(rate, L(most));
          return math::detail::own_log_probability_of_count(k) - math::detail::deviance(k, mean, log_rate, k - mean);
        },
        x, c[rate], c[log_rate]);
    return select(math::floor(x) == x, value, V(-std::numeric_limits<S>::infinity()));
  }
  static V score(V x, const C& c, Theta& s) {
    s[0] = select(math::floor(x) == x, x - c[rate], V(S(0)));
    return V(S(0));
  }

  template <class T, class Rng>
  static Batch<T> noise(Rng& rng, const Batch<T>& all, Index d, Index samples) {
    using L = math::Lanes<double>;
    const Index batch = all.cols();
    return by_trials<T>(rng, d, batch, samples, [&](Index row, const TrialPoints& points) {
      const auto mean = [&](Index point) { return std::min(most, static_cast<double>(all(d + row, point))); };
      return PoissonTrial<L>(at_points(points, mean));
    });
  }
  static V point(V k, const C&) { return k; }

  static V lowest(const C&) { return V(S(0)); }
  static V mean(const C& c) { return c[rate]; }
  static V variance(const C& c) { return c[rate]; }
  /// The larger of two.
  static V mode(const C& c) { return math::floor(c[rate]); }
  static V entropy(const C& c) { return SummedEntropy<PoissonLaw>(c).value; }
  static void entropy_gradient(const C& c, Theta& s) { s = SummedEntropy<PoissonLaw>(c).slopes; }
  static V cdf(V x, const C& c) { return math::gamma_q(shape(x), c[rate]); }
  static V log_cdf(V x, const C& c) { return math::log_gamma_q(shape(x), c[rate]); }

  static V kl(const C& p, const C& q) {
    constexpr S inf = std::numeric_limits<S>::infinity();
    const V value = math::detail::all_in_double(
        []<class L>(L a, L b, L log_b) { return math::detail::deviance(a, b, log_b, a - b); }, p[rate], q[rate], q[log_rate]);
    const V beyond = select(p[log_rate] == q[log_rate], V(S(0)), V(inf));
    return select((p[rate] < inf) & (q[rate] < inf), value, beyond);
  }
  static void kl_gradient(const C& p, const C& q, Theta& s) { s[0] = p[rate] * (p[log_rate] - q[log_rate]); }

 private:
  static constexpr double most = 1e300;
  /// P(X <= k) is the probability that a gamma number of shape k + 1 is larger than the rate.
  static V shape(V x) { return max(math::floor(x), V(S(0))) + S(1); }
};

}  // namespace detail

/// d independent counts of probability rate^k e^(-rate) / k!, k = 0, 1, 2, ...; theta is their log rates, d x B.
///
/// The entropy is a sum, good to about 1e-13. Draws are exact, by inversion below a rate of 10 and by rejection above; draw j
/// depends on the generator and j alone. `log_prob` is -inf at a number that is not a count; there the score is 0.
template <class S = double>
class Poisson : public detail::Family<Poisson<S>, detail::PoissonLaw<S>> {
  using Base = detail::Family<Poisson<S>, detail::PoissonLaw<S>>;

 public:
  using Base::Base;
  /// Positive rates, d x B (a vector for B = 1), or DomainError. Kept as logarithms.
  explicit Poisson(const Batch<S>& rate) : Base(std::in_place, rate) {}

  /// Rates, d x B.
  Batch<S> rate() const { return this->parameter(0); }
};

template <class A>
Poisson(const Eigen::MatrixBase<A>&) -> Poisson<typename A::Scalar>;

}  // namespace variate

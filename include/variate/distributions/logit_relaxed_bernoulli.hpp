#pragma once
/// The relaxed Bernoulli distribution before the logistic function: real numbers, and no trouble at 0 and 1.
#include <utility>

#include "variate/core/types.hpp"
#include "variate/distributions/detail/factorized.hpp"
#include "variate/distributions/detail/family.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/lanes.hpp"
#include "variate/math/log.hpp"
#include "variate/math/log1p.hpp"
#include "variate/math/sigmoid.hpp"
#include "variate/math/tanh.hpp"
#include "variate/random/fill.hpp"

namespace variate {
namespace detail {

/// z = (logit + logistic noise)/T. With u = T z - logit, log f = log T - |u| - 2 log(1 + e^-|u|); T is a setting.
template <class S>
struct LogitRelaxedBernoulliLaw {
  using Scalar = S;
  using V = Packet<S>;
  static constexpr const char* name = "LogitRelaxedBernoulli";
  static constexpr int parameters = 2, fixed = 1;
  static constexpr Arguments<parameters> arguments{{{"logits", Domain::real}, {"temperature"}}};
  static constexpr bool discrete = false, reparameterized = true;
  enum : std::size_t { logit, temperature, inverse, log_temperature };
  static constexpr int constants = 4;
  using Theta = Numbers<S, parameters>;
  using C = Numbers<S, constants>;

  static C prepare(const Theta& theta) { return {theta[0], theta[1], S(1) / theta[1], math::log(theta[1])}; }

  /// u: the noise that gives z.
  static V noise_of(V z, const C& c) { return multiply_add(c[temperature], z, -c[logit]); }

  static V log_prob(V z, const C& c) {
    const V size = math::abs(noise_of(z, c));
    return (c[log_temperature] - size) - S(2) * math::log1p(math::exp(-size));
  }
  static V score(V z, const C& c, Theta& s) {
    s[0] = math::tanh(S(0.5) * noise_of(z, c));
    s[1] = c[inverse] - z * s[0];
    return -c[temperature] * s[0];
  }

  /// Logistic numbers.
  template <class T, class Rng>
  static Batch<T> noise(Rng& rng, Index rows, Index cols) {
    Batch<T> e = uniforms<T>(rng, rows, cols);
    math::logit(e.data(), e.data(), e.size());
    return e;
  }
  static V point(V e, const C& c) { return (c[logit] + e) * c[inverse]; }
  static void path(V, V z, const C& c, Theta& s) {
    s[0] = c[inverse];
    s[1] = -z * c[inverse];
  }

  static V mean(const C& c) { return c[logit] * c[inverse]; }
  static V variance(const C& c) { return S(3.28986813369645287294483033329205038L) * c[inverse] * c[inverse]; }  // pi^2/3
  static V mode(const C& c) { return mean(c); }
  static V entropy(const C& c) { return S(2) - c[log_temperature]; }
  static void entropy_gradient(const C& c, Theta& s) {
    s[0] = S(0);
    s[1] = -c[inverse];
  }

  static V cdf(V z, const C& c) { return math::sigmoid(noise_of(z, c)); }
  static V log_cdf(V z, const C& c) { return math::log_sigmoid(noise_of(z, c)); }
  static V icdf(V p, const C& c) { return (c[logit] + math::logit(p)) * c[inverse]; }
};

}  // namespace detail

/// d independent numbers z = (logit + log u - log(1-u))/temperature, u from `uniforms(rng, d, nB)`: the logits of what
/// `RelaxedBernoulli` draws. The temperature is a setting, one for each coordinate; theta is the logits, d x B.
///
/// sigmoid(z) is the relaxed bit, z > 0 the bit that `Bernoulli` draws from the same u. Densities and gradients have all their
/// digits where the relaxed bit has rounded to 0 or 1 (C. J. Maddison, A. Mnih and Y. W. Teh, "The Concrete distribution", ICLR
/// 2017, appendix C).
template <class S = double>
class LogitRelaxedBernoulli : public detail::Family<LogitRelaxedBernoulli<S>, detail::LogitRelaxedBernoulliLaw<S>> {
  using Base = detail::Family<LogitRelaxedBernoulli<S>, detail::LogitRelaxedBernoulliLaw<S>>;

 public:
  using Base::Base;
  /// temperature positive, d x B or d x 1, or DomainError; logits finite, d x B.
  LogitRelaxedBernoulli(const Batch<S>& temperature, const Batch<S>& logits) : Base(std::in_place, logits, temperature) {}

  /// Temperatures, d x B.
  const Batch<S>& temperature() const { return this->settings(); }
  /// log(p / (1 - p)), d x B.
  const Batch<S>& logits() const { return this->theta_; }
};

template <class A, class B>
LogitRelaxedBernoulli(const Eigen::MatrixBase<A>&, const Eigen::MatrixBase<B>&) -> LogitRelaxedBernoulli<typename A::Scalar>;

}  // namespace variate

#pragma once
/// The relaxed Bernoulli (binary Concrete) distribution.
#include <limits>
#include <utility>

#include "variate/core/types.hpp"
#include "variate/distributions/detail/factorized.hpp"
#include "variate/distributions/detail/family.hpp"
#include "variate/distributions/detail/relaxed_moments.hpp"
#include "variate/distributions/logit_relaxed_bernoulli.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/lanes.hpp"
#include "variate/math/log.hpp"
#include "variate/math/sigmoid.hpp"
#include "variate/math/tanh.hpp"

namespace variate {
namespace detail {

/// y = sigmoid(z) with z of `LogitRelaxedBernoulliLaw`: log f = log f_z - log(y (1-y)).
template <class S>
struct RelaxedBernoulliLaw {
  using Scalar = S;
  using V = Packet<S>;
  using Logit = LogitRelaxedBernoulliLaw<S>;
  static constexpr const char* name = "RelaxedBernoulli";
  static constexpr int parameters = 2, fixed = 1;
  static constexpr Arguments<parameters> arguments = Logit::arguments;
  static constexpr bool discrete = false, reparameterized = true;
  static constexpr int constants = Logit::constants;
  using Theta = Numbers<S, parameters>;
  using C = Numbers<S, constants>;

  static C prepare(const Theta& theta) { return Logit::prepare(theta); }

  static V log_prob(V y, const C& c) {
    constexpr S inf = std::numeric_limits<S>::infinity();
    const V z = math::logit(y), u = Logit::noise_of(z, c), far = math::abs(z), size = math::abs(u);
    const V likelier = max(y, S(1) - y);  // 1/(1 + e^-|z|)
    const V value =
        multiply_add(V(S(-2)), math::log(likelier * (S(1) + math::exp(-size))), c[Logit::log_temperature] + (far - size));
    // At the ends the density is 0, finite or infinite.
    const V t = c[Logit::temperature], finite = select(y == S(0), -c[Logit::logit], c[Logit::logit]);
    const V at_end = select(t < S(1), V(inf), select(t == S(1), finite, V(-inf)));
    return select(end(y), at_end, value);
  }
  /// At 0 and 1: by the logit the limit, -1 and 1; by y and the temperature 0, where there is no slope.
  static V score(V y, const C& c, Theta& s) {
    const auto edge = end(y);
    const V z = math::logit(select(edge, V(S(0.5)), y)), u = Logit::noise_of(z, c), t = c[Logit::temperature];
    const V pull = math::tanh(S(0.5) * u), own = y - (S(1) - y);  // tanh(z/2)
    // 1 - |tanh(z/2)| = 2 sigmoid(-|z|): keeps what is left of two of them where both are all but 1
    const V far = math::abs(z), size = math::abs(u), sign = select(z < S(0), V(S(-1)), V(S(1)));
    const V apart = sign * ((S(1) - t) - S(2) * (min(y, S(1) - y) - t * math::sigmoid(-size)));
    const V difference = select((own * pull > S(0)) & (far > S(1)) & (size > S(1)), apart, own - t * pull);
    s[0] = select(edge, select(y == S(0), V(S(-1)), V(S(1))), pull);
    s[1] = select(edge, V(S(0)), c[Logit::inverse] - z * pull);
    return select(edge, V(S(0)), difference / (y * (S(1) - y)));
  }

  template <class T, class Rng>
  static Batch<T> noise(Rng& rng, Index rows, Index cols) {
    return Logit::template noise<T>(rng, rows, cols);
  }
  static V point(V e, const C& c) { return math::sigmoid(Logit::point(e, c)); }
  static void path(V e, V, const C& c, Theta& s) {
    const V z = Logit::point(e, c), small = math::exp(-math::abs(z)), whole = S(1) + small;
    s[0] = c[Logit::inverse] * (small / (whole * whole));  // y (1-y) dz/dlogit
    s[1] = -z * s[0];
  }

  static V lowest(const C&) { return V(S(0)); }
  static V highest(const C&) { return V(S(1)); }
  /// By quadrature: there is no closed form.
  static V mean(const C& c) {
    return moment(c, [](const RelaxedMoments& m) { return m.mean; });
  }
  static V variance(const C& c) {
    return moment(c, [](const RelaxedMoments& m) { return m.variance; });
  }
  static V entropy(const C& c) {
    return Logit::entropy(c) + moment(c, [](const RelaxedMoments& m) { return m.log_slope; });
  }
  static void entropy_gradient(const C& c, Theta& s) {
    s[0] = c[Logit::inverse] * (S(1) - S(2) * mean(c));
    s[1] = c[Logit::inverse] * (moment(c, [](const RelaxedMoments& m) { return m.pull; }) - S(1));
  }

  static V cdf(V y, const C& c) { return Logit::cdf(math::logit(y), c); }
  static V log_cdf(V y, const C& c) { return Logit::log_cdf(math::logit(y), c); }
  static V icdf(V p, const C& c) { return math::sigmoid(Logit::icdf(p, c)); }

 private:
  static auto end(V y) { return (y == S(0)) | (y == S(1)); }
  template <class F>
  static V moment(const C& c, F which) {
    return V::each([which](S logit, S temperature) { return static_cast<S>(which(relaxed_moments(logit, temperature))); },
                   c[Logit::logit], c[Logit::temperature]);
  }
};

}  // namespace detail

/// d independent numbers y = sigmoid((logit + log u - log(1-u))/temperature) in (0, 1), u from `uniforms(rng, d, nB)`: bits made
/// smooth. The temperature is a setting, one for each coordinate; theta is the logits, d x B.
///
/// y > 1/2 is the bit that `Bernoulli` draws from the same u. At low temperatures y rounds to 0 or 1, where the density is
/// infinite below temperature 1, finite at 1 and zero above; `LogitRelaxedBernoulli`, which draws the logit of y, has no such
/// ends. Mean, variance and entropy are integrals, found to about 1e-14 of their size. C. J. Maddison, A. Mnih and Y. W. Teh,
/// "The Concrete distribution", ICLR 2017; E. Jang, S. Gu and B. Poole, "Categorical reparameterization with Gumbel-softmax",
/// ICLR 2017.
template <class S = double>
class RelaxedBernoulli : public detail::Family<RelaxedBernoulli<S>, detail::RelaxedBernoulliLaw<S>> {
  using Base = detail::Family<RelaxedBernoulli<S>, detail::RelaxedBernoulliLaw<S>>;

 public:
  using Base::Base;
  /// temperature positive, d x B or d x 1, or DomainError; logits finite, d x B.
  RelaxedBernoulli(const Batch<S>& temperature, const Batch<S>& logits) : Base(std::in_place, logits, temperature) {}

  /// Temperatures, d x B.
  const Batch<S>& temperature() const { return this->settings(); }
  /// log(p / (1 - p)), d x B.
  const Batch<S>& logits() const { return this->theta_; }
};

template <class A, class B>
RelaxedBernoulli(const Eigen::MatrixBase<A>&, const Eigen::MatrixBase<B>&) -> RelaxedBernoulli<typename A::Scalar>;

}  // namespace variate

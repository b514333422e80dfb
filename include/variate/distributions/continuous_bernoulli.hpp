#pragma once
/// The continuous Bernoulli distribution: an exponential law cut to the unit interval.
/// G. Loaiza-Ganem and J. P. Cunningham, "The continuous Bernoulli: fixing a pervasive error in variational autoencoders",
/// NeurIPS 2019.
#include <array>
#include <cstddef>
#include <limits>
#include <utility>

#include "variate/core/types.hpp"
#include "variate/distributions/detail/factorized.hpp"
#include "variate/distributions/detail/family.hpp"
#include "variate/math/detail/half_line.hpp"
#include "variate/math/detail/polynomial.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/expm1.hpp"
#include "variate/math/log.hpp"
#include "variate/math/log1p.hpp"
#include "variate/math/sigmoid.hpp"
#include "variate/random/fill.hpp"

namespace variate {
namespace detail {

/// B_2n/(2n)!, n = 1, 2, ...: Bernoulli numbers.
inline constexpr std::array<double, 14> bernoulli_ratios{
    8.3333333333333333e-2,   -1.3888888888888889e-3,  3.3068783068783069e-5,   -8.2671957671957672e-7, 2.0876756987868099e-8,
    -5.2841901386874932e-10, 1.3382536530684679e-11,  -3.3896802963225829e-13, 8.5860620562778446e-15, -2.1748686985580619e-16,
    5.5090028283602295e-18,  -1.3954464685812523e-19, 3.5347070396294675e-21,  -8.9535174270375469e-23};
/// The same, each with a factor of 2n.
template <class F>
constexpr auto scaled_ratios(F factor) {
  auto c = bernoulli_ratios;
  for (std::size_t n = 0; n < c.size(); ++n) c[n] *= factor(2.0 * static_cast<double>(n + 1));
  return c;
}

/// Taylor series about theta = 0, where the closed forms are 0/0: mean - 1/2 = theta sum_n mean_n theta^(2n - 2), with its
/// integral and its derivative.
struct ContinuousBernoulliSeries {
  static constexpr double reach = 1.5;  ///< where they are used; they converge up to 2 pi
  static constexpr auto mean = bernoulli_ratios;
  static constexpr auto normalizer = scaled_ratios([](double k) { return 1 / k; });
  static constexpr auto variance = scaled_ratios([](double k) { return k - 1; });
  /// (1 - e^-z)/z, whose divided difference moves draws; for |z| <= 1/2.
  static constexpr std::size_t path_terms = 15;
  static constexpr double path_reach = 0.5;
  static constexpr std::array<double, path_terms> fraction{1.0,
                                                           -0.5,
                                                           0.16666666666666667,
                                                           -0.041666666666666667,
                                                           0.0083333333333333333,
                                                           -0.0013888888888888889,
                                                           0.00019841269841269841,
                                                           -2.4801587301587302e-5,
                                                           2.7557319223985891e-6,
                                                           -2.7557319223985891e-7,
                                                           2.5052108385441719e-8,
                                                           -2.0876756987868099e-9,
                                                           1.6059043836821615e-10,
                                                           -1.1470745597729725e-11,
                                                           7.6471637318198165e-13};
};

/// log f = theta x - log((e^theta - 1)/theta), written from an anchor: 1/2 where |theta| is small, else the end where f is
/// largest.
template <class S>
struct ContinuousBernoulliLaw {
  using Scalar = S;
  using V = Packet<S>;
  using Series = ContinuousBernoulliSeries;
  static constexpr const char* name = "ContinuousBernoulli";
  static constexpr int parameters = 1;
  static constexpr Arguments<parameters> arguments{{{"prob", Domain::unit}}};
  static constexpr bool discrete = false, reparameterized = true;
  /// peak = log f at the anchor, offset = mean - anchor, whole = 1 - e^-|theta|.
  enum : std::size_t { logit, anchor, peak, offset, spread, whole };
  static constexpr int constants = 6;
  using Theta = Numbers<S, parameters>;
  using C = Numbers<S, constants>;

  static C prepare(const Theta& theta) {
    const V t = theta[0], size = math::abs(t);
    const auto near = size < S(Series::reach);
    const V zero(S(0)), half(S(0.5)), end = select(t > S(0), V(S(1)), zero), one_less = -math::expm1(-size);
    const V at = select(near, S(Series::reach) + zero, size), inverse = S(1) / at, rest = math::exp(-at),
            share = rest / -math::expm1(-at);
    const V inward = inverse - share;  // distance of the mean from the anchor
    const auto small = [&](const auto& c) {
      return math::detail::all_in_double([&c]<class L>(L v) { return math::detail::polynomial(v * v, c); },
                                         select(near, t, zero));
    };
    return {t,
            select(near, half, end),
            select(near, -(t * t) * small(Series::normalizer), math::log(at) - math::log1p(-rest)),
            select(near, t * small(Series::mean), select(t > S(0), -inward, inward)),
            select(near, small(Series::variance), inverse * inverse - share * (share + S(1))),
            one_less};
  }

  static V log_prob(V x, const C& c) { return multiply_add(c[logit], x - c[anchor], c[peak]); }
  static V score(V x, const C& c, Theta& s) {
    s[0] = (x - c[anchor]) - c[offset];
    return c[logit];
  }

  template <class T, class Rng>
  static Batch<T> noise(Rng& rng, Index rows, Index cols) {
    return uniforms<T>(rng, rows, cols);
  }
  static V point(V u, const C& c) { return icdf(u, c); }
  /// dx/dtheta = (G(x) - x)/theta, G the distribution function of -theta; told from the nearer end.
  static void path(V, V x, const C& c, Theta& s) {
    const auto left = x < S(0.5);
    const V away = S(1) - x, near = select(left, x, away), far = select(left, away, x), t = select(left, c[logit], -c[logit]);
    const auto small = math::abs(t) < S(Series::path_reach);
    V by_series(S(0)), direct(S(0));
    if (any(small)) {
      const V b = select(small, t, V(S(0))), a = b * near;
      V value = V(static_cast<S>(Series::fraction[Series::path_terms - 1])), difference(S(0)), of_b = value;
      for (std::size_t k = Series::path_terms - 1; k-- > 0;) {
        const V coefficient(static_cast<S>(Series::fraction[k]));
        difference = multiply_add(difference, b, value);
        value = multiply_add(value, a, coefficient);
        of_b = multiply_add(of_b, b, coefficient);
      }
      by_series = -near * far * difference / of_b;
    }
    if (any(!small)) {
      const V size = max(S(Series::path_reach) + V(S(0)), math::abs(t));
      const V front = math::exp(min(V(S(0)), t * far));
      direct = (front * -math::expm1(-size * near) / -math::expm1(-size) - near) / t;
    }
    s[0] = select(small, by_series, direct);
  }

  static V lowest(const C&) { return V(S(0)); }
  static V highest(const C&) { return V(S(1)); }
  static V mean(const C& c) { return c[anchor] + c[offset]; }
  static V variance(const C& c) { return c[spread]; }
  /// The end where the density is larger; 1/2 for the uniform law.
  static V mode(const C& c) { return select(c[logit] > S(0), V(S(1)), select(c[logit] < S(0), V(S(0)), V(S(0.5)))); }
  static V entropy(const C& c) { return -multiply_add(c[logit], c[offset], c[peak]); }
  static void entropy_gradient(const C& c, Theta& s) { s[0] = -c[logit] * c[spread]; }

  static V cdf(V x, const C& c) {
    const V size = math::abs(c[logit]), part = -math::expm1(-size * x) / c[whole];
    return math::exp(min(V(S(0)), c[logit] * (x - S(1)))) * select(size > tiny, part, x);
  }
  static V log_cdf(V x, const C& c) {
    const V size = math::abs(c[logit]), part = -math::expm1(-size * x) / c[whole];
    return min(V(S(0)), c[logit] * (x - S(1))) + math::log(select(size > tiny, part, x));
  }
  /// log(1 + p (e^theta - 1))/theta in forms that neither overflow nor cancel.
  static V icdf(V p, const C& c) {
    const V t = c[logit], size = math::abs(t), rest = S(1) - p;
    const auto steep = t > S(most), falling = (t < S(0)) & (p > S(0.5)) & (c[whole] > S(0.5));
    V inside = math::log1p(p * math::expm1(min(t, V(S(most))))) / t;
    if (any(steep)) inside = select(steep, S(1) + math::log(p + rest * math::exp(-size)) / t, inside);
    if (any(falling)) inside = select(falling, math::log(rest + p * math::exp(-size)) / t, inside);
    return max(V(S(0)), min(V(S(1)), select(size > tiny, inside, p)));
  }

  /// The divergence of an exponential family: (theta_p - theta_q) mean_p and the difference of the normalisers.
  static V kl(const C& p, const C& q) {
    return multiply_add(p[logit], p[offset], p[peak]) - multiply_add(q[logit], (p[anchor] - q[anchor]) + p[offset], q[peak]);
  }
  static void kl_gradient(const C& p, const C& q, Theta& s) { s[0] = (p[logit] - q[logit]) * p[spread]; }

 private:
  static constexpr S tiny = std::numeric_limits<S>::min() * 16, most = sizeof(S) == 8 ? S(700) : S(85);
};

}  // namespace detail

/// d independent coordinates of density proportional to p^x (1-p)^(1-x) on [0, 1]. theta: d rows of logits log(p/(1-p)); one
/// column a data point. Reparameterised through the quantile of a uniform number. Exact about p = 1/2 too, where the usual
/// formulas are 0/0.
template <class S = double>
class ContinuousBernoulli : public detail::Family<ContinuousBernoulli<S>, detail::ContinuousBernoulliLaw<S>> {
  using Base = detail::Family<ContinuousBernoulli<S>, detail::ContinuousBernoulliLaw<S>>;

 public:
  using Base::Base;
  /// Each inside (0, 1), d x B (a vector for B = 1). InvalidArgument or DomainError otherwise. It is not the mean.
  explicit ContinuousBernoulli(const Batch<S>& prob) : Base(std::in_place, prob) {}

  /// p, d x B.
  Batch<S> prob() const { return this->parameter(0); }
  /// log(p/(1-p)), d x B.
  const Batch<S>& logits() const { return this->theta_; }
};

template <class A>
explicit ContinuousBernoulli(const Eigen::MatrixBase<A>&) -> ContinuousBernoulli<typename A::Scalar>;

}  // namespace variate

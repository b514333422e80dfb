#pragma once
/// Closed forms of KL(p || q) for p and q of different families. With this header included, `kl` and `HasKl` find them.
#include <array>
#include <cmath>
#include <limits>

#include "variate/distributions/beta.hpp"
#include "variate/distributions/exponential.hpp"
#include "variate/distributions/gamma.hpp"
#include "variate/distributions/kl.hpp"
#include "variate/distributions/kumaraswamy.hpp"
#include "variate/distributions/laplace.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/distributions/uniform.hpp"
#include "variate/distributions/weibull.hpp"
#include "variate/math/erf.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/gamma_functions.hpp"

namespace variate::detail {

/// With d = loc_p - loc_q: E|x - loc_q| = s sqrt(2/pi) e^(-d^2/(2 s^2)) + d erf(d/(s sqrt 2)), the mean of a folded normal.
template <class S>
struct KlBetween<NormalLaw<S>, LaplaceLaw<S>> {
  using P = NormalLaw<S>;
  using Q = LaplaceLaw<S>;
  using V = Packet<S>;
  static constexpr S root_half = S(0.707106781186547524400844362104849039L),
                     root_two_over_pi = S(0.797884560802865355879892119868763737L);

  static V value(const typename P::C& p, const typename Q::C& q) {
    const V off = p[P::loc] - q[Q::loc], z = off * p[P::inverse_scale];
    const V far = p[P::scale] * root_two_over_pi * math::exp(S(-0.5) * z * z) + off * math::erf(z * root_half);
    return p[P::log_normalizer] - S(0.5) - q[Q::log_normalizer] + far * q[Q::inverse_scale];
  }
  static void gradient(const typename P::C& p, const typename Q::C& q, typename P::Theta& s) {
    const V z = (p[P::loc] - q[Q::loc]) * p[P::inverse_scale];
    s[0] = math::erf(z * root_half) * q[Q::inverse_scale];
    s[1] = p[P::scale] * root_two_over_pi * math::exp(S(-0.5) * z * z) * q[Q::inverse_scale] - S(1);
  }
};

template <class S>
struct KlBetween<LaplaceLaw<S>, NormalLaw<S>> {
  using P = LaplaceLaw<S>;
  using Q = NormalLaw<S>;
  using V = Packet<S>;

  static V value(const typename P::C& p, const typename Q::C& q) {
    const V z = (p[P::loc] - q[Q::loc]) * q[Q::inverse_scale], r = p[P::scale] * q[Q::inverse_scale];
    return p[P::log_normalizer] - S(1) - q[Q::log_normalizer] + r * r + S(0.5) * z * z;
  }
  static void gradient(const typename P::C& p, const typename Q::C& q, typename P::Theta& s) {
    const V r = p[P::scale] * q[Q::inverse_scale];
    s[0] = (p[P::loc] - q[Q::loc]) * q[Q::inverse_scale] * q[Q::inverse_scale];
    s[1] = S(2) * r * r - S(1);
  }
};

/// An exponential number is a gamma number of shape 1.
template <class S>
struct KlBetween<ExponentialLaw<S>, GammaLaw<S>> {
  using P = ExponentialLaw<S>;
  using Q = GammaLaw<S>;
  using V = Packet<S>;

  static typename Q::C as_gamma(const typename P::C& p) { return Q::prepare({V(S(0)), p[P::log_rate]}); }
  static V value(const typename P::C& p, const typename Q::C& q) { return Q::kl(as_gamma(p), q); }
  static void gradient(const typename P::C& p, const typename Q::C& q, typename P::Theta& s) {
    typename Q::Theta both;
    Q::kl_gradient(as_gamma(p), q, both);
    s[0] = both[1];
  }
};
template <class S>
struct KlBetween<GammaLaw<S>, ExponentialLaw<S>> {
  using P = GammaLaw<S>;
  using Q = ExponentialLaw<S>;
  using V = Packet<S>;
  using Swapped = KlBetween<Q, P>;

  static V value(const typename P::C& p, const typename Q::C& q) { return P::kl(p, Swapped::as_gamma(q)); }
  static void gradient(const typename P::C& p, const typename Q::C& q, typename P::Theta& s) {
    P::kl_gradient(p, Swapped::as_gamma(q), s);
  }
};

/// For a Weibull number of scale l and shape k: entropy gamma (1 - 1/k) + log(l/k) + 1, E x = l Gamma(1 + 1/k), E log x = log l -
/// gamma/k with Euler's gamma.
template <class S>
struct KlBetween<WeibullLaw<S>, GammaLaw<S>> {
  using P = WeibullLaw<S>;
  using Q = GammaLaw<S>;
  using V = Packet<S>;
  static constexpr S euler = S(0.577215664901532860606512090082402431L);

  static V mean(const typename P::C& p) { return math::exp(p[P::log_scale] + math::lgamma(S(1) + p[P::inverse_shape])); }
  static V value(const typename P::C& p, const typename Q::C& q) {
    const V entropy = euler * (S(1) - p[P::inverse_shape]) + (p[P::log_scale] - p[P::log_shape]) + S(1);
    const V log_x = p[P::log_scale] - euler * p[P::inverse_shape];
    return math::lgamma(q[Q::shape]) - q[Q::shape] * q[Q::log_rate] - (q[Q::shape] - S(1)) * log_x + q[Q::rate] * mean(p) -
           entropy;
  }
  static void gradient(const typename P::C& p, const typename Q::C& q, typename P::Theta& s) {
    const V rest = q[Q::rate] * mean(p);
    s[0] = rest - q[Q::shape];
    s[1] = S(1) - (euler * q[Q::shape] + rest * math::digamma(S(1) + p[P::inverse_shape])) * p[P::inverse_shape];
  }
};

/// What x below is: a Kumaraswamy number is (1 - e^(-s/b))^(1/a) of an exponential number s.
struct LogComplement {
  double mean, by_log_a, by_log_b;  ///< of log(1 - x), and its slopes
};
/// By the double exponential rule s = exp(t - e^-t) (Takahasi and Mori 1974).
inline LogComplement kumaraswamy_log_complement(double a, double b) {
  LogComplement sum{0, 0, 0};
  constexpr double step = 0.04;
  for (int i = -124; i <= 100; ++i) {
    const double t = step * i, s = std::exp(t - std::exp(-t)), weight = step * s * (1 + std::exp(-t)) * std::exp(-s);
    if (!(weight > 0)) continue;
    const double r = s / b, h = (r > 0.7 ? std::log1p(-std::exp(-r)) : std::log(-std::expm1(-r))) / a;  // log x
    const double slope = h == 0 ? std::numeric_limits<double>::infinity() : 1 / std::expm1(-h);
    // as x comes near 1, log x to -e^(-r)/a
    const double log_rest = r > 36 ? -r - std::log(a) : std::log(-std::expm1(h));
    sum.mean += weight * log_rest;
    sum.by_log_a += weight * (r > 36 ? -1 : h * slope);
    sum.by_log_b += weight * (r > 36 ? r : (r / std::expm1(r)) / a * slope);
  }
  return sum;
}
/// log B(alpha, beta) - H(p) - (alpha - 1) E log x - (beta - 1) E log(1 - x), E log x = -(digamma(b + 1) + gamma)/a.
template <class S>
struct KlBetween<KumaraswamyLaw<S>, BetaLaw<S>> {
  using P = KumaraswamyLaw<S>;
  using Q = BetaLaw<S>;
  using V = Packet<S>;
  static constexpr S euler = S(0.577215664901532860606512090082402431L);

  template <class Member>
  static V rest(const typename P::C& p, Member member) {
    return V::each(
        [=](S a, S b) {
          return static_cast<S>(member(kumaraswamy_log_complement(static_cast<double>(a), static_cast<double>(b))));
        },
        p[P::a], p[P::b]);
  }
  static V value(const typename P::C& p, const typename Q::C& q) {
    const V log_beta = q[Q::shape_a] * q[Q::fraction_a] + q[Q::shape_b] * q[Q::fraction_b] - q[Q::peak];
    const V log_x = -(math::digamma(p[P::b] + S(1)) + euler) * p[P::inverse_a];
    const V log_rest = rest(p, [](const LogComplement& e) { return e.mean; });
    return log_beta - P::entropy(p) - (q[Q::shape_a] - S(1)) * log_x - (q[Q::shape_b] - S(1)) * log_rest;
  }
  static void gradient(const typename P::C& p, const typename Q::C& q, typename P::Theta& s) {
    P::entropy_gradient(p, s);
    const V harmonic = math::digamma(p[P::b] + S(1)) + euler, more = q[Q::shape_a] - S(1), less = q[Q::shape_b] - S(1);
    s[0] = -s[0] - more * harmonic * p[P::inverse_a] - less * rest(p, [](const LogComplement& e) { return e.by_log_a; });
    s[1] = -s[1] + more * p[P::b] * math::trigamma(p[P::b] + S(1)) * p[P::inverse_a] -
           less * rest(p, [](const LogComplement& e) { return e.by_log_b; });
  }
};

template <class S>
struct KlBetween<UniformLaw<S>, NormalLaw<S>> {
  using P = UniformLaw<S>;
  using Q = NormalLaw<S>;
  using V = Packet<S>;

  static V value(const typename P::C& p, const typename Q::C& q) {
    const V z = (p[P::low] + S(0.5) * p[P::width] - q[Q::loc]) * q[Q::inverse_scale], r = p[P::width] * q[Q::inverse_scale];
    return S(0.5) * (z * z + r * r / S(12)) - q[Q::log_normalizer] - p[P::log_width];
  }
  static void gradient(const typename P::C& p, const typename Q::C& q, typename P::Theta& s) {
    const V z = (p[P::low] + S(0.5) * p[P::width] - q[Q::loc]) * q[Q::inverse_scale], r = p[P::width] * q[Q::inverse_scale];
    s[0] = z * q[Q::inverse_scale];
    s[1] = S(0.5) * r * z + r * r / S(12) - S(1);
  }
};

/// Infinite unless all of [0, 1] is covered.
template <class S>
struct KlBetween<BetaLaw<S>, UniformLaw<S>> {
  using P = BetaLaw<S>;
  using Q = UniformLaw<S>;
  using V = Packet<S>;

  static V value(const typename P::C& p, const typename Q::C& q) {
    // the right end is low + width, rounded
    const V slack = S(4) * std::numeric_limits<S>::epsilon() * (math::abs(q[Q::low]) + math::abs(q[Q::high]));
    const auto covered = (q[Q::low] <= slack) & (q[Q::high] >= S(1) - slack);
    return select(covered, q[Q::log_width] - P::entropy(p), V(std::numeric_limits<S>::infinity()));
  }
  static void gradient(const typename P::C& p, const typename Q::C&, typename P::Theta& s) {
    P::entropy_gradient(p, s);
    s[0] = -s[0];
    s[1] = -s[1];
  }
};

}  // namespace variate::detail

#pragma once
/// Closed forms of KL(p || q) for p and q of different families. With this header included, `kl` and `HasKl` find them.
#include "variate/distributions/gamma.hpp"
#include "variate/distributions/kl.hpp"
#include "variate/distributions/laplace.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/math/erf.hpp"
#include "variate/math/exp.hpp"

namespace variate::detail {

/// With d = loc_p - loc_q: E|x - loc_q| = s sqrt(2/pi) e^(-d^2/(2 s^2)) + d erf(d/(s sqrt 2)), the mean of a folded normal.
template <class S>
struct KlBetween<NormalLaw<S>, LaplaceLaw<S>> {
  using P = NormalLaw<S>;
  using Q = LaplaceLaw<S>;
  using V = Packet<S>;
  static constexpr S root_half = S(0.707106781186547524400844362104849039L), root_two_over_pi = S(0.797884560802865355879892119868763737L);

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

}  // namespace variate::detail

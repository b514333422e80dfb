#pragma once
/// What the families made of one gamma number of rate 1 share: the number is a e^e, a its shape (and mean), e its position, which keeps
/// all its digits for large shapes and exists for small ones, where the number underflows.
#include <cstddef>
#include <limits>
#include <type_traits>

#include "variate/core/types.hpp"
#include "variate/distributions/detail/cells.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/expm1.hpp"
#include "variate/math/gamma_functions.hpp"
#include "variate/math/incomplete_gamma.hpp"
#include "variate/math/log.hpp"
#include "variate/math/normal_cdf.hpp"
#include "variate/random/gammas.hpp"

namespace variate::detail {

template <class S>
struct GammaCore {
  using V = Packet<S>;
  static constexpr S inf = std::numeric_limits<S>::infinity();
  /// Of each shape a: gap = log a - digamma(a), peak = a log a - a - lgamma(a).
  struct Shape {
    V a, log_a, gap, peak;
  };
  static Shape shape(V log_a) {
    const V a = math::exp(log_a);
    return {a, log_a, math::detail::all_in_double([]<class L>(L x) { return math::detail::log_less_digamma(x); }, a),
            math::detail::all_in_double([]<class L>(L x) { return math::detail::log_gamma_peak(x); }, a)};
  }
  /// e where the number is x >= 0; 0 (harmless) elsewhere.
  static V position(V a, V x) {
    return math::detail::all_in_double(
        []<class L>(L shape, L at) { return math::detail::gamma_position(shape, select((at > 0.0) & (at < 1e300), at, shape)); }, a, x);
  }
  /// log(x f(x)) at a e^e.
  static V log_front(V a, V peak, V e) { return peak - a * (math::expm1(e) - e); }
  static V entropy(const Shape& s) { return multiply_add(s.a, s.gap, s.log_a - s.gap) - s.peak; }
  /// d/dlog a of the entropy.
  static V entropy_slope(V a) { return a * multiply_add(S(1) - a, math::trigamma(a), V(S(1))); }

  static V cdf(V a, V x) { return tail(math::detail::gamma_p_lanes, a, x); }
  static V sf(V a, V x) { return tail(math::detail::gamma_q_lanes, a, x); }
  static V log_cdf(V a, V x) { return tail(math::detail::log_gamma_p_lanes, a, x); }
  static V log_sf(V a, V x) { return tail(math::detail::log_gamma_q_lanes, a, x); }
  /// log of the point with P = p (or Q = p).
  static V log_quantile(V a, V p) { return math::log_gamma_p_inverse(a, p); }
  static V log_upper_quantile(V a, V p) {
    return math::detail::all_in_double(
        []<class L>(L shape, L q) {
          constexpr double most = std::numeric_limits<double>::infinity();
          const L inside = select((q > 0.0) & (q < 1.0), q, L(0.5));
          const L y = math::detail::gamma_quantile(shape, 1.0 - inside, inside, -math::normal_quantile(inside)) + math::log(shape);
          return select(q == 0.0, L(most), select(q == 1.0, L(-most), y));
        },
        a, p);
  }

  /// Positions of gamma numbers, K x SB for shapes K x B.
  template <class Rng>
  static Batch<S> positions(Rng& rng, const Batch<S>& shapes, Index samples) {
    const Batch<double> a = shapes.template cast<double>(), log_a = a.array().log().matrix();
    Batch<double> e = log_gammas<double>(rng, a, samples);
    for (Index s = 0; s < e.cols(); s += a.cols()) e.middleCols(s, a.cols()) -= log_a;
    if constexpr (std::is_same_v<S, double>) return e;
    else return e.template cast<S>();
  }

  /// KL between gamma laws of shapes p, q whose means have the logarithm of quotient v = log(mean p / mean q).
  static V kl(const Shape& p, const Shape& q, V v) {
    return q.a * (math::expm1(v) - v) + (p.peak - q.peak) - (p.a - q.a) * p.gap;
  }

 private:
  template <class F>
  static V tail(F f, V a, V x) {
    return math::detail::all_in_double(f, a, select(x < S(0), V(S(0)), x));
  }
};

}  // namespace variate::detail

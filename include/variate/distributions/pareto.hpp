#pragma once
/// The Pareto distribution.
#include <limits>

#include "variate/core/types.hpp"
#include "variate/distributions/detail/factorized.hpp"
#include "variate/distributions/detail/family.hpp"
#include "variate/math/detail/log_complement.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/expm1.hpp"
#include "variate/math/log.hpp"
#include "variate/math/log1p.hpp"
#include "variate/random/exponentials.hpp"

namespace variate {
namespace detail {

/// log f = log(alpha/scale) - (alpha + 1) log(x/scale) for x >= scale; theta is (log scale, log alpha).
template <class S>
struct ParetoLaw {
  using Scalar = S;
  using V = Packet<S>;
  static constexpr const char* name = "Pareto";
  static constexpr int parameters = 2;
  static constexpr Arguments<parameters> arguments{{{"scale"}, {"alpha"}}};
  static constexpr bool discrete = false, reparameterized = true;
  enum : std::size_t { scale, inverse_scale, log_scale, alpha, inverse_alpha, log_alpha, end };
  static constexpr int constants = 7;
  using Theta = Numbers<S, parameters>;
  using C = Numbers<S, constants>;
  static constexpr S inf = std::numeric_limits<S>::infinity();

  /// The support ends below the scale by what the rounding of its logarithm may have added, so that the scale that was given is
  /// in it.
  static C prepare(const Theta& theta) {
    const V m = math::exp(theta[0]), rounding = std::numeric_limits<S>::epsilon() * (S(2) + math::abs(theta[0]));
    return {m, math::exp(-theta[0]), theta[0], math::exp(theta[1]), math::exp(-theta[1]), theta[1], m - m * rounding};
  }

  static V log_prob(V x, const C& c) { return (c[log_alpha] - c[log_scale]) - (c[alpha] + S(1)) * log_ratio(x, c); }
  static V score(V x, const C& c, Theta& s) {
    s[0] = c[alpha];
    s[1] = S(1) - c[alpha] * log_ratio(x, c);
    return -(c[alpha] + S(1)) / x;
  }

  template <class T, class Rng>
  static Batch<T> noise(Rng& rng, Index rows, Index cols) {
    return exponentials<T>(rng, rows, cols);
  }
  static V point(V e, const C& c) { return c[scale] * math::exp(e * c[inverse_alpha]); }
  static void path(V e, V x, const C& c, Theta& s) {
    s[0] = x;
    s[1] = -x * (e * c[inverse_alpha]);
  }

  static V lowest(const C& c) { return c[end]; }
  /// Moments are infinite where they do not exist: the mean for alpha <= 1, the variance for alpha <= 2.
  static V mean(const C& c) { return select(c[alpha] > S(1), c[scale] * (c[alpha] / (c[alpha] - S(1))), V(inf)); }
  static V variance(const C& c) {
    const V m = c[scale] / (c[alpha] - S(1));
    return select(c[alpha] > S(2), m * m * (c[alpha] / (c[alpha] - S(2))), V(inf));
  }
  static V mode(const C& c) { return c[scale]; }
  static V entropy(const C& c) { return (c[log_scale] - c[log_alpha]) + (S(1) + c[inverse_alpha]); }
  static void entropy_gradient(const C& c, Theta& s) {
    s[0] = S(1);
    s[1] = -(S(1) + c[inverse_alpha]);
  }

  static V cdf(V x, const C& c) { return -math::expm1(-(c[alpha] * log_ratio(x, c))); }
  static V log_cdf(V x, const C& c) { return math::detail::log_one_minus_exp(-(c[alpha] * log_ratio(x, c))); }
  static V icdf(V p, const C& c) { return c[scale] * math::exp(-math::log1p(-p) * c[inverse_alpha]); }

  /// With v = log(alpha_q/alpha_p): e^v - 1 - v + alpha_q log(scale_p/scale_q); infinite where scale_p < scale_q, and there the
  /// gradient is taken as 0.
  static V kl(const C& p, const C& q) {
    const V v = q[log_alpha] - p[log_alpha], higher = p[log_scale] - q[log_scale];
    return select(higher < S(0), V(inf), (math::expm1(v) - v) + q[alpha] * higher);
  }
  static void kl_gradient(const C& p, const C& q, Theta& s) {
    const auto outside = p[log_scale] < q[log_scale];
    s[0] = select(outside, V(S(0)), q[alpha]);
    s[1] = select(outside, V(S(0)), -math::expm1(q[log_alpha] - p[log_alpha]));
  }

 private:
  /// log(x/scale), not negative; to the last digits of x near the scale, and where x/scale overflows.
  static V log_ratio(V x, const C& c) {
    const V over = (x - c[scale]) * c[inverse_scale], ratio = math::log1p(max(V(S(0)), over));
    const auto far = over == inf;
    if (any(far)) [[unlikely]]
      return select(far, math::log(x) - c[log_scale], ratio);
    return ratio;
  }
};

}  // namespace detail

/// d independent Pareto coordinates of density alpha scale^alpha / x^(alpha + 1) for x >= scale. theta: d rows log scale, then d
/// rows log alpha; one column a data point. Reparameterised as scale e^(e/alpha) with e from `exponentials`.
template <class S = double>
class Pareto : public detail::Family<Pareto<S>, detail::ParetoLaw<S>> {
  using Base = detail::Family<Pareto<S>, detail::ParetoLaw<S>>;

 public:
  using Base::Base;
  /// scale (the lowest value) and alpha (the tail's power) positive, both d x B (vectors for B = 1). ShapeError, InvalidArgument
  /// or DomainError otherwise.
  Pareto(const Batch<S>& scale, const Batch<S>& alpha) : Base(std::in_place, scale, alpha) {}

  /// Lowest values, d x B.
  Batch<S> scale() const { return this->parameter(0); }
  /// Powers of the tail, d x B.
  Batch<S> alpha() const { return this->parameter(1); }
};

template <class A, class B>
Pareto(const Eigen::MatrixBase<A>&, const Eigen::MatrixBase<B>&) -> Pareto<typename A::Scalar>;

}  // namespace variate

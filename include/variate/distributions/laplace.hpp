#pragma once
/// The Laplace (double exponential) distribution.
#include <limits>

#include "variate/core/types.hpp"
#include "variate/distributions/detail/factorized.hpp"
#include "variate/distributions/detail/family.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/expm1.hpp"
#include "variate/math/log.hpp"
#include "variate/math/log1p.hpp"
#include "variate/random/fill.hpp"

namespace variate {
namespace detail {

/// log f = -|z| - log(2 scale), z = (x - loc)/scale; theta is (loc, log scale).
template <class S>
struct LaplaceLaw {
  using Scalar = S;
  using V = Packet<S>;
  static constexpr const char* name = "Laplace";
  static constexpr int parameters = 2;
  static constexpr Arguments<parameters> arguments{{{"loc", Domain::real}, {"scale"}}};
  static constexpr bool discrete = false, reparameterized = true;
  enum : std::size_t { loc, scale, inverse_scale, log_normalizer };
  static constexpr int constants = 4;
  using Theta = Numbers<S, parameters>;
  using C = Numbers<S, constants>;
  static constexpr S log_two = S(0.693147180559945309417232121458176568L);

  static C prepare(const Theta& theta) { return {theta[0], math::exp(theta[1]), math::exp(-theta[1]), -theta[1] - log_two}; }

  static V log_prob(V x, const C& c) { return c[log_normalizer] - math::abs((x - c[loc]) * c[inverse_scale]); }
  /// The slope at the peak is taken as 0.
  static V score(V x, const C& c, Theta& s) {
    const V z = (x - c[loc]) * c[inverse_scale];
    const V sign = select(z > S(0), V(S(1)), select(z < S(0), V(S(-1)), z));  // NaN stays
    s[0] = sign * c[inverse_scale];
    s[1] = math::abs(z) - S(1);
    return -s[0];
  }

  template <class T, class Rng>
  static Batch<T> noise(Rng& rng, Index rows, Index cols) {
    return uniforms<T>(rng, rows, cols);
  }
  static V point(V u, const C& c) { return icdf(u, c); }
  static void path(V, V x, const C& c, Theta& s) {
    s[0] = S(1);
    s[1] = x - c[loc];
  }

  static V mean(const C& c) { return c[loc]; }
  static V variance(const C& c) { return S(2) * c[scale] * c[scale]; }
  static V mode(const C& c) { return c[loc]; }
  static V entropy(const C& c) { return S(1) - c[log_normalizer]; }
  static void entropy_gradient(const C&, Theta& s) {
    s[0] = S(0);
    s[1] = S(1);
  }

  static V cdf(V x, const C& c) {
    const V z = (x - c[loc]) * c[inverse_scale], tail = S(0.5) * math::exp(-math::abs(z));
    return select(z > S(0), S(1) - tail, tail);
  }
  static V log_cdf(V x, const C& c) {
    const V z = (x - c[loc]) * c[inverse_scale];
    return select(z > S(0), math::log1p(S(-0.5) * math::exp(-math::abs(z))), z - log_two);
  }
  static V icdf(V p, const C& c) {
    const V tail = math::log(S(2) * min(p, S(1) - p));
    return c[loc] + c[scale] * select(p < S(0.5), tail, -tail);
  }

  /// With t = |loc_p - loc_q|, r = scale_p/scale_q: r e^(-t/scale_p) + t/scale_q - 1 - log r.
  static V kl(const C& p, const C& q) {
    const V far = math::abs(p[loc] - q[loc]), log_ratio = q[log_normalizer] - p[log_normalizer];
    const V ratio_less = math::expm1(log_ratio), shrink = math::expm1(-far * p[inverse_scale]);
    return ratio_less - log_ratio + (S(1) + ratio_less) * shrink + far * q[inverse_scale];
  }
  static void kl_gradient(const C& p, const C& q, Theta& s) {
    const V off = p[loc] - q[loc], far = math::abs(off), ratio = p[scale] * q[inverse_scale];
    const V shrink = math::exp(-far * p[inverse_scale]);
    s[0] = select(off < S(0), V(S(-1)), V(S(1))) * q[inverse_scale] * -math::expm1(-far * p[inverse_scale]);
    s[1] = (ratio + far * q[inverse_scale]) * shrink - S(1);
  }
};

}  // namespace detail

/// d independent Laplace coordinates of density e^(-|x - loc|/scale)/(2 scale). theta: d rows loc, then d rows log scale; one
/// column a data point. Reparameterised through the quantile of a uniform number.
template <class S = double>
class Laplace : public detail::Family<Laplace<S>, detail::LaplaceLaw<S>> {
  using Base = detail::Family<Laplace<S>, detail::LaplaceLaw<S>>;

 public:
  using Base::Base;
  /// loc finite and scale positive, both d x B (vectors for B = 1). ShapeError, InvalidArgument or DomainError otherwise.
  Laplace(const Batch<S>& loc, const Batch<S>& scale) : Base(std::in_place, loc, scale) {}

  /// Locations, d x B.
  Batch<S> loc() const { return this->parameter(0); }
  /// Scales, d x B.
  Batch<S> scale() const { return this->parameter(1); }
};

template <class A, class B>
Laplace(const Eigen::MatrixBase<A>&, const Eigen::MatrixBase<B>&) -> Laplace<typename A::Scalar>;

}  // namespace variate

#pragma once
/// The inverse gamma distribution: of scale/g where g is a gamma number.
#include <limits>
#include <utility>

#include "variate/core/types.hpp"
#include "variate/distributions/detail/factorized.hpp"
#include "variate/distributions/detail/family.hpp"
#include "variate/distributions/detail/gamma_core.hpp"

namespace variate {
namespace detail {

/// log f = a log(scale/x) - scale/x - lgamma(a) - log x; theta is (log a, log scale).
template <class S>
struct InverseGammaLaw {
  using Scalar = S;
  using V = Packet<S>;
  using Core = GammaCore<S>;
  static constexpr const char* name = "InverseGamma";
  static constexpr int parameters = 2;
  static constexpr Arguments<parameters> arguments{{{"concentration"}, {"scale"}}};
  static constexpr bool discrete = false, reparameterized = true;
  enum : std::size_t { shape, scale, log_shape, log_scale, gap, peak };
  static constexpr int constants = 6;
  using Theta = Numbers<S, parameters>;
  using C = Numbers<S, constants>;

  static C prepare(const Theta& theta) {
    const auto core = Core::shape(theta[0]);
    return {core.a, math::exp(theta[1]), core.log_a, theta[1], core.gap, core.peak};
  }
  static typename Core::Shape core(const C& c) { return {c[shape], c[log_shape], c[gap], c[peak]}; }

  static V log_prob(V x, const C& c) {
    const auto inside = (x > S(0)) & (x < Core::inf);
    const V at = select(inside, x, V(S(1))), e = Core::position(c[shape], c[scale] / at);
    // Where scale/x overflows the density is zero long since.
    const V y = select(c[scale] / at < Core::inf, Core::log_front(c[shape], c[peak], e) - math::log(at), V(-Core::inf));
    return select(inside, y, select(x == x, V(-Core::inf), x));
  }
  /// Zero outside the support.
  static V score(V x, const C& c, Theta& s) {
    const V quotient = c[scale] / select(x > S(0), x, V(S(1)));
    const auto inside = (x > S(0)) & (x < Core::inf) & (quotient < Core::inf);
    const V a = c[shape], y = select(inside, quotient, a), zero = select(x == x, V(S(0)), x);
    s[0] = select(inside, a * (Core::position(a, y) + c[gap]), zero);
    s[1] = select(inside, a - y, zero);
    return select(inside, (y - a - S(1)) / select(inside, x, V(S(1))), zero);
  }

  template <class T, class Rng>
  static Batch<T> noise(Rng& rng, const Batch<T>& all, Index d, Index samples) {
    return Core::positions(rng, all.topRows(d), samples);
  }
  static V point(V e, const C& c) { return math::exp((c[log_scale] - c[log_shape]) - e); }
  static constexpr int smooth = 1;
  static V smooth_at(V e, const C&) { return e; }
  static Numbers<S, smooth> smooth_slopes(V e, const C& c) { return {math::gamma_log_slope(c[shape], e)}; }
  static void path_by(const Numbers<S, smooth>& slopes, V, V x, const C& c, Theta& s) {
    s[0] = -x * (c[shape] * slopes[0]);
    s[1] = x;
  }
  static void path(V e, V x, const C& c, Theta& s) { path_by(smooth_slopes(e, c), e, x, c, s); }

  /// Infinite where they do not exist: the mean for a <= 1, the variance for a <= 2.
  static V lowest(const C&) { return V(S(0)); }
  static V mean(const C& c) { return select(c[shape] > S(1), c[scale] / (c[shape] - S(1)), V(Core::inf)); }
  static V variance(const C& c) {
    const V m = c[scale] / (c[shape] - S(1));
    return select(c[shape] > S(2), m * m / (c[shape] - S(2)), V(Core::inf));
  }
  static V mode(const C& c) { return c[scale] / (c[shape] + S(1)); }
  static V entropy(const C& c) { return multiply_add(c[shape], c[gap], c[gap] - c[log_shape]) - c[peak] + c[log_scale]; }
  static void entropy_gradient(const C& c, Theta& s) {
    const V a = c[shape];
    s[0] = a * (S(1) - (S(1) + a) * math::trigamma(a));
    s[1] = S(1);
  }
  static V cdf(V x, const C& c) { return select(x > S(0), Core::sf(c[shape], quotient(x, c)), select(x == x, V(S(0)), x)); }
  static V log_cdf(V x, const C& c) {
    return select(x > S(0), Core::log_sf(c[shape], quotient(x, c)), select(x == x, V(-Core::inf), x));
  }
  static V icdf(V p, const C& c) { return math::exp(c[log_scale] - Core::log_upper_quantile(c[shape], p)); }

  static V kl(const C& p, const C& q) {
    return Core::kl(core(p), core(q), (p[log_shape] - p[log_scale]) - (q[log_shape] - q[log_scale]));
  }
  static void kl_gradient(const C& p, const C& q, Theta& s) {
    const V v = q[log_scale] - p[log_scale];
    s[0] = p[shape] * ((p[shape] - q[shape]) * math::trigamma(p[shape]) + math::expm1(v));
    s[1] = q[shape] - p[shape] * math::exp(v);
  }

 private:
  static V quotient(V x, const C& c) { return c[scale] / select(x > S(0), x, V(S(1))); }
};

}  // namespace detail

/// d independent inverse gamma coordinates of density scale^a x^(-a-1) e^(-scale/x) / Gamma(a), a the concentration. theta: d
/// rows log concentration, then d rows log scale; one column a data point. Reparameterised and accurate as `Gamma`. The mean is
/// infinite for concentrations up to 1, the variance up to 2.
template <class S = double>
class InverseGamma : public detail::Family<InverseGamma<S>, detail::InverseGammaLaw<S>> {
  using Base = detail::Family<InverseGamma<S>, detail::InverseGammaLaw<S>>;

 public:
  using Base::Base;
  /// Both positive and d x B (vectors for B = 1). ShapeError, InvalidArgument or DomainError otherwise. Kept as logarithms.
  InverseGamma(const Batch<S>& concentration, const Batch<S>& scale) : Base(std::in_place, concentration, scale) {}

  /// Concentrations (shapes), d x B.
  Batch<S> concentration() const { return this->parameter(0); }
  /// Scales, d x B.
  Batch<S> scale() const { return this->parameter(1); }
};

template <class A, class B>
InverseGamma(const Eigen::MatrixBase<A>&, const Eigen::MatrixBase<B>&) -> InverseGamma<typename A::Scalar>;

}  // namespace variate

#pragma once
/// The Gumbel (extreme value) distribution, of maxima.
#include "variate/core/types.hpp"
#include "variate/distributions/detail/factorized.hpp"
#include "variate/distributions/detail/family.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/expm1.hpp"
#include "variate/math/gamma_functions.hpp"
#include "variate/math/log.hpp"
#include "variate/random/exponentials.hpp"

namespace variate {
namespace detail {

/// Euler's constant, the mean of a standard Gumbel number.
template <class S>
inline constexpr S euler_gamma = S(0.577215664901532860606512090082402431L);

/// KL of two Gumbel laws from a = (loc_p - loc_q)/scale_q and log b = log(scale_p/scale_q), and its slopes by both:
/// e^(-a) Gamma(1+b) + a - log b + gamma (b-1) - 1, written so that every part vanishes where p = q.
template <class V>
struct GumbelKl {
  using S = typename V::Scalar;
  V less, b, tilt;

  GumbelKl(V a, V log_b) : less(math::expm1(log_b)), b(less + S(1)), tilt(math::lgamma(b + S(1)) - a) {}
  V value() const { return (math::expm1(tilt) - tilt) + multiply_add(V(euler_gamma<S>), less, math::lgamma(b)); }
  V by_a() const { return -math::expm1(tilt); }
  V by_log_b() const { return b * multiply_add(math::exp(tilt), math::digamma(b + S(1)), V(euler_gamma<S>)) - S(1); }
};

/// log f = -z - e^-z - log scale, z = (x - loc)/scale; theta is (loc, log scale).
template <class S>
struct GumbelLaw {
  using Scalar = S;
  using V = Packet<S>;
  static constexpr const char* name = "Gumbel";
  static constexpr int parameters = 2;
  static constexpr Arguments<parameters> arguments{{{"loc", Domain::real}, {"scale"}}};
  static constexpr bool discrete = false, reparameterized = true;
  enum : std::size_t { loc, scale, inverse_scale, log_scale };
  static constexpr int constants = 4;
  using Theta = Numbers<S, parameters>;
  using C = Numbers<S, constants>;

  static C prepare(const Theta& theta) { return {theta[0], math::exp(theta[1]), math::exp(-theta[1]), theta[1]}; }

  static V log_prob(V x, const C& c) {
    const V z = (x - c[loc]) * c[inverse_scale];
    return -(z + c[log_scale]) - math::exp(-z);
  }
  static V score(V x, const C& c, Theta& s) {
    const V z = (x - c[loc]) * c[inverse_scale], pull = -math::expm1(-z);
    s[0] = pull * c[inverse_scale];
    s[1] = z * pull - S(1);
    return -s[0];
  }

  template <class T, class Rng>
  static Batch<T> noise(Rng& rng, Index rows, Index cols) {
    return gumbels<T>(rng, rows, cols);
  }
  static V point(V e, const C& c) { return c[loc] + c[scale] * e; }
  static void path(V e, V, const C& c, Theta& s) {
    s[0] = S(1);
    s[1] = c[scale] * e;
  }

  static V mean(const C& c) { return c[loc] + euler_gamma<S> * c[scale]; }
  static V variance(const C& c) { return S(1.64493406684822643647241516664602519L) * c[scale] * c[scale]; }  // pi^2/6
  static V mode(const C& c) { return c[loc]; }
  static V entropy(const C& c) { return c[log_scale] + (S(1) + euler_gamma<S>); }
  static void entropy_gradient(const C&, Theta& s) {
    s[0] = S(0);
    s[1] = S(1);
  }

  static V cdf(V x, const C& c) { return math::exp(log_cdf(x, c)); }
  static V log_cdf(V x, const C& c) { return -math::exp((c[loc] - x) * c[inverse_scale]); }
  static V icdf(V p, const C& c) { return c[loc] - c[scale] * math::log(-math::log(p)); }

  static V kl(const C& p, const C& q) { return between(p, q).value(); }
  static void kl_gradient(const C& p, const C& q, Theta& s) {
    const GumbelKl<V> between_them = between(p, q);
    s[0] = between_them.by_a() * q[inverse_scale];
    s[1] = between_them.by_log_b();
  }

 private:
  static GumbelKl<V> between(const C& p, const C& q) {
    return {(p[loc] - q[loc]) * q[inverse_scale], p[log_scale] - q[log_scale]};
  }
};

}  // namespace detail

/// d independent Gumbel coordinates of distribution function e^(-e^(-(x - loc)/scale)). theta: d rows loc, then d rows log scale;
/// one column a data point. Reparameterised as loc + scale g with g from `gumbels`.
template <class S = double>
class Gumbel : public detail::Family<Gumbel<S>, detail::GumbelLaw<S>> {
  using Base = detail::Family<Gumbel<S>, detail::GumbelLaw<S>>;

 public:
  using Base::Base;
  /// loc (the mode) finite and scale positive, both d x B (vectors for B = 1). ShapeError, InvalidArgument or DomainError
  /// otherwise.
  Gumbel(const Batch<S>& loc, const Batch<S>& scale) : Base(std::in_place, loc, scale) {}

  /// Locations, d x B.
  Batch<S> loc() const { return this->parameter(0); }
  /// Scales, d x B.
  Batch<S> scale() const { return this->parameter(1); }
};

template <class A, class B>
Gumbel(const Eigen::MatrixBase<A>&, const Eigen::MatrixBase<B>&) -> Gumbel<typename A::Scalar>;

}  // namespace variate

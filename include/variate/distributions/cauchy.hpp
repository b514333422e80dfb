#pragma once
/// The Cauchy distribution.
#include <cmath>
#include <limits>

#include "variate/core/types.hpp"
#include "variate/distributions/detail/factorized.hpp"
#include "variate/distributions/detail/family.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/expm1.hpp"
#include "variate/math/log.hpp"
#include "variate/math/log1p.hpp"
#include "variate/math/trigonometric.hpp"
#include "variate/random/fill.hpp"

namespace variate {
namespace detail {

/// log(1 + z^2), where z^2 overflows too.
template <class V>
V log_one_plus_square(V z) {
  using S = typename V::Scalar;
  const V size = math::abs(z);
  const auto far = size > S(1) / std::numeric_limits<S>::epsilon();  // there it is log z^2
  const V log = math::log1p(select(far, size - S(1), z * z));
  return select(far, log + log, log);
}
/// z/(1 + z^2), also where z^2 overflows and where 1/z does.
template <class V>
V over_one_plus_square(V z) {
  using S = typename V::Scalar;
  return S(1) / (z + S(1) / z);
}
/// The angle of the point (x, y) over pi, in [-1, 1].
template <class V>
V angle_over_pi(V y, V x) {
  using S = typename V::Scalar;
  return V::each([](S b, S a) { return static_cast<S>(std::atan2(b, a) * S(0.318309886183790671537767526745028724L)); }, y, x);
}

/// log f = -log(1 + z^2) - log(pi scale), z = (x - loc)/scale; theta is (loc, log scale).
template <class S>
struct CauchyLaw {
  using Scalar = S;
  using V = Packet<S>;
  static constexpr const char* name = "Cauchy";
  static constexpr int parameters = 2;
  static constexpr Arguments<parameters> arguments{{{"loc", Domain::real}, {"scale"}}};
  static constexpr bool discrete = false, reparameterized = true;
  enum : std::size_t { loc, scale, inverse_scale, log_scale };
  static constexpr int constants = 4;
  using Theta = Numbers<S, parameters>;
  using C = Numbers<S, constants>;
  static constexpr S log_pi = S(1.14472988584940017414342735135305871L);

  static C prepare(const Theta& theta) { return {theta[0], math::exp(theta[1]), math::exp(-theta[1]), theta[1]}; }

  static V log_prob(V x, const C& c) { return -(log_one_plus_square(position(x, c)) + (c[log_scale] + log_pi)); }
  static V score(V x, const C& c, Theta& s) {
    const V z = position(x, c), pull = S(2) * over_one_plus_square(z);
    s[0] = pull * c[inverse_scale];
    s[1] = z * pull - S(1);
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

  static V mode(const C& c) { return c[loc]; }
  static V entropy(const C& c) { return c[log_scale] + (log_pi + S(1.38629436111989061883446424291635313L)); }  // log(4 pi scale)
  static void entropy_gradient(const C&, Theta& s) {
    s[0] = S(0);
    s[1] = S(1);
  }

  static V cdf(V x, const C& c) { return angle_over_pi(V(S(1)), -position(x, c)); }
  static V log_cdf(V x, const C& c) {
    const V z = position(x, c), tail = angle_over_pi(V(S(1)), math::abs(z));
    return select(z > S(0), math::log1p(-tail), math::log(select(z == z, tail, z)));
  }
  /// -cos(pi p)/sin(pi p), exact at both ends and in the middle.
  static V icdf(V p, const C& c) {
    const auto turn = math::sin_cos_turns(S(0.5) * p);
    return c[loc] - c[scale] * (turn.cos / math::abs(turn.sin));
  }

  /// log(((scale_p + scale_q)^2 + (loc_p - loc_q)^2)/(4 scale_p scale_q)) (F. Chyzak and F. Nielsen, "A closed-form formula for
  /// the Kullback-Leibler divergence between Cauchy distributions", 2019), as log(1 + w) with w = sinh(r/2)^2 + t, r =
  /// log(scale_p/scale_q).
  static V kl(const C& p, const C& q) {
    const Between b = between(p, q);
    return math::log1p(b.sinh * b.sinh + b.shift * b.shift * b.products);
  }
  static void kl_gradient(const C& p, const C& q, Theta& s) {
    const Between b = between(p, q);
    const V square = b.sinh * b.sinh, shift = b.shift * b.products, apart = b.shift * shift,
            whole = S(1) / (S(1) + square + apart);
    s[0] = shift * whole;
    s[1] = (b.sinh * sqrt(S(1) + square) - apart) * whole;
  }

 private:
  static V position(V x, const C& c) { return (x - c[loc]) * c[inverse_scale]; }
  struct Between {
    V sinh, shift, products;
  };
  static Between between(const C& p, const C& q) {
    const V less = math::expm1(S(0.5) * (p[log_scale] - q[log_scale]));
    return {S(0.5) * (less + less / (less + S(1))), S(0.5) * (p[loc] - q[loc]), p[inverse_scale] * q[inverse_scale]};
  }
};

}  // namespace detail

/// d independent Cauchy coordinates of density 1/(pi scale (1 + ((x - loc)/scale)^2)); they have no mean and no variance. theta:
/// d rows loc, then d rows log scale; one column a data point. Reparameterised through the quantile of a uniform number.
template <class S = double>
class Cauchy : public detail::Family<Cauchy<S>, detail::CauchyLaw<S>> {
  using Base = detail::Family<Cauchy<S>, detail::CauchyLaw<S>>;

 public:
  using Base::Base;
  /// loc (the median) finite and scale positive, both d x B (vectors for B = 1). ShapeError, InvalidArgument or DomainError
  /// otherwise.
  Cauchy(const Batch<S>& loc, const Batch<S>& scale) : Base(std::in_place, loc, scale) {}

  /// Locations, d x B.
  Batch<S> loc() const { return this->parameter(0); }
  /// Scales, d x B.
  Batch<S> scale() const { return this->parameter(1); }
};

template <class A, class B>
Cauchy(const Eigen::MatrixBase<A>&, const Eigen::MatrixBase<B>&) -> Cauchy<typename A::Scalar>;

}  // namespace variate

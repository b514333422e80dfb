#pragma once
/// The half-Cauchy distribution: of the size of a Cauchy number.
#include <limits>

#include "variate/core/types.hpp"
#include "variate/distributions/cauchy.hpp"
#include "variate/distributions/detail/factorized.hpp"
#include "variate/distributions/detail/family.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/log.hpp"
#include "variate/math/log1p.hpp"
#include "variate/math/trigonometric.hpp"
#include "variate/random/fill.hpp"

namespace variate {
namespace detail {

/// log f = -log(1 + z^2) - log(pi scale/2), z = x/scale; theta is (log scale).
template <class S>
struct HalfCauchyLaw {
  using Scalar = S;
  using V = Packet<S>;
  static constexpr const char* name = "HalfCauchy";
  static constexpr int parameters = 1;
  static constexpr Arguments<parameters> arguments{{{"scale"}}};
  static constexpr bool discrete = false, reparameterized = true;
  enum : std::size_t { scale, inverse_scale, log_scale };
  static constexpr int constants = 3;
  using Theta = Numbers<S, parameters>;
  using C = Numbers<S, constants>;
  static constexpr S inf = std::numeric_limits<S>::infinity();
  static constexpr S log_half_pi = S(0.451582705289454864726195229894882143L);
  static constexpr S log_two_pi = S(1.83787706640934548356065947281123527L);

  static C prepare(const Theta& theta) { return {math::exp(theta[0]), math::exp(-theta[0]), theta[0]}; }

  static V log_prob(V x, const C& c) { return -(log_one_plus_square(x * c[inverse_scale]) + (c[log_scale] + log_half_pi)); }
  static V score(V x, const C& c, Theta& s) {
    const V z = x * c[inverse_scale], pull = S(2) * over_one_plus_square(z);
    s[0] = z * pull - S(1);
    return -pull * c[inverse_scale];
  }

  template <class T, class Rng>
  static Batch<T> noise(Rng& rng, Index rows, Index cols) {
    return uniforms<T>(rng, rows, cols);
  }
  static V point(V u, const C& c) { return icdf(u, c); }
  static void path(V, V x, const C&, Theta& s) { s[0] = x; }

  static V lowest(const C&) { return V(S(0)); }
  static V mean(const C&) { return V(inf); }
  static V variance(const C&) { return V(inf); }
  static V mode(const C&) { return V(S(0)); }
  static V entropy(const C& c) { return c[log_scale] + log_two_pi; }
  static void entropy_gradient(const C&, Theta& s) { s[0] = S(1); }

  static V cdf(V x, const C& c) { return S(2) * angle_over_pi(x * c[inverse_scale], V(S(1))); }
  static V log_cdf(V x, const C& c) {
    const V z = x * c[inverse_scale], one(S(1));
    const V share = S(2) * select(z > one, angle_over_pi(one, z), angle_over_pi(z, one));  // the smaller tail
    return select(z > one, math::log1p(-share), math::log(share));
  }
  /// tan(pi p/2), exact at both ends.
  static V icdf(V p, const C& c) {
    const auto turn = math::sin_cos_turns(S(0.25) * p);
    return c[scale] * (turn.sin / math::abs(turn.cos));
  }
};

}  // namespace detail

/// d independent half-Cauchy coordinates of density 2/(pi scale (1 + (x/scale)^2)) for x >= 0; their mean and variance are
/// infinite. theta: d rows log scale; one column a data point. Reparameterised through the quantile of a uniform number.
template <class S = double>
class HalfCauchy : public detail::Family<HalfCauchy<S>, detail::HalfCauchyLaw<S>> {
  using Base = detail::Family<HalfCauchy<S>, detail::HalfCauchyLaw<S>>;

 public:
  using Base::Base;
  /// Scales (medians), positive, d x B (a vector for B = 1). ShapeError, InvalidArgument or DomainError otherwise.
  explicit HalfCauchy(const Batch<S>& scale) : Base(std::in_place, scale) {}

  /// Scales, d x B.
  Batch<S> scale() const { return this->parameter(0); }
};

template <class A>
HalfCauchy(const Eigen::MatrixBase<A>&) -> HalfCauchy<typename A::Scalar>;

}  // namespace variate

#pragma once
/// The half-normal distribution: of the size of a normal number.
#include "variate/core/types.hpp"
#include "variate/distributions/detail/factorized.hpp"
#include "variate/distributions/detail/family.hpp"
#include "variate/math/detail/half_line.hpp"
#include "variate/math/detail/normal_quantile.hpp"
#include "variate/math/erf.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/expm1.hpp"
#include "variate/math/log.hpp"
#include "variate/math/log1p.hpp"
#include "variate/math/normal_cdf.hpp"
#include "variate/random/fill.hpp"

namespace variate {
namespace detail {

/// log f = -z^2/2 - log scale + log(2/pi)/2, z = x/scale; theta is (log scale).
template <class S>
struct HalfNormalLaw {
  using Scalar = S;
  using V = Packet<S>;
  static constexpr const char* name = "HalfNormal";
  static constexpr int parameters = 1;
  static constexpr Arguments<parameters> arguments{{{"scale"}}};
  static constexpr bool discrete = false, reparameterized = true;
  enum : std::size_t { scale, inverse_scale, log_scale };
  static constexpr int constants = 3;
  using Theta = Numbers<S, parameters>;
  using C = Numbers<S, constants>;
  static constexpr S half_log = S(-0.225791352644727432363097614947441071L);        // log(2/pi)/2
  static constexpr S root_half = S(0.707106781186547524400844362104849039L);        // sqrt(1/2)
  static constexpr S mean_of_size = S(0.797884560802865355879892119868763737L);     // sqrt(2/pi)
  static constexpr S variance_of_size = S(0.36338022763241865692446494650994255L);  // 1 - 2/pi

  static C prepare(const Theta& theta) { return {math::exp(theta[0]), math::exp(-theta[0]), theta[0]}; }

  static V log_prob(V x, const C& c) {
    const V z = x * c[inverse_scale];
    return (half_log - c[log_scale]) - S(0.5) * z * z;
  }
  static V score(V x, const C& c, Theta& s) {
    const V z = x * c[inverse_scale];
    s[0] = z * z - S(1);
    return -z * c[inverse_scale];
  }

  template <class T, class Rng>
  static Batch<T> noise(Rng& rng, Index rows, Index cols) {
    return normals<T>(rng, rows, cols);
  }
  static V point(V e, const C& c) { return c[scale] * math::abs(e); }
  static void path(V, V x, const C&, Theta& s) { s[0] = x; }

  static V lowest(const C&) { return V(S(0)); }
  static V mean(const C& c) { return mean_of_size * c[scale]; }
  static V variance(const C& c) { return variance_of_size * c[scale] * c[scale]; }
  static V mode(const C&) { return V(S(0)); }
  static V entropy(const C& c) { return (S(0.5) - half_log) + c[log_scale]; }
  static void entropy_gradient(const C&, Theta& s) { s[0] = S(1); }

  static V cdf(V x, const C& c) { return math::erf(x * c[inverse_scale] * root_half); }
  static V log_cdf(V x, const C& c) {
    const V z = x * c[inverse_scale] * root_half;
    return select(z < S(0.5), math::log(math::erf(z)), math::log1p(-math::erfc(z)));
  }
  static V icdf(V p, const C& c) {
    const auto size = []<class L>(L at) {
      const L half = 0.5 * at;  // the probability between 0 and the quantile
      return select(at <= 0.85, half * math::detail::quantile_middle(0.180625 - half * half), -math::normal_quantile(0.5 - half));
    };
    return c[scale] * math::detail::all_in_double(size, p);
  }

  /// With u = 2 log(scale_p/scale_q): (e^u - 1 - u)/2.
  static V kl(const C& p, const C& q) {
    const V u = S(2) * (p[log_scale] - q[log_scale]);
    return S(0.5) * (math::expm1(u) - u);
  }
  static void kl_gradient(const C& p, const C& q, Theta& s) { s[0] = math::expm1(S(2) * (p[log_scale] - q[log_scale])); }
};

}  // namespace detail

/// d independent half-normal coordinates of density sqrt(2/pi)/scale e^(-x^2/(2 scale^2)) for x >= 0. theta: d rows log scale;
/// one column a data point. Reparameterised as scale |e| with e from `normals`.
template <class S = double>
class HalfNormal : public detail::Family<HalfNormal<S>, detail::HalfNormalLaw<S>> {
  using Base = detail::Family<HalfNormal<S>, detail::HalfNormalLaw<S>>;

 public:
  using Base::Base;
  /// Scales (of the normal numbers), positive, d x B (a vector for B = 1). ShapeError, InvalidArgument or DomainError otherwise.
  explicit HalfNormal(const Batch<S>& scale) : Base(std::in_place, scale) {}

  /// Scales, d x B.
  Batch<S> scale() const { return this->parameter(0); }
};

template <class A>
HalfNormal(const Eigen::MatrixBase<A>&) -> HalfNormal<typename A::Scalar>;

}  // namespace variate

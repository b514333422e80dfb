#pragma once
/// The normal distribution with a diagonal covariance.
#include <utility>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/distributions/detail/factorized.hpp"
#include "variate/distributions/detail/family.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/expm1.hpp"
#include "variate/math/normal_cdf.hpp"
#include "variate/random/fill.hpp"

namespace variate {
namespace detail {

/// log N(x | loc, scale^2) = -z^2/2 - log scale - log(2 pi)/2 with z = (x - loc)/scale; theta is (loc, log scale).
template <class S>
struct NormalLaw {
  using Scalar = S;
  using V = Packet<S>;
  static constexpr const char* name = "Normal";
  static constexpr int parameters = 2;
  static constexpr Arguments<parameters> arguments{{{"loc", Domain::real}, {"scale"}}};
  static constexpr bool discrete = false, reparameterized = true;
  enum : std::size_t { loc, scale, inverse_scale, log_normalizer };
  static constexpr int constants = 4;
  using Theta = Numbers<S, parameters>;
  using C = Numbers<S, constants>;
  static constexpr S half_log_two_pi = S(0.91893853320467274178032973640562L);

  static C prepare(const Theta& theta) {
    const V s = math::exp(theta[1]);
    return {theta[0], s, S(1) / s, -theta[1] - half_log_two_pi};
  }

  static V log_prob(V x, const C& c) {
    const V z = (x - c[loc]) * c[inverse_scale];
    return c[log_normalizer] - S(0.5) * z * z;
  }
  static V score(V x, const C& c, Theta& s) {
    const V z = (x - c[loc]) * c[inverse_scale];
    s[0] = z * c[inverse_scale];
    s[1] = z * z - S(1);
    return -s[0];
  }

  template <class T, class Rng>
  static Batch<T> noise(Rng& rng, Index rows, Index cols) {
    return normals<T>(rng, rows, cols);
  }
  static V point(V e, const C& c) { return c[loc] + c[scale] * e; }
  static void path(V e, V, const C& c, Theta& s) {
    s[0] = S(1);
    s[1] = c[scale] * e;
  }

  static V mean(const C& c) { return c[loc]; }
  static V variance(const C& c) { return c[scale] * c[scale]; }
  static V mode(const C& c) { return c[loc]; }
  static V entropy(const C& c) { return S(0.5) - c[log_normalizer]; }
  static void entropy_gradient(const C&, Theta& s) {
    s[0] = S(0);
    s[1] = S(1);
  }

  static V cdf(V x, const C& c) { return math::normal_cdf((x - c[loc]) * c[inverse_scale]); }
  static V log_cdf(V x, const C& c) { return math::log_normal_cdf((x - c[loc]) * c[inverse_scale]); }
  static V icdf(V p, const C& c) { return c[loc] + c[scale] * math::normal_quantile(p); }

  /// With u = 2 log(scale_p/scale_q): (e^u - 1 - u)/2 + (loc_p - loc_q)^2/(2 scale_q^2).
  static V kl(const C& p, const C& q) {
    const V u = S(2) * (q[log_normalizer] - p[log_normalizer]), z = (p[loc] - q[loc]) * q[inverse_scale];
    return S(0.5) * (math::expm1(u) - u + z * z);
  }
  static void kl_gradient(const C& p, const C& q, Theta& s) {
    s[0] = (p[loc] - q[loc]) * q[inverse_scale] * q[inverse_scale];
    s[1] = math::expm1(S(2) * (q[log_normalizer] - p[log_normalizer]));
  }
};

}  // namespace detail

/// d independent normal coordinates. theta: d rows loc, then d rows log scale; one column a data point.
///
/// Reparameterized as loc + scale * e with e from `normals(rng, d, nB)`. `log_prob` keeps the normalising constant.
template <class S = double>
class Normal : public detail::Family<Normal<S>, detail::NormalLaw<S>> {
  using Base = detail::Family<Normal<S>, detail::NormalLaw<S>>;

 public:
  using Base::Base;
  /// loc finite and scale positive, both d x B (vectors for B = 1). ShapeError, InvalidArgument or DomainError otherwise.
  /// Kept as its logarithm, so `scale()` may differ from what was given in the last digit.
  Normal(const Batch<S>& loc, const Batch<S>& scale) : Base(std::in_place, loc, scale) {}

  /// d coordinates with loc 0 and scale 1.
  static Normal standard(Index d) {
    detail::require_at_least("Normal", "event size", d, 1);
    return Base::from_theta(Batch<S>::Zero(2 * d, 1));
  }

  /// Means, d x B.
  Batch<S> loc() const { return this->parameter(0); }
  /// Standard deviations, d x B.
  Batch<S> scale() const { return this->parameter(1); }
  Batch<S> stddev() const { return scale(); }
};

template <class A, class B>
Normal(const Eigen::MatrixBase<A>&, const Eigen::MatrixBase<B>&) -> Normal<typename A::Scalar>;

}  // namespace variate

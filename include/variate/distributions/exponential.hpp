#pragma once
/// The exponential distribution.
#include "variate/core/types.hpp"
#include "variate/distributions/detail/factorized.hpp"
#include "variate/distributions/detail/family.hpp"
#include "variate/math/detail/log_complement.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/expm1.hpp"
#include "variate/math/log1p.hpp"
#include "variate/random/exponentials.hpp"

namespace variate {
namespace detail {

/// log f = log rate - rate x; theta is (log rate).
template <class S>
struct ExponentialLaw {
  using Scalar = S;
  using V = Packet<S>;
  static constexpr const char* name = "Exponential";
  static constexpr int parameters = 1;
  static constexpr Arguments<parameters> arguments{{{"rate"}}};
  static constexpr bool discrete = false, reparameterized = true;
  enum : std::size_t { rate, scale, log_rate };
  static constexpr int constants = 3;
  using Theta = Numbers<S, parameters>;
  using C = Numbers<S, constants>;

  static C prepare(const Theta& theta) { return {math::exp(theta[0]), math::exp(-theta[0]), theta[0]}; }

  static V log_prob(V x, const C& c) { return c[log_rate] - c[rate] * x; }
  static V score(V x, const C& c, Theta& s) {
    s[0] = S(1) - c[rate] * x;
    return -c[rate];
  }

  template <class T, class Rng>
  static Batch<T> noise(Rng& rng, Index rows, Index cols) {
    return exponentials<T>(rng, rows, cols);
  }
  static V point(V e, const C& c) { return c[scale] * e; }
  static void path(V, V x, const C&, Theta& s) { s[0] = -x; }

  static V lowest(const C&) { return V(S(0)); }
  static V mean(const C& c) { return c[scale]; }
  static V variance(const C& c) { return c[scale] * c[scale]; }
  static V mode(const C&) { return V(S(0)); }
  static V entropy(const C& c) { return S(1) - c[log_rate]; }
  static void entropy_gradient(const C&, Theta& s) { s[0] = S(-1); }

  static V cdf(V x, const C& c) { return -math::expm1(-(c[rate] * x)); }
  static V log_cdf(V x, const C& c) { return math::detail::log_one_minus_exp(-(c[rate] * x)); }
  static V icdf(V p, const C& c) { return -math::log1p(-p) * c[scale]; }

  /// With v = log(rate_q/rate_p): e^v - 1 - v.
  static V kl(const C& p, const C& q) {
    const V v = q[log_rate] - p[log_rate];
    return math::expm1(v) - v;
  }
  static void kl_gradient(const C& p, const C& q, Theta& s) { s[0] = -math::expm1(q[log_rate] - p[log_rate]); }
};

}  // namespace detail

/// d independent exponential coordinates of density rate e^(-rate x) for x >= 0. theta: d rows log rate; one column a data point.
/// Reparameterised as e/rate with e from `exponentials`.
template <class S = double>
class Exponential : public detail::Family<Exponential<S>, detail::ExponentialLaw<S>> {
  using Base = detail::Family<Exponential<S>, detail::ExponentialLaw<S>>;

 public:
  using Base::Base;
  /// Rates (inverse means), positive, d x B (a vector for B = 1). ShapeError, InvalidArgument or DomainError otherwise.
  explicit Exponential(const Batch<S>& rate) : Base(std::in_place, rate) {}

  /// Rates, d x B.
  Batch<S> rate() const { return this->parameter(0); }
};

template <class A>
Exponential(const Eigen::MatrixBase<A>&) -> Exponential<typename A::Scalar>;

}  // namespace variate

#pragma once
/// The logistic distribution.
#include "variate/core/types.hpp"
#include "variate/distributions/detail/factorized.hpp"
#include "variate/distributions/detail/family.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/log1p.hpp"
#include "variate/math/sigmoid.hpp"
#include "variate/math/tanh.hpp"
#include "variate/random/fill.hpp"

namespace variate {
namespace detail {

/// log f = -|z| - 2 log(1 + e^-|z|) - log scale, z = (x - loc)/scale; theta is (loc, log scale).
template <class S>
struct LogisticLaw {
  using Scalar = S;
  using V = Packet<S>;
  static constexpr const char* name = "Logistic";
  static constexpr int parameters = 2;
  static constexpr Arguments<parameters> arguments{{{"loc", Domain::real}, {"scale"}}};
  static constexpr bool discrete = false, reparameterized = true;
  enum : std::size_t { loc, scale, inverse_scale, log_scale };
  static constexpr int constants = 4;
  using Theta = Numbers<S, parameters>;
  using C = Numbers<S, constants>;

  static C prepare(const Theta& theta) { return {theta[0], math::exp(theta[1]), math::exp(-theta[1]), theta[1]}; }

  static V log_prob(V x, const C& c) {
    const V size = math::abs((x - c[loc]) * c[inverse_scale]);
    return -(size + c[log_scale]) - S(2) * math::log1p(math::exp(-size));
  }
  static V score(V x, const C& c, Theta& s) {
    const V z = (x - c[loc]) * c[inverse_scale], pull = math::tanh(S(0.5) * z);
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

  static V mean(const C& c) { return c[loc]; }
  static V variance(const C& c) { return S(3.28986813369645287294483033329205038L) * c[scale] * c[scale]; }  // pi^2/3
  static V mode(const C& c) { return c[loc]; }
  static V entropy(const C& c) { return S(2) + c[log_scale]; }
  static void entropy_gradient(const C&, Theta& s) {
    s[0] = S(0);
    s[1] = S(1);
  }

  static V cdf(V x, const C& c) { return math::sigmoid((x - c[loc]) * c[inverse_scale]); }
  static V log_cdf(V x, const C& c) { return math::log_sigmoid((x - c[loc]) * c[inverse_scale]); }
  static V icdf(V p, const C& c) { return c[loc] + c[scale] * math::logit(p); }
};

}  // namespace detail

/// d independent logistic coordinates of distribution function 1/(1 + e^(-(x - loc)/scale)). theta: d rows loc, then d rows log
/// scale; one column a data point. Reparameterised through the quantile of a uniform number.
template <class S = double>
class Logistic : public detail::Family<Logistic<S>, detail::LogisticLaw<S>> {
  using Base = detail::Family<Logistic<S>, detail::LogisticLaw<S>>;

 public:
  using Base::Base;
  /// loc finite and scale positive, both d x B (vectors for B = 1). ShapeError, InvalidArgument or DomainError otherwise.
  Logistic(const Batch<S>& loc, const Batch<S>& scale) : Base(std::in_place, loc, scale) {}

  /// Locations, d x B.
  Batch<S> loc() const { return this->parameter(0); }
  /// Scales, d x B.
  Batch<S> scale() const { return this->parameter(1); }
};

template <class A, class B>
Logistic(const Eigen::MatrixBase<A>&, const Eigen::MatrixBase<B>&) -> Logistic<typename A::Scalar>;

}  // namespace variate

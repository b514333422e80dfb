#pragma once
/// The log-normal distribution: of e^y, y normal.
#include <limits>

#include "variate/core/types.hpp"
#include "variate/distributions/detail/factorized.hpp"
#include "variate/distributions/detail/family.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/expm1.hpp"
#include "variate/math/log.hpp"
#include "variate/random/fill.hpp"

namespace variate {
namespace detail {

/// log f = log N(log x | loc, scale^2) - log x; theta is (loc, log scale).
template <class S>
struct LogNormalLaw {
  using Scalar = S;
  using V = Packet<S>;
  using Normal = NormalLaw<S>;
  static constexpr const char* name = "LogNormal";
  static constexpr int parameters = 2;
  static constexpr Arguments<parameters> arguments{{{"loc", Domain::real}, {"scale"}}};
  static constexpr bool discrete = false, reparameterized = true;
  static constexpr int constants = Normal::constants;
  using Theta = Numbers<S, parameters>;
  using C = typename Normal::C;

  static C prepare(const Theta& theta) { return Normal::prepare(theta); }

  static V log_prob(V x, const C& c) {
    const V y = math::log(x);
    return select(x == S(0), V(-std::numeric_limits<S>::infinity()), Normal::log_prob(y, c) - y);
  }
  /// 0 at 0, where the density has no slope.
  static V score(V x, const C& c, Theta& s) {
    const auto end = x == S(0);
    const V at = select(end, V(S(1)), x);
    const V slope = (Normal::score(math::log(at), c, s) - S(1)) / at;
    for (V& v : s) v = select(end, V(S(0)), v);
    return select(end, V(S(0)), slope);
  }

  template <class T, class Rng>
  static Batch<T> noise(Rng& rng, Index rows, Index cols) {
    return normals<T>(rng, rows, cols);
  }
  static V point(V e, const C& c) { return math::exp(Normal::point(e, c)); }
  static void path(V e, V x, const C& c, Theta& s) {
    s[0] = x;
    s[1] = x * (c[Normal::scale] * e);
  }

  static V lowest(const C&) { return V(S(0)); }
  static V mean(const C& c) { return math::exp(c[Normal::loc] + S(0.5) * Normal::variance(c)); }
  static V variance(const C& c) {
    const V square = Normal::variance(c);
    return math::expm1(square) * math::exp(S(2) * c[Normal::loc] + square);
  }
  static V mode(const C& c) { return math::exp(c[Normal::loc] - Normal::variance(c)); }
  static V entropy(const C& c) { return Normal::entropy(c) + c[Normal::loc]; }
  static void entropy_gradient(const C&, Theta& s) { s[0] = s[1] = S(1); }

  static V cdf(V x, const C& c) { return Normal::cdf(math::log(x), c); }
  static V log_cdf(V x, const C& c) { return Normal::log_cdf(math::log(x), c); }
  static V icdf(V p, const C& c) { return math::exp(Normal::icdf(p, c)); }

  /// That of the normal laws.
  static V kl(const C& p, const C& q) { return Normal::kl(p, q); }
  static void kl_gradient(const C& p, const C& q, Theta& s) { Normal::kl_gradient(p, q, s); }
};

}  // namespace detail

/// d independent coordinates whose logarithms are normal: density e^(-(log x - loc)^2/(2 scale^2))/(x scale sqrt(2 pi)) for x >
/// 0. theta: d rows loc, then d rows log scale; one column a data point. Reparameterised as e^(loc + scale e) with e from
/// `normals`.
template <class S = double>
class LogNormal : public detail::Family<LogNormal<S>, detail::LogNormalLaw<S>> {
  using Base = detail::Family<LogNormal<S>, detail::LogNormalLaw<S>>;

 public:
  using Base::Base;
  /// Mean (finite) and standard deviation (positive) of the logarithm, both d x B (vectors for B = 1). ShapeError,
  /// InvalidArgument or DomainError otherwise.
  LogNormal(const Batch<S>& loc, const Batch<S>& scale) : Base(std::in_place, loc, scale) {}

  /// Means of the logarithm, d x B.
  Batch<S> loc() const { return this->parameter(0); }
  /// Standard deviations of the logarithm, d x B.
  Batch<S> scale() const { return this->parameter(1); }
};

template <class A, class B>
LogNormal(const Eigen::MatrixBase<A>&, const Eigen::MatrixBase<B>&) -> LogNormal<typename A::Scalar>;

}  // namespace variate

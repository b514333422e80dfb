#pragma once
/// The logit-normal distribution: of 1/(1 + e^-y), y normal.
#include <limits>

#include "variate/core/types.hpp"
#include "variate/distributions/detail/factorized.hpp"
#include "variate/distributions/detail/family.hpp"
#include "variate/distributions/detail/logistic_moments.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/log.hpp"
#include "variate/math/log1p.hpp"
#include "variate/math/sigmoid.hpp"
#include "variate/random/fill.hpp"

namespace variate {
namespace detail {

/// log f = log N(y | loc, scale^2) - log x - log(1-x), y = log(x/(1-x)); theta is (loc, log scale).
template <class S>
struct LogitNormalLaw {
  using Scalar = S;
  using V = Packet<S>;
  using Normal = NormalLaw<S>;
  static constexpr const char* name = "LogitNormal";
  static constexpr int parameters = 2;
  static constexpr Arguments<parameters> arguments{{{"loc", Domain::real}, {"scale"}}};
  static constexpr bool discrete = false, reparameterized = true;
  static constexpr int constants = Normal::constants;
  using Theta = Numbers<S, parameters>;
  using C = typename Normal::C;

  static C prepare(const Theta& theta) { return Normal::prepare(theta); }

  static V log_prob(V x, const C& c) {
    const V log_x = math::log(x), log_rest = math::log1p(-x);
    const V inside = Normal::log_prob(log_x - log_rest, c) - (log_x + log_rest);
    return select(end(x), V(-std::numeric_limits<S>::infinity()), inside);
  }
  /// 0 at 0 and 1, where the density has no slope.
  static V score(V x, const C& c, Theta& s) {
    const V at = select(end(x), V(S(0.5)), x);
    const V slope = (Normal::score(math::log(at) - math::log1p(-at), c, s) + (at - (S(1) - at))) / (at * (S(1) - at));
    for (V& v : s) v = select(end(x), V(S(0)), v);
    return select(end(x), V(S(0)), slope);
  }

  template <class T, class Rng>
  static Batch<T> noise(Rng& rng, Index rows, Index cols) {
    return normals<T>(rng, rows, cols);
  }
  static V point(V e, const C& c) { return math::sigmoid(Normal::point(e, c)); }
  static void path(V e, V, const C& c, Theta& s) {
    const V shift = c[Normal::scale] * e, small = math::exp(-math::abs(c[Normal::loc] + shift)), whole = S(1) + small;
    s[0] = small / (whole * whole);  // x (1-x)
    s[1] = s[0] * shift;
  }

  static V lowest(const C&) { return V(S(0)); }
  static V highest(const C&) { return V(S(1)); }
  /// By quadrature: there is no closed form.
  static V mean(const C& c) {
    return moment(c, [](const LogisticMoments& m) { return m.mean; });
  }
  static V variance(const C& c) {
    return moment(c, [](const LogisticMoments& m) { return m.variance; });
  }
  static V entropy(const C& c) {
    return Normal::entropy(c) + moment(c, [](const LogisticMoments& m) { return m.log_slope; });
  }
  static void entropy_gradient(const C& c, Theta& s) {
    s[0] = moment(c, [](const LogisticMoments& m) { return 1 - 2 * m.mean; });
    s[1] = S(1) - S(2) * Normal::variance(c) * moment(c, [](const LogisticMoments& m) { return m.slope; });
  }

  static V cdf(V x, const C& c) { return Normal::cdf(math::logit(x), c); }
  static V log_cdf(V x, const C& c) { return Normal::log_cdf(math::logit(x), c); }
  static V icdf(V p, const C& c) { return math::sigmoid(Normal::icdf(p, c)); }

  /// That of the normal laws.
  static V kl(const C& p, const C& q) { return Normal::kl(p, q); }
  static void kl_gradient(const C& p, const C& q, Theta& s) { Normal::kl_gradient(p, q, s); }

 private:
  static auto end(V x) { return (x == S(0)) | (x == S(1)); }
  template <class F>
  static V moment(const C& c, F which) {
    return V::each([which](S loc, S scale) { return static_cast<S>(which(logistic_moments(loc, scale))); }, c[Normal::loc],
                   c[Normal::scale]);
  }
};

}  // namespace detail

/// d independent coordinates whose logits are normal: density N(log(x/(1-x)) | loc, scale^2)/(x (1-x)) for 0 < x < 1. theta: d
/// rows loc, then d rows log scale; one column a data point. Reparameterised as 1/(1 + e^-(loc + scale e)) with e from `normals`.
/// Mean, variance and entropy are integrals, found to about 1e-14 of their size. Draws with a logit beyond 37 (17 in float) round
/// to 1.
template <class S = double>
class LogitNormal : public detail::Family<LogitNormal<S>, detail::LogitNormalLaw<S>> {
  using Base = detail::Family<LogitNormal<S>, detail::LogitNormalLaw<S>>;

 public:
  using Base::Base;
  /// Mean (finite) and standard deviation (positive) of the logit, both d x B (vectors for B = 1). ShapeError, InvalidArgument or
  /// DomainError otherwise.
  LogitNormal(const Batch<S>& loc, const Batch<S>& scale) : Base(std::in_place, loc, scale) {}

  /// Means of the logit, d x B.
  Batch<S> loc() const { return this->parameter(0); }
  /// Standard deviations of the logit, d x B.
  Batch<S> scale() const { return this->parameter(1); }
};

template <class A, class B>
LogitNormal(const Eigen::MatrixBase<A>&, const Eigen::MatrixBase<B>&) -> LogitNormal<typename A::Scalar>;

}  // namespace variate

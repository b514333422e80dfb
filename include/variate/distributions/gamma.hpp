#pragma once
/// The gamma distribution, with implicit reparameterisation.
#include <limits>
#include <utility>

#include "variate/core/types.hpp"
#include "variate/distributions/detail/factorized.hpp"
#include "variate/distributions/detail/family.hpp"
#include "variate/distributions/detail/gamma_core.hpp"

namespace variate {
namespace detail {

/// log f = a log(rate x) - rate x - lgamma(a) - log x; theta is (log a, log rate). Written about the mean a/rate: with
/// e = log(rate x / a), log f = peak(a) - a (e^e - 1 - e) - log x, which keeps its digits for large a.
template <class S>
struct GammaLaw {
  using Scalar = S;
  using V = Packet<S>;
  using Core = GammaCore<S>;
  static constexpr const char* name = "Gamma";
  static constexpr int parameters = 2;
  static constexpr Arguments<parameters> arguments{{{"concentration"}, {"rate"}}};
  static constexpr bool discrete = false, reparameterized = true;
  enum : std::size_t { shape, rate, log_shape, log_rate, gap, peak };
  static constexpr int constants = 6;
  using Theta = Numbers<S, parameters>;
  using C = Numbers<S, constants>;

  static C prepare(const Theta& theta) {
    const auto core = Core::shape(theta[0]);
    return {core.a, math::exp(theta[1]), core.log_a, theta[1], core.gap, core.peak};
  }
  static typename Core::Shape core(const C& c) { return {c[shape], c[log_shape], c[gap], c[peak]}; }

  static V log_prob(V x, const C& c) {
    const V a = c[shape], y = x * c[rate], e = Core::position(a, y);
    const V inside = Core::log_front(a, c[peak], e) - math::log(select(x > S(0), x, V(S(1))));
    const V at_zero = select(a < S(1), V(Core::inf), select(a == S(1), c[log_rate], V(-Core::inf)));
    const V outside = select(x == S(0), at_zero, V(-Core::inf));
    return select((x > S(0)) & (x < Core::inf), inside, select(x == x, outside, x));
  }
  /// Zero outside the support and at 0, where the density has no finite derivative.
  static V score(V x, const C& c, Theta& s) {
    const auto inside = (x > S(0)) & (x < Core::inf);
    const V a = c[shape], at = select(inside, x, c[shape]), y = at * c[rate];
    const V zero = select(x == x, V(S(0)), x);
    s[0] = select(inside, a * (Core::position(a, y) + c[gap]), zero);
    s[1] = select(inside, a - y, zero);
    return select(inside, (a - S(1)) / at - c[rate], zero);
  }

  template <class T, class Rng>
  static Batch<T> noise(Rng& rng, const Batch<T>& all, Index d, Index samples) {
    return Core::positions(rng, all.topRows(d), samples);
  }
  static V point(V e, const C& c) { return math::exp(e + (c[log_shape] - c[log_rate])); }
  static constexpr int smooth = 1;
  static V smooth_at(V e, const C&) { return e; }
  static Numbers<S, smooth> smooth_slopes(V e, const C& c) { return {math::gamma_log_slope(c[shape], e)}; }
  static void path_by(const Numbers<S, smooth>& slopes, V, V x, const C& c, Theta& s) {
    s[0] = x * (c[shape] * slopes[0]);
    s[1] = -x;
  }
  static void path(V e, V x, const C& c, Theta& s) { path_by(smooth_slopes(e, c), e, x, c, s); }

  static V lowest(const C&) { return V(S(0)); }
  static V mean(const C& c) { return c[shape] / c[rate]; }
  static V variance(const C& c) { return c[shape] / (c[rate] * c[rate]); }
  static V mode(const C& c) { return max(c[shape] - S(1), V(S(0))) / c[rate]; }
  static V entropy(const C& c) { return Core::entropy(core(c)) - c[log_rate]; }
  static void entropy_gradient(const C& c, Theta& s) {
    s[0] = Core::entropy_slope(c[shape]);
    s[1] = S(-1);
  }
  static V cdf(V x, const C& c) { return Core::cdf(c[shape], x * c[rate]); }
  static V log_cdf(V x, const C& c) { return Core::log_cdf(c[shape], x * c[rate]); }
  static V icdf(V p, const C& c) { return math::exp(Core::log_quantile(c[shape], p) - c[log_rate]); }

  /// About q's mean, so that nothing large cancels.
  static V kl(const C& p, const C& q) {
    return Core::kl(core(p), core(q), (p[log_shape] - p[log_rate]) - (q[log_shape] - q[log_rate]));
  }
  static void kl_gradient(const C& p, const C& q, Theta& s) {
    const V v = q[log_rate] - p[log_rate];
    s[0] = p[shape] * ((p[shape] - q[shape]) * math::trigamma(p[shape]) + math::expm1(v));
    s[1] = q[shape] - p[shape] * math::exp(v);
  }
};

}  // namespace detail

/// d independent gamma coordinates of density rate^a x^(a-1) e^(-rate x) / Gamma(a), a the concentration. theta: d rows
/// log concentration, then d rows log rate; one column a data point.
///
/// Draws come from `log_gammas`; their pullback is the implicit derivative dx/da = -(dF/da)/f, good to 1e-12 for concentrations
/// from 1e-3 to 1e6. With a concentration below 0.1 draws may underflow to 0.
template <class S = double>
class Gamma : public detail::Family<Gamma<S>, detail::GammaLaw<S>> {
  using Base = detail::Family<Gamma<S>, detail::GammaLaw<S>>;

 public:
  using Base::Base;
  /// Both positive and d x B (vectors for B = 1). ShapeError, InvalidArgument or DomainError otherwise. Kept as logarithms.
  Gamma(const Batch<S>& concentration, const Batch<S>& rate) : Base(std::in_place, concentration, rate) {}

  /// Concentrations (shapes), d x B.
  Batch<S> concentration() const { return this->parameter(0); }
  /// Rates (inverse scales), d x B.
  Batch<S> rate() const { return this->parameter(1); }
};

template <class A, class B>
Gamma(const Eigen::MatrixBase<A>&, const Eigen::MatrixBase<B>&) -> Gamma<typename A::Scalar>;

}  // namespace variate

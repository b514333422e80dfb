#pragma once
/// The Weibull distribution.
#include <array>
#include <limits>

#include "variate/core/types.hpp"
#include "variate/distributions/detail/factorized.hpp"
#include "variate/distributions/detail/family.hpp"
#include "variate/distributions/gumbel.hpp"
#include "variate/math/detail/half_line.hpp"
#include "variate/math/detail/log_complement.hpp"
#include "variate/math/detail/polynomial.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/expm1.hpp"
#include "variate/math/gamma_functions.hpp"
#include "variate/math/log.hpp"
#include "variate/math/log1p.hpp"
#include "variate/random/exponentials.hpp"

namespace variate {
namespace detail {

/// log f = log k + t - e^t - log x, t = k log(x/scale), k the concentration; theta is (log scale, log k). -t is a standard Gumbel
/// number.
template <class S>
struct WeibullLaw {
  using Scalar = S;
  using V = Packet<S>;
  static constexpr const char* name = "Weibull";
  static constexpr int parameters = 2;
  static constexpr Arguments<parameters> arguments{{{"scale"}, {"concentration"}}};
  static constexpr bool discrete = false, reparameterized = true;
  enum : std::size_t { log_scale, log_shape, shape, inverse_shape };
  static constexpr int constants = 4;
  using Theta = Numbers<S, parameters>;
  using C = Numbers<S, constants>;
  static constexpr S inf = std::numeric_limits<S>::infinity();

  static C prepare(const Theta& theta) { return {theta[0], theta[1], math::exp(theta[1]), math::exp(-theta[1])}; }

  static V log_prob(V x, const C& c) {
    const V log_x = math::log(x), t = power(log_x, c), one(S(1));
    const V at_zero = select(c[shape] < one, V(inf), select(c[shape] == one, -c[log_scale], V(-inf)));
    return select(x == S(0), at_zero, (c[log_shape] - log_x) + (t - math::exp(t)));
  }
  /// Zero at 0, where the density has no finite derivative.
  static V score(V x, const C& c, Theta& s) {
    const auto end = x == S(0);
    const V at = select(end, V(S(1)), x), t = power(math::log(at), c), y = math::exp(t), pull = y - S(1), zero(S(0));
    s[0] = select(end, zero, c[shape] * pull);
    s[1] = select(end, zero, S(1) - t * pull);
    return select(end, zero, ((c[shape] - S(1)) - c[shape] * y) / at);
  }

  template <class T, class Rng>
  static Batch<T> noise(Rng& rng, Index rows, Index cols) {
    return gumbels<T>(rng, rows, cols);
  }
  static V point(V e, const C& c) { return math::exp(c[log_scale] - e * c[inverse_shape]); }
  static void path(V e, V x, const C& c, Theta& s) {
    s[0] = x;
    s[1] = x * (e * c[inverse_shape]);
  }

  static V lowest(const C&) { return V(S(0)); }
  static V mean(const C& c) { return math::exp(c[log_scale] + math::lgamma(S(1) + c[inverse_shape])); }
  static V variance(const C& c) {
    const V m = mean(c);
    return m * m * math::detail::all_in_double([]<class L>(L e) { return math::expm1(log_excess(e)); }, c[inverse_shape]);
  }
  /// 0 up to k = 1.
  static V mode(const C& c) {
    const V log_mode = c[log_scale] + c[inverse_shape] * math::log1p(-c[inverse_shape]);
    return select(c[shape] > S(1), math::exp(log_mode), V(S(0)));
  }
  static V entropy(const C& c) {
    return (c[log_scale] - c[log_shape]) + multiply_add(V(-euler_gamma<S>), c[inverse_shape], V(S(1) + euler_gamma<S>));
  }
  static void entropy_gradient(const C& c, Theta& s) {
    s[0] = S(1);
    s[1] = euler_gamma<S> * c[inverse_shape] - S(1);
  }

  static V cdf(V x, const C& c) { return -math::expm1(-math::exp(power(math::log(x), c))); }
  /// log(1 - e^-y), y = e^t; where y is tiny t - y/2, so that y may underflow.
  static V log_cdf(V x, const C& c) {
    const V t = power(math::log(x), c), y = math::exp(t);
    constexpr S tiny = sizeof(S) < 8 ? S(1e-4) : S(1e-8);
    return select(y < tiny, t - S(0.5) * y, math::detail::log_one_minus_exp(-y));
  }
  static V icdf(V p, const C& c) { return math::exp(c[log_scale] + math::log(-math::log1p(-p)) * c[inverse_shape]); }

  /// That of the Gumbel laws of -log x.
  static V kl(const C& p, const C& q) { return between(p, q).value(); }
  static void kl_gradient(const C& p, const C& q, Theta& s) {
    const GumbelKl<V> logs = between(p, q);
    s[0] = -q[shape] * logs.by_a();
    s[1] = -logs.by_log_b();
  }

 private:
  static V power(V log_x, const C& c) { return c[shape] * (log_x - c[log_scale]); }
  static GumbelKl<V> between(const C& p, const C& q) {
    return {q[shape] * (q[log_scale] - p[log_scale]), q[log_shape] - p[log_shape]};
  }
  /// log(E x^2/(E x)^2) = lgamma(1 + 2e) - 2 lgamma(1 + e), e = 1/k; for large k by its series, zeta(n) (2^n - 2)/n (-e)^n from n
  /// = 2.
  template <class L>
  static L log_excess(L e) {
    static constexpr std::array<double, 12> series{1.64493406684822643647,  -2.4041138063191885708,  3.78813131798898367031,
                                                   -6.22156653086021955799, 10.5125449738393077771,  -18.1502869928746108831,
                                                   31.8794560592847327753,  -56.7804755934779921503, 102.301645578063008321,
                                                   -186.091919080366220408, 341.250623195770262478,  -630.077309408974448162};
    return select(e < 1.0 / 64, e * e * math::detail::polynomial(e, series),
                  math::lgamma(1.0 + 2.0 * e) - 2.0 * math::lgamma(1.0 + e));
  }
};

}  // namespace detail

/// d independent Weibull coordinates of distribution function 1 - e^(-(x/scale)^k) for x >= 0, k the concentration. theta: d rows
/// log scale, then d rows log k; one column a data point. Reparameterised as scale e^(-g/k) with g from `gumbels`.
template <class S = double>
class Weibull : public detail::Family<Weibull<S>, detail::WeibullLaw<S>> {
  using Base = detail::Family<Weibull<S>, detail::WeibullLaw<S>>;

 public:
  using Base::Base;
  /// Both positive and d x B (vectors for B = 1). ShapeError, InvalidArgument or DomainError otherwise.
  Weibull(const Batch<S>& scale, const Batch<S>& concentration) : Base(std::in_place, scale, concentration) {}

  /// Scales, d x B.
  Batch<S> scale() const { return this->parameter(0); }
  /// Concentrations (shapes), d x B.
  Batch<S> concentration() const { return this->parameter(1); }
};

template <class A, class B>
Weibull(const Eigen::MatrixBase<A>&, const Eigen::MatrixBase<B>&) -> Weibull<typename A::Scalar>;

}  // namespace variate

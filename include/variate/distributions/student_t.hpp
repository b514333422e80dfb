#pragma once
/// Student's t distribution, with implicit reparameterisation.
#include <cmath>
#include <limits>
#include <utility>

#include "variate/core/types.hpp"
#include "variate/distributions/detail/factorized.hpp"
#include "variate/distributions/detail/family.hpp"
#include "variate/distributions/detail/gamma_core.hpp"
#include "variate/math/incomplete_beta.hpp"
#include "variate/math/log.hpp"
#include "variate/math/log1p.hpp"
#include "variate/random/fill.hpp"

namespace variate {
namespace detail {

/// With t = (x - loc)/scale, log f = -(df+1)/2 log(1 + t^2/df) - log B(1/2, df/2) - log(df)/2 - log scale; theta is (log df, loc,
/// log scale). t^2/(df + t^2) is a beta number with parameters 1/2, df/2.
template <class S>
struct StudentTLaw {
  using Scalar = S;
  using V = Packet<S>;
  static constexpr const char* name = "StudentT";
  static constexpr int parameters = 3;
  static constexpr Arguments<parameters> arguments{{{"df"}, {"loc", Domain::real}, {"scale"}}};
  static constexpr bool discrete = false, reparameterized = true;
  /// normalizer: log f at loc; gap: digamma((df+1)/2) - digamma(df/2).
  enum : std::size_t { df, loc, scale, log_scale, normalizer, gap };
  static constexpr int constants = 6;
  using Theta = Numbers<S, parameters>;
  using C = Numbers<S, constants>;
  static constexpr S inf = std::numeric_limits<S>::infinity(), nan = std::numeric_limits<S>::quiet_NaN();

  static C prepare(const Theta& theta) {
    const V nu = math::exp(theta[0]);
    const auto front = []<class L>(L n) {
      const math::detail::BetaShape<L> s(L(0.5), 0.5 * n);
      return s.peak - 0.5 * s.log_a - 0.5 * n * s.log_b - 0.5 * math::log(n);
    };
    const auto difference = []<class L>(L n) { return -math::detail::BetaShape<L>(L(0.5), 0.5 * n).mean_b; };
    return {nu,
            theta[1],
            math::exp(theta[2]),
            theta[2],
            math::detail::all_in_double(front, nu) - theta[2],
            math::detail::all_in_double(difference, nu)};
  }

  static V log_prob(V x, const C& c) {
    const V t = (x - c[loc]) / c[scale], size = math::abs(t);
    const auto far = size > S(1e15);  // t^2 may overflow
    const V near = math::log1p(t * t / c[df]), wide = S(2) * math::log(size) - math::log(c[df]);
    return c[normalizer] - S(0.5) * (c[df] + S(1)) * select(far, wide, near);
  }
  static V score(V x, const C& c, Theta& s) {
    const V t = (x - c[loc]) / c[scale], r = S(1) / (c[df] / t + t);  // t/(df + t^2)
    const V pull = select(t == S(0), V(S(0)), (c[df] + S(1)) * r), size = math::abs(t);
    const V share = select(size < inf, pull * t, c[df] + S(1));
    const V spread = select(size > S(1e15), S(2) * math::log(size) - math::log(c[df]), math::log1p(t * t / c[df]));
    const auto finite = size < inf;
    s[0] = select(finite, S(0.5) * (c[df] * (c[gap] - spread) + (share - S(1))), select(x == x, V(S(0)), x));
    s[1] = select(finite, pull / c[scale], select(x == x, V(S(0)), x));
    s[2] = select(finite, share - S(1), select(x == x, V(S(0)), x));
    return -s[1];
  }

  /// t itself: a normal number over the root of a gamma number of mean 1.
  template <class T, class Rng>
  static Batch<T> noise(Rng& rng, const Batch<T>& all, Index d, Index samples) {
    const Batch<double> half = 0.5 * all.topRows(d).template cast<double>();
    const Batch<double> z = normals<double>(rng, d, samples * all.cols()), e = GammaCore<double>::positions(rng, half, samples);
    return (z.array() * (-0.5 * e.array()).exp()).matrix().template cast<T>();
  }
  static V point(V t, const C& c) { return c[loc] + c[scale] * t; }
  /// At fixed probability y = log(t^2/df) moves with df as the beta number's does.
  static constexpr int smooth = 1;
  static V smooth_at(V t, const C& c) { return position(t, c[df]); }
  static Numbers<S, smooth> smooth_slopes(V y, const C& c) {
    return {math::detail::all_in_double(
        []<class L>(L at, L nu) {
          const L half = 0.5 * nu;
          return 0.5 * (1.0 - half * math::detail::beta_tail(math::detail::BetaShape<L>(half, L(0.5)), -at).slope);
        },
        y, c[df])};
  }
  static void path_by(const Numbers<S, smooth>& factor, V t, V, const C& c, Theta& s) {
    s[0] = c[scale] * t * factor[0];
    s[1] = S(1);
    s[2] = c[scale] * t;
  }
  static void path(V t, V x, const C& c, Theta& s) { path_by(smooth_slopes(smooth_at(t, c), c), t, x, c, s); }

  /// NaN where they do not exist (df <= 1), infinite for the variance of 1 < df <= 2.
  static V mean(const C& c) { return select(c[df] > S(1), c[loc], V(nan)); }
  static V variance(const C& c) {
    const V infinite = select(c[df] > S(1), V(inf), V(nan));
    return select(c[df] > S(2), c[scale] * c[scale] * (c[df] / (c[df] - S(2))), infinite);
  }
  static V mode(const C& c) { return c[loc]; }
  static V entropy(const C& c) { return S(0.5) * (c[df] + S(1)) * c[gap] - c[normalizer]; }
  static void entropy_gradient(const C& c, Theta& s) {
    const V nu = c[df];
    s[0] = S(0.5) + S(0.25) * nu * (nu + S(1)) * (math::trigamma(S(0.5) * (nu + S(1))) - math::trigamma(S(0.5) * nu));
    s[1] = S(0);
    s[2] = S(1);
  }

  static V cdf(V x, const C& c) {
    return math::detail::all_in_double(
        []<class L>(L t, L nu) {
          const L tail = 0.5 * math::beta_cdf(0.5 * nu, L(0.5), -position(t, nu));
          return select(t > 0.0, 1.0 - tail, select(t == t, tail, t));
        },
        (x - c[loc]) / c[scale], c[df]);
  }
  static V log_cdf(V x, const C& c) {
    return math::detail::all_in_double(
        []<class L>(L t, L nu) {
          const L tail = math::log_beta_cdf(0.5 * nu, L(0.5), -position(t, nu)) - 0.69314718055994531;
          return select(t > 0.0, math::log1p(-math::exp(tail)), select(t == t, tail, t));
        },
        (x - c[loc]) / c[scale], c[df]);
  }
  static V icdf(V p, const C& c) {
    const V t = math::detail::all_in_double(
        []<class L>(L at, L nu) {
          const L tail = min(at, 1.0 - at), y = math::beta_quantile(0.5 * nu, L(0.5), 2.0 * tail);
          const L size = math::exp(0.5 * (math::log(nu) - y));
          return select(at < 0.5, -size, size);
        },
        p, c[df]);
    return c[loc] + c[scale] * t;
  }

 private:
  /// log(t^2/df), finite also for t = 0.
  template <class L>
  static L position(L t, L nu) {
    const L half = math::log(max(L(std::numeric_limits<typename L::Scalar>::min()), math::abs(t)));
    return (half + half) - math::log(nu);
  }
};

}  // namespace detail

/// d independent Student t coordinates of df > 0 degrees of freedom. theta: d rows log df, then d rows loc, then d rows log
/// scale; one column a data point.
///
/// Drawn as a normal number over the root of a gamma number; the pullback moves each draw at fixed probability (the implicit
/// derivative, which varies less than the derivative through the gamma number), good to 1e-11 up to df 1e3 and 1e-14 df beyond.
template <class S = double>
class StudentT : public detail::Family<StudentT<S>, detail::StudentTLaw<S>> {
  using Base = detail::Family<StudentT<S>, detail::StudentTLaw<S>>;

 public:
  using Base::Base;
  /// df and scale positive, loc finite, all d x B (vectors for B = 1). ShapeError, InvalidArgument or DomainError otherwise.
  StudentT(const Batch<S>& df, const Batch<S>& loc, const Batch<S>& scale) : Base(std::in_place, df, loc, scale) {}

  /// The parameters, d x B.
  Batch<S> df() const { return this->parameter(0); }
  /// Locations, d x B.
  Batch<S> loc() const { return this->parameter(1); }
  /// Scales, d x B.
  Batch<S> scale() const { return this->parameter(2); }
};

template <class A, class B, class C>
StudentT(const Eigen::MatrixBase<A>&, const Eigen::MatrixBase<B>&, const Eigen::MatrixBase<C>&) -> StudentT<typename A::Scalar>;

}  // namespace variate

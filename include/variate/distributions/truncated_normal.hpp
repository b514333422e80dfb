#pragma once
/// The normal distribution cut to an interval, with implicit reparameterisation.
#include <array>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/distributions/detail/factorized.hpp"
#include "variate/distributions/detail/family.hpp"
#include "variate/distributions/detail/truncated_core.hpp"
#include "variate/distributions/detail/wide_numbers.hpp"
#include "variate/math/detail/error_function.hpp"
#include "variate/math/detail/half_line.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/log.hpp"
#include "variate/math/log1p.hpp"
#include "variate/math/normal_cdf.hpp"
#include "variate/random/fill.hpp"

namespace variate {
namespace detail {

/// With t = (anchor - x) rate (truncated_core.hpp), log f = t (e - t/2) + normalizer; theta is (loc, log scale), then low and
/// high. Every slope is a difference from its mean: d log f/dloc = (z - E z)/scale, d log f/dlog scale = z^2 - E z^2; and a draw
/// moves by the integral of such a slope over the side of x where it has one sign.
template <class S>
struct TruncatedNormalLaw {
  using Scalar = S;
  using V = Packet<S>;
  static constexpr const char* name = "TruncatedNormal";
  static constexpr int parameters = 4, fixed = 2;
  static constexpr Arguments<parameters> arguments{
      {{"loc", Domain::real}, {"scale"}, {"low", Domain::extended}, {"high", Domain::extended}}};
  static constexpr bool discrete = false, reparameterized = true;
  /// rate = +-1/scale and step its inverse, m1 to m4 moments of t, density_* = f at the ends, below = P(Z < ...) of what is cut
  /// off on either side of the mirrored interval, mass = integral of exp(t (e - t/2)).
  enum : std::size_t {
    anchor,
    rate,
    step,
    e,
    normalizer,
    m1,
    m2,
    m3,
    m4,
    density_low,
    density_high,
    low,
    high,
    loc,
    scale,
    below,
    above,
    mass
  };
  static constexpr int constants = 18;
  using Theta = Numbers<S, parameters>;
  using C = Numbers<S, constants>;
  static constexpr S inf = std::numeric_limits<S>::infinity();

  static C prepare(const Theta& theta) {
    return numbers_in_double<constants, S>(
        []<class L>(L centre, L log_width, L left, L right) {
          const L wide = math::exp(log_width), inverse = math::exp(-log_width);
          const L a = (left - centre) * inverse, b = (right - centre) * inverse;
          const TruncatedCore<L> core(a, b, (right - left) * inverse);
          const L sign = select(core.mirrored, L(-1.0), L(1.0));
          const L at = select(core.inner, centre, select(core.mirrored, left, right)),
                  log_height = -math::log(core.mass) - log_width;
          const auto density = [&](L x) {
            const L t = sign * inverse * (at - x);
            return select(math::abs(x) < std::numeric_limits<double>::infinity(), math::exp(t * (core.e - 0.5 * t) + log_height),
                          L(0.0));
          };
          const L lower = select(core.mirrored, -b, a), upper = select(core.mirrored, -a, b);
          return std::array<L, constants>{at,
                                          sign * inverse,
                                          sign * wide,
                                          core.e,
                                          log_height,
                                          core.moment[0],
                                          core.moment[1],
                                          core.moment[2],
                                          core.moment[3],
                                          density(left),
                                          density(right),
                                          left,
                                          right,
                                          centre,
                                          wide,
                                          math::normal_cdf(lower),
                                          math::normal_cdf(-upper),
                                          core.mass};
        },
        theta[0], theta[1], theta[2], theta[3]);
  }

  static V log_prob(V x, const C& c) {
    const V t = c[rate] * (c[anchor] - x);
    return multiply_add(t, c[e] - S(0.5) * t, c[normalizer]);
  }
  static V score(V x, const C& c, Theta& s) {
    const V t = c[rate] * (c[anchor] - x), off = c[m1] - t, still = S(0) * t;  // NaN stays
    s[0] = c[rate] * off;
    s[1] = S(2) * c[e] * off + (t * t - c[m2]);
    s[2] = c[density_low] + still;
    s[3] = still - c[density_high];
    return c[rate] * (t - c[e]);
  }

  template <class T, class Rng>
  static Batch<T> noise(Rng& rng, Index rows, Index cols) {
    return uniforms<T>(rng, rows, cols);
  }
  static V point(V u, const C& c) { return icdf(u, c); }
  static void path(V, V x, const C& c, Theta& s) {
    const auto moved = numbers_in_double<4, S>(
        []<class L>(L t, L sign, L edge, L first, L second, L from_low, L to_high, L size) {
          const L off = first - t, excess = -(2.0 * edge * off + (t * t - second));
          const auto down = sign * off < 0.0;
          const L z = sign * (edge - t), here = select(down, z, -z), width = select(down, from_low, to_high);
          const NormalSide<L> side(here, width, math::abs(off), excess);
          const L part = side.mass * math::exp(t * (edge - 0.5 * t)) / size;  // of the probability
          return std::array<L, 4>{side.first, select(down, side.second, -side.second), side.mass,
                                  (1.0 - part) * math::exp(width * (here - 0.5 * width))};
        },
        c[rate] * (c[anchor] - x), select(c[rate] > S(0), V(S(1)), V(S(-1))), c[e], c[m1], c[m2], (x - c[low]) / c[scale],
        (c[high] - x) / c[scale], c[mass]);
    const auto down = is_below(x, c);
    s[0] = moved[0];
    s[1] = c[scale] * moved[1];
    s[2] = select(down, moved[3], moved[2] * c[scale] * c[density_low]);
    s[3] = select(down, moved[2] * c[scale] * c[density_high], moved[3]);
  }

  static V lowest(const C& c) { return c[low]; }
  static V highest(const C& c) { return c[high]; }
  static V mean(const C& c) { return c[anchor] - c[step] * c[m1]; }
  static V variance(const C& c) { return c[scale] * c[scale] * (c[m2] - c[m1] * c[m1]); }
  static V mode(const C& c) { return max(c[low], min(c[high], c[loc])); }
  static V entropy(const C& c) { return S(0.5) * c[m2] - c[e] * c[m1] - c[normalizer]; }
  static void entropy_gradient(const C& c, Theta& s) {
    const Spread of(c);
    s[0] = c[rate] * (c[e] * of.t - S(0.5) * of.both);
    s[1] = S(0.5) * of.square + S(2) * c[e] * (c[e] * of.t - of.both);
    s[2] = s[3] = V(S(0));  // not wanted
  }

  static V cdf(V x, const C& c) {
    const V side = log_side(x, c);
    return select(is_below(x, c), math::exp(side), S(1) - math::exp(side));
  }
  static V log_cdf(V x, const C& c) {
    const V side = log_side(x, c);
    return select(is_below(x, c), side, math::log1p(-min(V(S(1)), math::exp(side))));
  }
  /// Near the peak by the normal quantile; far out Newton's method on the exponent; narrow intervals once more by their own
  /// integral.
  static V icdf(V p, const C& c) {
    const V x = math::detail::all_in_double(
        []<class L>(L at, L slope, L edge, L under, L over, L size, L from, L stride, L span) {
          const L v = select(slope > 0.0, at, 1.0 - at),
                  rest = select(slope > 0.0, 1.0 - at, at);  // above the lower, below the upper end
          const auto far = edge < -10.0;
          L t(0.0);
          if (any(!far)) {
            const L whole = size * math::exp(-0.5 * edge * edge) / root_two_pi;
            const L down = multiply_add(v, whole, under), up = multiply_add(rest, whole, over);
            const auto low_side = down < up;
            const L z = math::normal_quantile(select(low_side, down, up));
            t = edge - select(low_side, z, -z);
          }
          if (any(far)) {
            const L b = select(far, -edge, L(10.0)), full = tail_ratio(b);
            const L share = select(span >= normal_reach(-b), L(1.0), min(L(1.0), size / full));
            const L depth = select(v < 0.5, -math::log((1.0 - share) + v * share), -math::log1p(-rest * share));
            L step_out = 2.0 * depth / (b + sqrt(b * b + 2.0 * depth));
            for (int i = 0; i < 4; ++i) {
              const L ratio = tail_ratio(b + step_out);
              step_out -= ratio * (step_out * (b + 0.5 * step_out) + math::log(full / ratio) - depth);
            }
            t = select(far, max(L(0.0), step_out), t);
          }
          const auto narrow = (span < 1.0) & (edge * span > -5.0);
          if (any(narrow)) {  // t itself is wanted to its last digit: one step of Newton's method on the probability above x
            const L start = select(narrow, max(L(0.0), min(span, t)), L(0.0));
            math::detail::Integrals<L> sums;
            math::detail::add_integrals(sums, L(0.0), start, [&](L s, L& w, L& g) {
              w = math::exp(s * (edge - 0.5 * s));
              g = L(0.0);
            });
            t = select(narrow, start - (sums.mass - rest * size) * math::exp(start * (0.5 * start - edge)), t);
          }
          return from - stride * t;
        },
        p, c[rate], c[e], c[below], c[above], c[mass], c[anchor], c[step], (c[high] - c[low]) / c[scale]);
    const V inside = max(c[low], min(c[high], x));
    return select(p <= S(0), c[low], select(p >= S(1), c[high], inside));
  }

  /// Infinite where p reaches beyond q; the gradient there is that of the formula.
  static V kl(const C& p, const C& q) {
    const V shift = q[rate] * (q[anchor] - p[anchor]), ratio = q[rate] * p[step];
    const V first = shift + ratio * p[m1], second = shift * shift + ratio * (S(2) * shift * p[m1] + ratio * p[m2]);
    const V value = (p[e] * p[m1] - S(0.5) * p[m2] + p[normalizer]) - (q[e] * first - S(0.5) * second + q[normalizer]);
    return select((p[low] >= q[low]) & (p[high] <= q[high]), value, V(inf));
  }
  /// Covariances of log p - log q = linear t + square t^2 with the score.
  static void kl_gradient(const C& p, const C& q, Theta& s) {
    const V shift = q[rate] * (q[anchor] - p[anchor]), ratio = q[rate] * p[step];
    const V linear = p[e] + ratio * (shift - q[e]), square = S(0.5) * (ratio * ratio - S(1));
    const Spread of(p);
    const V with_t = linear * of.t + square * of.both, with_square = linear * of.both + square * of.square;
    s[0] = -p[rate] * with_t;
    s[1] = with_square - S(2) * p[e] * with_t;
    s[2] = s[3] = V(S(0));  // not wanted
  }

 private:
  /// Variances of t and t^2 and their covariance.
  struct Spread {
    V t, square, both;
    explicit Spread(const C& c) : t(c[m2] - c[m1] * c[m1]), square(c[m4] - c[m2] * c[m2]), both(c[m3] - c[m1] * c[m2]) {}
  };
  /// Left of the mean: there the lower side is looked at.
  static auto is_below(V x, const C& c) { return c[rate] * (c[m1] - c[rate] * (c[anchor] - x)) < S(0); }
  /// The logarithm of the probability on that side of x.
  static V log_side(V x, const C& c) {
    const auto down = is_below(x, c);
    const V t = c[rate] * (c[anchor] - x), z = select(c[rate] > S(0), c[e] - t, t - c[e]);
    return math::detail::all_in_double(
        []<class L>(L at, L edge, L here, L width, L size) {
          const NormalSide<L> side(here, width, L(0.0), L(0.0));
          return min(L(0.0), at * (edge - 0.5 * at) + math::log(side.mass / size));
        },
        t, c[e], select(down, z, -z), select(down, x - c[low], c[high] - x) / c[scale], c[mass]);
  }
  /// P(Z > z)/(density at z) for z >= 0.
  template <class L>
  static L tail_ratio(L z) {
    return 1.2533141373155003 * math::detail::erfcx_positive(z * 0.70710678118654752);
  }
};

}  // namespace detail

/// d independent coordinates, normal with loc and scale but known to lie in [low, high]. theta: d rows loc, then d rows log
/// scale; one column a data point. low and high are settings, not learned, and may be infinite.
///
/// Drawn through the quantile of a uniform number; the pullback moves each draw at fixed probability. Everything is told from the
/// edge nearest to loc, so that far tails (low 40 scales above loc) and narrow intervals keep their digits.
template <class S = double>
class TruncatedNormal : public detail::Family<TruncatedNormal<S>, detail::TruncatedNormalLaw<S>> {
  using Base = detail::Family<TruncatedNormal<S>, detail::TruncatedNormalLaw<S>>;

 public:
  /// loc finite and scale positive, both d x B (vectors for B = 1); low < high, d x 1 for all data points or d x B. ShapeError,
  /// InvalidArgument or DomainError otherwise.
  TruncatedNormal(const Batch<S>& loc, const Batch<S>& scale, const Batch<S>& low, const Batch<S>& high)
      : Base(std::in_place, loc, scale, low, high) {
    require_order();
  }

  /// Locations (of the normal law that is cut), d x B.
  Batch<S> loc() const { return this->parameter(0); }
  /// Its scales, d x B.
  Batch<S> scale() const { return this->parameter(1); }
  /// Left ends, d x B.
  Batch<S> low() const { return this->parameter(2); }
  /// Right ends, d x B.
  Batch<S> high() const { return this->parameter(3); }

 private:
  friend Base;
  TruncatedNormal(typename Base::Unconstrained tag, Batch<S> theta, Batch<S> settings)
      : Base(tag, std::move(theta), std::move(settings)) {
    require_order();
  }
  void require_order() const {
    const Index d = this->event_size();
    const Batch<S>& ends = this->settings();
    for (Index i = 0; i < d; ++i)
      for (Index b = 0; b < ends.cols(); ++b)
        if (!(ends(i, b) < ends(d + i, b)))
          throw DomainError(detail::complaint("TruncatedNormal", "low(" + std::to_string(i) + ")", ends(i, b),
                                              "less than high, " + detail::to_text(ends(d + i, b))));
  }
};

template <class A, class B, class C, class D>
TruncatedNormal(const Eigen::MatrixBase<A>&, const Eigen::MatrixBase<B>&, const Eigen::MatrixBase<C>&,
                const Eigen::MatrixBase<D>&) -> TruncatedNormal<typename A::Scalar>;

}  // namespace variate

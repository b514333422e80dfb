#pragma once
/// The von Mises distribution of angles, with implicit reparameterisation.
#include <array>
#include <cstddef>
#include <utility>

#include "variate/core/types.hpp"
#include "variate/distributions/detail/factorized.hpp"
#include "variate/distributions/detail/family.hpp"
#include "variate/distributions/detail/von_mises_core.hpp"
#include "variate/distributions/detail/wide_numbers.hpp"
#include "variate/math/detail/half_line.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/log.hpp"
#include "variate/math/log1p.hpp"
#include "variate/math/trigonometric.hpp"
#include "variate/random/detail/trials.hpp"

namespace variate {
namespace detail {

/// log f = -k (1 - cos z) - log(2 pi I0(k) e^-k), z = x - loc; theta is (loc, log k).
template <class S>
struct VonMisesLaw {
  using Scalar = S;
  using V = Packet<S>;
  static constexpr const char* name = "VonMises";
  static constexpr int parameters = 2;
  static constexpr Arguments<parameters> arguments{{{"loc", Domain::real}, {"concentration"}}};
  static constexpr bool discrete = false, reparameterized = true, periodic = true;
  /// ratio = E cos z = I1/I0, complement = 1 - ratio, spread = variance of cos z.
  enum : std::size_t { loc, concentration, log_mass, ratio, complement, spread };
  static constexpr int constants = 6;
  using Theta = Numbers<S, parameters>;
  using C = Numbers<S, constants>;

  static C prepare(const Theta& theta) {
    const auto shape = numbers_in_double<5, S>(
        []<class L>(L log_k) {
          const L k = math::exp(log_k);
          const VonMisesShape<L> of(k);
          return std::array<L, 5>{k, of.log_mass, of.ratio, of.complement, of.spread};
        },
        theta[1]);
    return {theta[0], shape[0], shape[1], shape[2], shape[3], shape[4]};
  }

  static V log_prob(V x, const C& c) {
    const V s = math::sin(S(0.5) * (x - c[loc]));
    return -multiply_add(c[concentration] * s, S(2) * s, c[log_mass]);
  }
  static V score(V x, const C& c, Theta& s) {
    const auto half = math::sin_cos(S(0.5) * (x - c[loc]));
    s[0] = c[concentration] * (S(2) * half.sin * half.cos);
    s[1] = c[concentration] * (c[complement] - S(2) * half.sin * half.sin);
    return -s[0];
  }

  /// The angle from loc.
  template <class T, class Rng>
  static Batch<T> noise(Rng& rng, const Batch<T>& all, Index d, Index samples) {
    return by_trials<T>(rng, d, all.cols(), samples, [&](Index row, const TrialPoints& points) {
      return VonMisesTrial(at_points(points, [&](Index point) { return all(d + row, point); }));
    });
  }
  static V point(V angle, const C& c) { return c[loc] + angle; }
  static void path(V angle, V, const C& c, Theta& s) {
    const V slope = math::detail::all_in_double(
        []<class L>(L at, L k, L rest, L height) { return VonMisesSide<L>(k, rest, height, math::abs(at), gap(at)).slope; },
        angle, c[concentration], c[complement], c[log_mass]);
    s[0] = S(1);
    s[1] = c[concentration] * select(angle < S(0), slope, -slope);
  }

  static V lowest(const C& c) { return c[loc] - S(pi_high); }
  static V highest(const C& c) { return c[loc] + S(pi_high); }
  static V mean(const C& c) { return c[loc]; }
  /// Circular: 1 - E cos z.
  static V variance(const C& c) { return c[complement]; }
  static V mode(const C& c) { return c[loc]; }
  static V entropy(const C& c) { return c[log_mass] + c[concentration] * c[complement]; }
  static void entropy_gradient(const C& c, Theta& s) {
    s[0] = S(0);
    s[1] = -(c[concentration] * c[concentration]) * c[spread];
  }

  static V cdf(V x, const C& c) {
    const V z = x - c[loc], tail = math::exp(log_tail(z, c));
    return select(z > S(0), S(1) - tail, tail);
  }
  static V log_cdf(V x, const C& c) {
    const V z = x - c[loc], tail = log_tail(z, c);
    return select(z > S(0), math::log1p(-math::exp(tail)), tail);
  }
  static V icdf(V p, const C& c) {
    const V z = math::detail::all_in_double(
        []<class L>(L at, L k) {
          const L y = von_mises_tail_angle(k, VonMisesShape<L>(k), min(at, 1.0 - at));
          return select(at < 0.5, -y, y);
        },
        p, c[concentration]);
    return c[loc] + z;
  }

  /// With t = loc_p - loc_q: log(I0(k_q)/I0(k_p)) + k_p A - k_q A cos t, A = I1(k_p)/I0(k_p), less what cancels.
  static V kl(const C& p, const C& q) {
    const V s = math::sin(S(0.5) * (p[loc] - q[loc])), turned = S(2) * q[concentration] * p[ratio] * s * s;
    return (q[log_mass] - p[log_mass]) + (q[concentration] - p[concentration]) * p[complement] + turned;
  }
  static void kl_gradient(const C& p, const C& q, Theta& s) {
    const auto half = math::sin_cos(S(0.5) * (p[loc] - q[loc]));
    s[0] = q[concentration] * p[ratio] * (S(2) * half.sin * half.cos);
    s[1] = p[concentration] * p[spread] * ((p[concentration] - q[concentration]) + S(2) * q[concentration] * half.sin * half.sin);
  }

 private:
  /// pi - |z|, exact where it is small; 0 beyond.
  template <class L>
  static L gap(L z) {
    return max(L(0.0), (pi_high - math::abs(z)) + pi_low);
  }
  /// log of the probability beyond z, on its side of loc.
  static V log_tail(V z, const C& c) {
    return math::detail::all_in_double(
        []<class L>(L at, L k, L rest, L height) {
          const L y = select(math::abs(at) > pi_high, L(pi_high), math::abs(at));  // NaN stays
          const L s = math::sin(0.5 * y),
                  tail = math::log(VonMisesSide<L>(k, rest, height, y, gap(y)).mass) - 2.0 * k * s * s - height;
          return select(at == at, min(L(-0.69314718055994531), tail), at);
        },
        z, c[concentration], c[complement], c[log_mass]);
  }
};

}  // namespace detail

/// d independent angles of density e^(k cos(x - loc)) / (2 pi I0(k)), k the concentration. theta: d rows loc, then d rows log
/// concentration; one column a data point.
///
/// The density has the period 2 pi; draws, `cdf` and `icdf` run from loc - pi to loc + pi. `variance` is the circular one, 1 - E
/// cos(x - loc). Drawn by rejection; the pullback moves each draw at fixed probability, good to 1e-12 for concentrations from
/// 1e-3 to 1e6.
template <class S = double>
class VonMises : public detail::Family<VonMises<S>, detail::VonMisesLaw<S>> {
  using Base = detail::Family<VonMises<S>, detail::VonMisesLaw<S>>;

 public:
  using Base::Base;
  /// loc finite and concentration positive, both d x B (vectors for B = 1). ShapeError, InvalidArgument or DomainError otherwise.
  VonMises(const Batch<S>& loc, const Batch<S>& concentration) : Base(std::in_place, loc, concentration) {}

  /// Mean directions, d x B.
  Batch<S> loc() const { return this->parameter(0); }
  /// Concentrations, d x B.
  Batch<S> concentration() const { return this->parameter(1); }
};

template <class A, class B>
VonMises(const Eigen::MatrixBase<A>&, const Eigen::MatrixBase<B>&) -> VonMises<typename A::Scalar>;

}  // namespace variate

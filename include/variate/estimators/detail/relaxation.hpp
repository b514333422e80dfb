#pragma once
/// What a discrete family has to know about its continuous relaxation: `Relaxation<D>`, specialised for each family that has one. It
/// borrows the distribution it is made from.
///
/// A hard draw b is a function of z = theta + noise, one number a row of theta; y = smooth(z / temperature) is its smooth version; given b,
/// a second noise makes z_tilde, distributed as z is given b (Tucker et al. 2017, appendix; Grathwohl et al. 2018). Everything is K x SB
/// for a K x B theta.
///   noisy(u), hard(z)                      z from uniforms u, b from z
///   conditional(b, v)                      z_tilde from other uniforms v
///   conditional_tangent(b, z_tilde, w) = (dz_tilde/dtheta) w_c; conditional_pullback(b, z_tilde, g): (dz_tilde/dtheta)^T g_c
///   smooth(a)                              y; slope(y, t) = (dy/da) t_c, a symmetric matrix; curvature(y, s, t): the slope of that along s
///   score(b) = grad log p(b); mean() = E b, K x B; mean_pullback(g) = (dE b/dtheta)^T g_c
#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/distributions/detail/cells.hpp"
#include "variate/math/expm1.hpp"
#include "variate/math/log.hpp"
#include "variate/math/log1p.hpp"
#include "variate/math/sigmoid.hpp"
#include "variate/math/softplus.hpp"

namespace variate::detail {

template <class D>
class Relaxation {
 public:
  static constexpr bool exists = false;
};

/// out = f(theta, slice) for every entry of a K x cols batch.
template <class S, class F>
Batch<S> map_cells(const Batch<S>& theta, Index cols, F f) {
  Batch<S> out(theta.rows(), cols);
  for_each_cell<1>(theta.data(), theta.rows(), theta.cols(), cols, [&](const Numbers<S, 1>& phi, auto each, auto) {
    each([&](const auto& at) { at.store(f(phi[0], at), out.data()); });
  });
  return out;
}

/// b = [z > 0], y = sigmoid(z / temperature), z = logit + logit(u). Given b the stable form of spec 2.1: with l = logit(v), z_tilde =
/// softplus(l + softplus(logit)) for b = 1 and -softplus(-l + softplus(-logit)) for b = 0.
template <class S>
class Relaxation<Bernoulli<S>> {
  using V = Packet<S>;

 public:
  static constexpr bool exists = true;
  explicit Relaxation(const Bernoulli<S>& q) : theta_(q.theta()) {}

  Batch<S> noisy(const Batch<S>& u) const {
    return map_cells(theta_, u.cols(), [&](V phi, const auto& at) { return phi + logit(at.load(u.data())); });
  }
  Batch<S> hard(const Batch<S>& z) const {
    return z.unaryExpr([](S v) { return v > S(0) ? S(1) : S(0); });
  }
  Batch<S> smooth(Batch<S> a) const {
    math::sigmoid(a.data(), a.data(), a.size());
    return a;
  }
  Batch<S> slope(const Batch<S>& y, const Batch<S>& t) const { return t.array() * y.array() * (S(1) - y.array()); }
  Batch<S> curvature(const Batch<S>& y, const Batch<S>& s, const Batch<S>& t) const {
    return s.array() * t.array() * y.array() * (S(1) - y.array()) * (S(1) - S(2) * y.array());
  }

  Batch<S> conditional(const Batch<S>& b, const Batch<S>& v) const {
    return map_cells(theta_, b.cols(), [&](V phi, const auto& at) {
      const auto one = at.load(b.data()) == S(1);
      const V l = logit(at.load(v.data())), size = math::softplus(select(one, l, -l) + math::softplus(select(one, phi, -phi)));
      return select(one, size, -size);
    });
  }
  /// dz_tilde/dlogit = (1 - e^(-|z_tilde|)) sigmoid(logit) for b = 1, the mirror image for b = 0; no logit moves another's z_tilde.
  Batch<S> conditional_pullback(const Batch<S>& b, const Batch<S>& z_tilde, const Batch<S>& g) const {
    return map_cells(theta_, b.cols(), [&](V phi, const auto& at) {
      const auto one = at.load(b.data()) == S(1);
      const V moved = -math::expm1(-math::abs(at.load(z_tilde.data()))) * math::sigmoid(select(one, phi, -phi));
      return at.load(g.data()) * moved;
    });
  }
  Batch<S> conditional_tangent(const Batch<S>& b, const Batch<S>& z_tilde, const Batch<S>& w) const {
    return conditional_pullback(b, z_tilde, w);
  }

  Batch<S> score(const Batch<S>& b) const {
    return map_cells(theta_, b.cols(), [&](V phi, const auto& at) {
      const auto one = at.load(b.data()) == S(1);
      const V rest = math::sigmoid(select(one, -phi, phi));
      return select(one, rest, -rest);
    });
  }
  Batch<S> mean() const {
    Batch<S> p(theta_.rows(), theta_.cols());
    math::sigmoid(theta_.data(), p.data(), p.size());
    return p;
  }
  Batch<S> mean_pullback(const Batch<S>& g) const {
    return map_cells(theta_, g.cols(),
                     [&](V phi, const auto& at) { return at.load(g.data()) * (math::sigmoid(phi) * math::sigmoid(-phi)); });
  }

  static V logit(V u) { return math::log(u) - math::log1p(-u); }

 private:
  const Batch<S>& theta_;
};

/// The relaxation of what q samples from.
template <class Q>
using RelaxationOf = Relaxation<std::remove_cvref_t<decltype(std::declval<const Q&>().distribution())>>;
template <class Q>
concept Relaxable = Linked<Q> && RelaxationOf<Q>::exists;

}  // namespace variate::detail

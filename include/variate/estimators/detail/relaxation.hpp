#pragma once
/// What a discrete family has to know about its continuous relaxation: `Relaxation<D>`, specialised for each family that has one.
/// It borrows the distribution it is made from.
///
/// A hard draw b is a function of z = theta + noise, one number a row of theta; y = smooth(z / temperature) is its smooth
/// version; given b, a second noise makes z_tilde, distributed as z is given b (Tucker et al. 2017, appendix; Grathwohl et al.
/// 2018). Everything is K x SB for a K x B theta.
///   noisy(u), hard(z)                      z from uniforms u, b from z
///   conditional(b, v)                      z_tilde from other uniforms v
///   conditional_tangent(b, z_tilde, w) = (dz_tilde/dtheta) w_c; conditional_pullback(b, z_tilde, g): (dz_tilde/dtheta)^T g_c
///   smooth(a)                              y; slope(y, t) = (dy/da) t_c, a symmetric matrix; curvature(y, s, t): the slope of
///   that along s
///   score(b) = grad log p(b); mean() = E b, K x B; mean_pullback(g) = (dE b/dtheta)^T g_c
/// A family whose coordinates are each alone has no conditional_pullback and conditional_tangent, but does in one pass what
/// coupled.hpp otherwise makes of the functions above: couple(u, v, ...), relax(...), differences(...).
#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/core/spare.hpp"
#include "variate/core/types.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/distributions/detail/cells.hpp"
#include "variate/math/exp.hpp"
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
  Batch<S> out = spare<S>(theta.rows(), cols);
  for_each_cell<1>(theta.data(), theta.rows(), theta.cols(), cols, [&](const Numbers<S, 1>& phi, auto each, auto) {
    each([&](const auto& at) { at.store(f(phi[0], at), out.data()); });
  });
  return out;
}

/// b = [z > 0], y = sigmoid(z / temperature), z = logit + logit(u). Given b the stable form of spec 2.1: with l = logit(v),
/// z_tilde = softplus(l + softplus(logit)) for b = 1 and -softplus(-l + softplus(-logit)) for b = 0.
template <class S>
class Relaxation<Bernoulli<S>> {
  using V = Packet<S>;

 public:
  static constexpr bool exists = true;
  explicit Relaxation(const Bernoulli<S>& q) : theta_(q.theta()) {}

  Batch<S> noisy(const Batch<S>& u) const {
    return map_cells(theta_, u.cols(), [&](V phi, const auto& at) { return phi + math::logit(at.load(u.data())); });
  }
  Batch<S> hard(const Batch<S>& z) const {
    return z.unaryExpr([](S v) { return v > S(0) ? S(1) : S(0); });
  }
  Batch<S> smooth(Batch<S> a) const {
    math::sigmoid(a.data(), a.data(), a.size());
    return a;
  }
  Lent<Batch<S>> slope(const Batch<S>& y, const Batch<S>& t) const { return t.array() * y.array() * (S(1) - y.array()); }
  Batch<S> curvature(const Batch<S>& y, const Batch<S>& s, const Batch<S>& t) const {
    return s.array() * t.array() * y.array() * (S(1) - y.array()) * (S(1) - S(2) * y.array());
  }

  Batch<S> conditional(const Batch<S>& b, const Batch<S>& v) const {
    return map_cells(theta_, b.cols(), [&](V phi, const auto& at) {
      const auto one = at.load(b.data()) == S(1);
      const V l = math::logit(at.load(v.data())),
              size = math::softplus(select(one, l, -l) + math::softplus(select(one, phi, -phi)));
      return select(one, size, -size);
    });
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

  /// b, [z, z_tilde], the score and the rate dz_tilde/dlogit in one pass over the noise. The rate is (1 - e^(-|z_tilde|))
  /// sigmoid(logit) for b = 1, the mirror image for b = 0; no logit moves another's z_tilde.
  void couple(const Batch<S>& u, const Batch<S>& v, Batch<S>& b, Batch<S>& both, Batch<S>& score, Batch<S>& rate) const {
    const Index cols = u.cols();
    for (Batch<S>* x : {&b, &score, &rate}) *x = spare<S>(u.rows(), cols);
    both = spare<S>(u.rows(), 2 * cols);
    for_each_cell<1>(theta_.data(), theta_.rows(), theta_.cols(), cols, [&](const Numbers<S, 1>& logits, auto each, auto) {
      const V phi = logits[0], e = math::exp(-math::abs(phi)), small = e / (e + V(S(1))), large = V(S(1)) / (e + V(S(1)));
      const V p1 = select(phi < S(0), small, large), p0 = select(phi < S(0), large, small);
      const V fraction = math::detail::log_one_plus_fraction(e), over1 = max(V(S(0)), phi) + fraction,
              over0 = max(V(S(0)), -phi) + fraction;
      each([&](const auto& at) {
        const V z = phi + math::logit(at.load(u.data())), l = math::logit(at.load(v.data()));
        const auto one = z > S(0);
        const V a = select(one, l + over1, over0 - l), ea = math::exp(-math::abs(a));
        const V size = max(V(S(0)), a) + math::detail::log_one_plus_fraction(ea);
        at.store(select(one, V(S(1)), V(S(0))), b.data());
        at.in_half(false, cols).store(z, both.data());
        at.in_half(true, cols).store(select(one, size, -size), both.data());
        at.store(select(one, p0, -p1), score.data());
        at.store(select(one, p1, p0) * (select(a < S(0), ea, V(S(1))) / (ea + V(S(1)))), rate.data());
      });
    });
  }
  /// y = smooth(a) with a = z/tau + kappa theta, and its slope by log tau, kappa's being `curve`.
  void relax(const Batch<S>& z, S tau, S kappa, S curve, Batch<S>& y, Batch<S>& turned) const {
    y = spare<S>(z.rows(), z.cols());
    turned = spare<S>(z.rows(), z.cols());
    const S per = S(1) / tau;
    for_each_cell<1>(theta_.data(), theta_.rows(), theta_.cols(), z.cols(), [&](const Numbers<S, 1>& logits, auto each, auto) {
      const V lift = V(kappa) * logits[0], turn = V(curve) * logits[0];
      each([&](const auto& at) {
        const V scaled = V(per) * at.load(z.data()), p = math::sigmoid(scaled + lift);
        at.store(p, y.data());
        at.store(p * (V(S(1)) - p) * (turn - scaled), turned.data());
      });
    });
  }
  /// See RelaxedCost; `second` is empty or the cost's Hessian times `turned`.
  void differences(const Batch<S>& rate, const Batch<S>& y, const Batch<S>& turned, const Batch<S>& slope, const Batch<S>& second,
                   S tau, S kappa, S curve, Batch<S>& by_theta, Batch<S>& by_both) const {
    const Index cols = rate.cols();
    const bool twice = second.size() != 0;
    by_theta = spare<S>(rate.rows(), cols);
    if (twice) by_both = spare<S>(rate.rows(), cols);
    const V per(S(1) / tau), lift(kappa), turn(curve), one(S(1)), two(S(2));
    for_each_cell<1>(theta_.data(), theta_.rows(), theta_.cols(), cols, [&](const Numbers<S, 1>&, auto each, auto) {
      each([&](const auto& at) {
        const V stretch = at.load(rate.data()) * per;
        V first(S(0)), moved(S(0));
        for (const bool right : {false, true}) {
          const auto here = at.in_half(right, cols);
          const V p = here.load(y.data()), bend = p * (one - p), g = here.load(slope.data()), through = bend * g;
          const V scale = right ? stretch : per, sign = right ? V(S(-1)) : one;
          first += sign * through * (scale + lift);
          if (!twice) continue;
          const V change = (one - two * p) * here.load(turned.data()) * g + bend * here.load(second.data());
          moved += sign * (change * (scale + lift) + through * (turn - scale));
        }
        at.store(first, by_theta.data());
        if (twice) at.store(moved, by_both.data());
      });
    });
  }

 private:
  const Batch<S>& theta_;
};

/// The relaxation of what q samples from.
template <class Q>
using RelaxationOf = Relaxation<std::remove_cvref_t<decltype(std::declval<const Q&>().distribution())>>;
template <class Q>
concept Relaxable = Linked<Q> && RelaxationOf<Q>::exists;

}  // namespace variate::detail

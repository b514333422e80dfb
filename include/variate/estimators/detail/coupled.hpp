#pragma once
/// A hard draw, the noisy logits it was made from, and other noisy logits that would have made it: what REBAR and RELAX weigh.
#include <utility>

#include "variate/core/spare.hpp"
#include "variate/estimators/detail/kept.hpp"
#include "variate/estimators/detail/relaxation.hpp"
#include "variate/estimators/detail/relaxation_categorical.hpp"
#include "variate/random/fill.hpp"

namespace variate::detail {

/// z = theta + noise, b = hard(z), z_tilde distributed as z given b. `both` is [z, z_tilde], K x 2nB, so that what is a function
/// of either is computed for both at once; the others are K x nB.
template <class Q>
struct Coupled {
  using T = ScalarOf<Q>;
  using Smooth = RelaxationOf<Q>;
  /// z_tilde_i depends on logit i alone, and `rate` says how.
  static constexpr bool diagonal =
      requires(const Smooth& s, const Batch<T>& u, Batch<T>& out) { s.couple(u, u, out, out, out, out); };
  const Batch<T>& theta;
  Smooth smooth;
  Lent<Batch<T>> b, both, score, rate;

  template <class R>
  Coupled(const Q& q, R& rng, Index n) : theta(q.distribution().theta()), smooth(q.distribution()) {
    const Index cols = n * q.batch_size();
    const Lent<Batch<T>> u = uniforms<T>(rng, theta.rows(), cols);
    const Lent<Batch<T>> v = uniforms<T>(rng, theta.rows(), cols);
    if constexpr (diagonal) {
      smooth.couple(u, v, b, both, score, rate);
    } else {
      both.resize(theta.rows(), 2 * cols);
      both.leftCols(cols) = smooth.noisy(u);
      b = smooth.hard(both.leftCols(cols));
      both.rightCols(cols) = smooth.conditional(b, v);
      score = smooth.score(b);
    }
  }
  Coupled(const Coupled&) = delete;
  Coupled& operator=(const Coupled&) = delete;
  Index cols() const { return b.cols(); }
  void copy(Index to, Index from) {
    both.col(to) = both.col(from);
    both.col(cols() + to) = both.col(cols() + from);
    for (Lent<Batch<T>>* x : {&b, &score, &rate})
      if (x->size() != 0) x->col(to) = x->col(from);
  }
  /// (dz_tilde/dtheta)^T g.
  template <class G>
  Lent<Batch<T>> from_tilde(const Eigen::MatrixBase<G>& g) const {
    if constexpr (diagonal) return g.cwiseProduct(rate);
    else return smooth.conditional_pullback(b, both.rightCols(cols()), g);
  }
  /// d[c(z) - c(z_tilde)]/dtheta from c's slopes by both.
  Lent<Batch<T>> difference(const Batch<T>& slope) const {
    const auto left = slope.leftCols(cols()), right = slope.rightCols(cols());
    if constexpr (diagonal) return left - right.cwiseProduct(rate);
    else return left - from_tilde(right);
  }
  /// [w, -(dz_tilde/dtheta) w]: how [z, z_tilde] move along w, the second backwards.
  Batch<T> apart(const Batch<T>& w) const {
    Batch<T> v = spare<T>(w.rows(), 2 * cols());
    v.leftCols(cols()) = w;
    if constexpr (diagonal) v.rightCols(cols()) = -w.cwiseProduct(rate);
    else v.rightCols(cols()) = -smooth.conditional_tangent(b, both.rightCols(cols()), w);
    return v;
  }
};

/// theta times `scale`, repeated for the columns of x, added to it.
template <class T>
void add_tiled(Batch<T>& x, const Batch<T>& theta, T scale) {
  const Index points = theta.cols();
  if (points == 1) {
    x.colwise() += Vector<T>(theta.col(0) * scale);
    return;
  }
  for (Index c = 0; c < x.cols(); c += points) x.middleCols(c, points) += scale * theta;
}

/// Gives values, gradients and Hessian-vector products.
template <class F, class T>
concept SecondOrderIntegrand = DifferentiableIntegrand<F, T> && requires(const F& f, const Batch<T>& x, const Row<T>& w) {
  { f.hessian_vector_product(x, x, w).product } -> std::convertible_to<Batch<T>>;
};

/// sum_c d/dparams of (dvalue_c/dx_c . v_c) + s_c value_c: the parameters' slope of directional slopes and of values. `at` is f
/// at x.
template <class T, class F, class E>
Vector<T> mixed_pullback(const F& f, const E& at, const Batch<T>& x, const Batch<T>& v, const Row<T>& s) {
  if constexpr (requires { f.mixed_pullback(x, v, s); }) return f.mixed_pullback(x, v, s);
  else return f.hessian_vector_product(x, v, Row<T>(Row<T>::Ones(x.cols()))).mixed + at.pullback(s);
}

/// c(z) = f(smooth(a)) and c(z_tilde), a = z/tau + kappa theta; kappa = tau/(tau + 1) for the improved relaxation (Tucker et al.
/// 2017, section 3.3), else 0. One call of f gives all of it, slopes by log tau included: log tau is one number, so that y moves
/// in one direction whatever is asked of it later.
template <class T>
struct RelaxedCost {
  Lent<Row<T>> value;                ///< [c(z), c(z_tilde)], 1 x 2nB
  Lent<Row<T>> by_tau;               ///< its slope by log tau; empty if not asked for
  Lent<Batch<T>> difference;         ///< d[c(z) - c(z_tilde)]/dtheta, K x nB
  Lent<Batch<T>> difference_by_tau;  ///< the slope of that by log tau

  /// tuned: by log tau as well.
  template <class Q, class F>
  RelaxedCost(const F& f, const Coupled<Q>& draw, T tau, bool improved, bool tuned) {
    const T kappa = improved ? tau / (tau + 1) : T(0), curve = improved ? tau / ((tau + 1) * (tau + 1)) : T(0);
    Lent<Batch<T>> y, turned, slope, second;
    if constexpr (Coupled<Q>::diagonal) {
      draw.smooth.relax(draw.both, tau, kappa, curve, y, turned);
    } else {
      Batch<T> a = draw.both / tau, by_log_tau = -a;
      if (improved) {
        add_tiled(a, draw.theta, kappa);
        add_tiled(by_log_tau, draw.theta, curve);
      }
      y = draw.smooth.smooth(std::move(a));
      turned = draw.smooth.slope(y, by_log_tau);
      turns_ = std::move(by_log_tau);
    }
    const Lent<Row<T>> ones = Row<T>::Ones(y.cols());
    if (tuned) {
      if constexpr (SecondOrderIntegrand<F, T>) {
        auto all = curvature(f, y, turned, ones);
        value = std::move(all.value);
        by_tau = std::move(all.slope);
        slope = std::move(all.gradient);
        second = std::move(all.product);
      }
    } else {
      const auto e = variate::evaluate(f, y);
      value = e.value;
      slopes<T>(e, ones, slope);
    }
    if constexpr (Coupled<Q>::diagonal)
      draw.smooth.differences(draw.rate, y, turned, slope, second, tau, kappa, curve, difference, difference_by_tau);
    else differences(draw, y, slope, second, tau, kappa, curve);
  }

 private:
  /// Second derivatives by the points alone, where f can leave its parameters out.
  template <class F>
  static auto curvature(const F& f, const Batch<T>& x, const Batch<T>& v, const Row<T>& w) {
    if constexpr (requires { f.hessian_vector_product(x, v, w, PointsOnly{}); })
      return f.hessian_vector_product(x, v, w, PointsOnly{});
    else return f.hessian_vector_product(x, v, w);
  }
  /// With s = J f'(y), J the slope of smooth: d c(z)/dtheta = (1/tau + kappa) s, and through dz_tilde/dtheta for z_tilde. By log
  /// tau, s moves by the curvature along a's move, and by J f'' y's move.
  template <class Q>
  void differences(const Coupled<Q>& draw, const Batch<T>& y, const Batch<T>& slope, const Batch<T>& second, T tau, T kappa,
                   T curve) {
    const Index cols = draw.cols();
    const auto apart = [&](const Batch<T>& x, T through_z, T direct) {
      Batch<T> d = (through_z + direct) * x.leftCols(cols) - draw.from_tilde(through_z * x.rightCols(cols));
      if (direct != T(0)) d -= direct * x.rightCols(cols);
      return d;
    };
    const Batch<T> s = draw.smooth.slope(y, slope);
    difference = apart(s, 1 / tau, kappa);
    if (second.size() == 0) return;
    const Batch<T> change = draw.smooth.curvature(y, turns_, slope) + draw.smooth.slope(y, second);
    difference_by_tau = apart(change, 1 / tau, kappa) + apart(s, -1 / tau, curve);
  }

  Batch<T> turns_;  ///< a's slope by log tau
};

}  // namespace variate::detail

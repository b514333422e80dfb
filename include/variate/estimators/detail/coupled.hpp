#pragma once
/// A hard draw, the noisy logits it was made from, and other noisy logits that would have made it: what REBAR and RELAX weigh.
#include "variate/estimators/detail/kept.hpp"
#include "variate/estimators/detail/relaxation.hpp"
#include "variate/estimators/detail/relaxation_categorical.hpp"
#include "variate/random/fill.hpp"

namespace variate::detail {

/// z = theta + noise, b = hard(z), z_tilde distributed as z given b; K x nB each.
template <class Q>
struct Coupled {
  using T = ScalarOf<Q>;
  using Smooth = RelaxationOf<Q>;
  const Batch<T>& theta;
  Smooth smooth;
  Batch<T> z, b, z_tilde;

  template <class R>
  Coupled(const Q& q, R& rng, Index n) : theta(q.distribution().theta()), smooth(q.distribution()) {
    const Index cols = n * q.batch_size();
    const Batch<T> u = uniforms<T>(rng, theta.rows(), cols);
    const Batch<T> v = uniforms<T>(rng, theta.rows(), cols);
    z = smooth.noisy(u);
    b = smooth.hard(z);
    z_tilde = smooth.conditional(b, v);
  }
  void copy(Index to, Index from) {
    z.col(to) = z.col(from);
    b.col(to) = b.col(from);
    z_tilde.col(to) = z_tilde.col(from);
  }
  /// (dz_tilde/dtheta)^T g.
  Batch<T> from_tilde(const Batch<T>& g) const { return smooth.conditional_pullback(b, z_tilde, g); }
  Batch<T> along_tilde(const Batch<T>& w) const { return smooth.conditional_tangent(b, z_tilde, w); }
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

/// Second derivatives by the points alone, where f can leave its parameters out.
template <class T, class F>
auto curvature(const F& f, const Batch<T>& x, const Batch<T>& v, const Row<T>& w) {
  if constexpr (requires { f.hessian_vector_product(x, v, w, PointsOnly{}); }) return f.hessian_vector_product(x, v, w, PointsOnly{});
  else return f.hessian_vector_product(x, v, w);
}

/// c(z) = f(smooth(a)) with a = z/tau + kappa theta; kappa = tau/(tau + 1) for the improved relaxation (Tucker et al. 2017,
/// section 3.3), else 0. Its slope by theta along w, where z moves by m: a moves by t = m/tau + kappa w.
template <class Q, class F>
struct RelaxedCost {
  using T = ScalarOf<Q>;
  const F& f;
  const Coupled<Q>& draw;
  T tau;
  bool improved;

  T kappa() const { return improved ? tau / (tau + 1) : T(0); }
  Batch<T> point(const Batch<T>& z) const {
    Batch<T> a = z / tau;
    if (improved) add_tiled(a, draw.theta, kappa());
    return draw.smooth.smooth(std::move(a));
  }
  /// The slope of kappa by log tau.
  T curve() const { return improved ? tau / ((tau + 1) * (tau + 1)) : T(0); }
  /// The slope of a by log tau.
  Batch<T> moved(const Batch<T>& z) const {
    Batch<T> a = -z / tau;
    if (improved) add_tiled(a, draw.theta, curve());
    return a;
  }
  /// The slope by log tau of the slope along w (z moving by m), weighed and summed over the columns; y = point(z).
  T mixed(const Batch<T>& y, const Batch<T>& z, const Batch<T>& w, const Batch<T>& m, const Row<T>& weights) const {
    Batch<T> t = m / tau, turned = -t;
    if (improved) {
      t += kappa() * w;
      turned += curve() * w;
    }
    const Batch<T> by_tau = moved(z);
    const Batch<T> along = draw.smooth.slope(y, t);
    const auto second = curvature<T>(f, y, along, weights);
    const Batch<T> by_slope = draw.smooth.curvature(y, by_tau, t) + draw.smooth.slope(y, turned);
    return second.product.cwiseProduct(draw.smooth.slope(y, by_tau)).sum() + second.gradient.cwiseProduct(by_slope).sum();
  }
};

}  // namespace variate::detail

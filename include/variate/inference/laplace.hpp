#pragma once
/// The most probable point, and a normal around it.
#include <cmath>
#include <string>
#include <utility>

#include "variate/autodiff/gradient.hpp"
#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/distributions/multivariate_normal.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/math/linear_algebra.hpp"

namespace variate {

/// Options of `maximum_a_posteriori`.
struct MapOptions {
  Index max_iterations = 200;  ///< Newton steps at most
  double tolerance = 1e-9;     ///< the gradient's largest entry at the end
};

/// Where a log density is highest.
template <class T>
struct MapEstimate {
  Vector<T> at;             ///< the point
  T value{};                ///< the log density there
  Index iterations = 0;     ///< Newton steps made
  bool converged = false;   ///< the gradient is below the tolerance
};

namespace detail {

/// The Hessian of f at x, from d products in one sweep.
template <class F, class T>
Batch<T> hessian_at(const F& f, const Vector<T>& x) {
  const Index d = x.size();
  Batch<T> points(d, d);
  for (Index c = 0; c < d; ++c) points.col(c) = x;
  const Batch<T> h = hessian_vector_product(f, points, Batch<T>(Batch<T>::Identity(d, d)));
  return T(0.5) * (h + h.transpose());
}
/// The Cholesky factor of -H, or InvalidArgument if H is not negative definite.
template <class T>
Batch<T> factor_of_precision(const char* function, const Batch<T>& hessian) {
  Batch<T> factor = -hessian;
  require_finite(function, "Hessian", factor);
  if (const Index bad = cholesky(factor); bad >= 0)
    throw DomainError(complaint(function, "pivot " + std::to_string(bad) + " of minus the Hessian", factor(bad, bad),
                                "a positive number: this point is no maximum"));
  return factor;
}

}  // namespace detail

/// The maximum of log p from `start`, by Newton's method with the negative Hessian damped until it is positive definite and the
/// step shortened until log p rises. f is a generic model or what `differentiable` made of one; d columns go through it at each
/// step, so for some hundred dimensions at most: beyond, fit a `Point` by `Learner`. Never throws for numbers: look at
/// `converged`.
template <class F, class T>
MapEstimate<T> maximum_a_posteriori(const F& f, const Vector<T>& start, const MapOptions& options = {}) {
  detail::require_at_least("maximum_a_posteriori", "max_iterations", options.max_iterations, 0);
  detail::require_finite("maximum_a_posteriori", "start", start);
  MapEstimate<T> mode{start, {}, 0, false};
  auto here = value_and_gradient(f, Batch<T>(start));
  mode.value = here.value(0);
  while (true) {
    const T size = here.gradient.cwiseAbs().maxCoeff();
    if (!std::isfinite(size) || !std::isfinite(mode.value)) return mode;
    mode.converged = size <= static_cast<T>(options.tolerance);
    if (mode.converged || mode.iterations == options.max_iterations) return mode;
    const Batch<T> hessian = detail::hessian_at(f, mode.at);
    if (!detail::all_finite(hessian)) return mode;
    Batch<T> step = here.gradient;
    for (T damping = T(0);; damping = damping == T(0) ? T(1e-3) * (T(1) + hessian.cwiseAbs().maxCoeff()) : T(4) * damping) {
      Batch<T> factor = -hessian;
      factor.diagonal().array() += damping;
      if (detail::cholesky(factor) >= 0) continue;
      math::solve_lower<T>(factor, step);
      math::solve_lower_transposed<T>(factor, step);
      break;
    }
    T length = T(1);
    bool risen = false;
    for (int halvings = 0; halvings < 60 && !risen; ++halvings, length /= 2) {
      const Batch<T> next = mode.at + length * step.col(0);
      auto there = value_and_gradient(f, next);
      risen = there.value(0) >= mode.value + T(1e-4) * length * step.col(0).dot(here.gradient.col(0)) ||
              (there.value(0) >= mode.value && there.gradient.cwiseAbs().maxCoeff() < size);
      if (risen) {
        mode.at = next.col(0);
        mode.value = there.value(0);
        here = std::move(there);
      }
    }
    if (!risen) return mode;  // as high as the arithmetic can tell
    ++mode.iterations;
  }
}

/// Laplace's approximation at a maximum of log p: normal with covariance (-Hessian)^-1. (Edward writes the inverse of a Cholesky
/// factor of the Hessian into the scale, whose square is another matrix; for a diagonal normal it writes the variance there.)
/// DomainError if minus the Hessian is not positive definite.
template <class F, class T>
MultivariateNormal<T> laplace(const F& f, const Vector<T>& mode) {
  const Index d = mode.size();
  const Batch<T> factor = detail::factor_of_precision("laplace", detail::hessian_at(f, mode));
  Batch<T> covariance = Batch<T>::Identity(d, d);
  math::solve_lower<T>(factor, covariance);
  math::solve_lower_transposed<T>(factor, covariance);
  return MultivariateNormal<T>::from_covariance(mode, T(0.5) * (covariance + covariance.transpose()));
}
/// The same with independent coordinates: scale 1 / sqrt(-Hessian's diagonal), the one nearest to the posterior in KL(q || p).
/// DomainError if a diagonal entry is not negative.
template <class F, class T>
Normal<T> laplace_diagonal(const F& f, const Vector<T>& mode) {
  const Vector<T> curvature = -detail::hessian_at(f, mode).diagonal();
  detail::require_positive("laplace_diagonal", "minus the Hessian's diagonal", curvature);
  return Normal<T>(mode, Vector<T>(curvature.cwiseSqrt().cwiseInverse()));
}

}  // namespace variate

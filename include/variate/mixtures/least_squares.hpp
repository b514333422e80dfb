#pragma once
/// Quadratic functions fitted to values at points: weighted ridge regression.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/finite.hpp"
#include "variate/core/types.hpp"
#include "variate/distributions/detail/packed_factor.hpp"
#include "variate/mixtures/detail/dense.hpp"
#include "variate/mixtures/detail/outer_products.hpp"
#include "variate/mixtures/detail/quadratic_forms.hpp"
#include "variate/mixtures/gaussians.hpp"

namespace variate {

/// y(x) = -x^T R x / 2 + r^T x + c; R is symmetric, or diagonal (d numbers). All NaN if there was no solution.
template <class T, Covariance C = Covariance::full>
struct Quadratic {
  FactorOf<T, C> quadratic;  ///< R
  Vector<T> linear;          ///< r
  T constant{};              ///< c
  /// Whether there was a solution.
  bool found() const { return detail::all_finite(quadratic) && detail::all_finite(linear) && std::isfinite(constant); }
};

/// What `fit_quadratic` works in.
template <class T>
struct QuadraticWorkspace {
  Batch<T> features;        ///< F x block
  Batch<T> normal, factor;  ///< F x F
  Batch<T> right;           ///< F x 1, the coefficients in the end
  std::vector<T> roots;     ///< of the weights of a block
  /// What was fitted.
  Vector<T> coefficients() const { return right.col(0); }
};

namespace detail {

/// Columns whose features are made together.
inline constexpr Index feature_columns = 256;

/// Features of whitened points z (d x m), a row each: z_i z_j for j >= i (or z_i^2 only), z_i, 1.
template <Covariance C>
Index feature_count(Index d) {
  return (C == Covariance::full ? d * (d + 1) / 2 : d) + d + 1;
}
template <Covariance C, class T>
void write_features(const T* z, Index stride, Index d, Index m, const T* roots, Batch<T>& out) {
  Index row = 0;
  const Index width = out.cols();
  const auto write = [&](auto value) {
    T* to = out.data() + row++ * width;
    for (Index c = 0; c < m; ++c) to[c] = roots[c] * value(c);
    std::fill(to + m, to + width, T(0));
  };
  for (Index i = 0; i < d; ++i)
    for (Index j = i; j < (C == Covariance::full ? d : i + 1); ++j)
      write([a = z + i * stride, b = z + j * stride](Index c) { return a[c] * b[c]; });
  for (Index i = 0; i < d; ++i) write([a = z + i * stride](Index c) { return a[c]; });
  write([](Index) { return T(1); });
}

/// The least-squares coefficients of y at m whitened points z (rows apart by `stride`): (Phi W Phi^T + ridge I')^-1 Phi W y,
/// where I' leaves the constant out; false if they are not finite. They are in work.right.
template <Covariance C, class T>
bool solve_quadratic(const T* z, Index stride, Index d, Index m, const T* y, const T* weights, T ridge,
                     QuadraticWorkspace<T>& work) {
  const Index f = feature_count<C>(d);
  work.normal.setZero(f, f);
  work.right.setZero(f, 1);
  work.features.resize(f, feature_columns);
  work.roots.resize(static_cast<std::size_t>(feature_columns));
  for (Index from = 0; from < m; from += feature_columns) {
    const Index count = std::min(feature_columns, m - from);
    for (Index c = 0; c < count; ++c) work.roots[static_cast<std::size_t>(c)] = std::sqrt(weights[from + c]);
    write_features<C>(z + from, stride, d, count, work.roots.data(), work.features);
    add_outer_products(work.features.data(), f, work.features.data(), f, feature_columns, count, work.normal.data(), true);
    for (Index c = 0; c < count; ++c) work.roots[static_cast<std::size_t>(c)] *= y[from + c];
    for (Index i = 0; i < f; ++i)
      work.right(i, 0) += math::detail::dot(work.features.data() + i * feature_columns, work.roots.data(), count);
  }
  for (Index i = 0; i + 1 < f; ++i) work.normal(i, i) += ridge;
  if (m == 0 || !all_finite(work.right) || !all_finite(work.normal.diagonal())) return false;
  for (Index i = 0; i < f; ++i)
    for (Index j = i + 1; j < f; ++j) work.normal(i, j) = work.normal(j, i);
  work.factor = work.normal;
  if (cholesky(work.factor) < 0) {
    math::solve_lower<T>(work.factor, work.right);
    math::solve_lower_transposed<T>(work.factor, work.right);
  } else {
    eliminate(work.normal, work.right);
  }
  return all_finite(work.right);
}

/// From coefficients for z = A (x - mean) to a function of x.
template <class T>
void unwhiten(const Vector<T>& theta, const Batch<T>& a, const Vector<T>& mean, Quadratic<T, Covariance::full>& out) {
  const Index d = mean.size();
  Batch<T>& r = out.quadratic;
  r.resize(d, d);
  for (Index i = 0, at = 0; i < d; ++i)
    for (Index j = i; j < d; ++j, ++at) r(i, j) = r(j, i) = i == j ? -2 * theta[at] : -theta[at];
  math::multiply_lower_transposed<T>(a, r);  // A^T R_z, then A^T (A^T R_z)^T
  r.transposeInPlace();
  math::multiply_lower_transposed<T>(a, r);
  const Vector<T> slope = a.transpose() * theta.segment(d * (d + 1) / 2, d), moved = r * mean;
  out.linear = slope + moved;
  out.constant = theta[theta.size() - 1] - mean.dot(T(0.5) * moved + slope);
}
template <class T>
void unwhiten(const Vector<T>& theta, const Vector<T>& a, const Vector<T>& mean, Quadratic<T, Covariance::diagonal>& out) {
  const Index d = mean.size();
  out.quadratic = -2 * a.array().square() * theta.head(d).array();
  const Vector<T> slope = a.cwiseProduct(theta.segment(d, d)), moved = out.quadratic.cwiseProduct(mean);
  out.linear = slope + moved;
  out.constant = theta[theta.size() - 1] - mean.dot(T(0.5) * moved + slope);
}

/// What `whiten` leaves of NaN: an answer that says there is none.
template <class T, Covariance C>
void no_quadratic(Index d, Quadratic<T, C>& out) {
  constexpr T nan = std::numeric_limits<T>::quiet_NaN();
  if constexpr (C == Covariance::full) out.quadratic.setConstant(d, d, nan);
  else out.quadratic.setConstant(d, nan);
  out.linear.setConstant(d, nan);
  out.constant = nan;
}

}  // namespace detail

/// Fits a quadratic function to y at the columns of x (d x n) with weights >= 0 by ridge regression: the features are x_i x_j (i
/// <= j), x_i and 1, those of A (x - mean) if a normal distribution is given to whiten by; all coefficients but the constant are
/// pulled to 0 by the regularizer. C = diagonal leaves the mixed products out. ShapeError if sizes do not fit, DomainError for a
/// negative weight or regularizer. A singular system has no solution: see `Quadratic::found`.
template <class T, Covariance C = Covariance::full>
Quadratic<T, C> least_squares(const Batch<T>& x, const Row<T>& y, const Row<T>& weights, T regularizer,
                              const Gaussian<T, C>* whiten = nullptr) {
  constexpr const char* name = "least_squares";
  const Index d = x.rows();
  detail::require_at_least(name, "rows of x", d, 1);
  detail::require_size(name, "size of y", y.size(), x.cols());
  detail::require_size(name, "number of weights", weights.size(), x.cols());
  detail::require_each<DomainError>(name, "weights", weights, "a number that is not negative", [](T w) { return w >= 0; });
  if (!(regularizer >= 0))
    throw DomainError(detail::complaint(name, "regularizer", regularizer, "a number that is not negative"));
  Batch<T> z = x;
  Vector<T> mean = Vector<T>::Zero(d);
  FactorOf<T, C> a;
  if constexpr (C == Covariance::full) a.setIdentity(d, d);
  else a.setOnes(d);
  if (whiten) {
    detail::require_size(name, "event size of what is whitened by", whiten->mean.size(), d);
    mean = whiten->mean;
    a = whiten->inverse;
    for (Index i = 0; i < d; ++i) z.row(i).array() -= mean[i];
    if constexpr (C == Covariance::full) math::multiply_lower<T>(a, z);
    else
      for (Index i = 0; i < d; ++i) z.row(i) *= a[i];
  }
  QuadraticWorkspace<T> work;
  Quadratic<T, C> out;
  if (detail::solve_quadratic<C>(z.data(), z.cols(), d, z.cols(), y.data(), weights.data(), regularizer, work))
    detail::unwhiten(work.coefficients(), a, mean, out);
  else detail::no_quadratic(d, out);
  return out;
}

}  // namespace variate

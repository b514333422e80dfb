#pragma once
/// What a Gaussian mixture needs of one component at one data point, by a Cholesky factor or by standard deviations.
#include <cmath>

#include "variate/core/types.hpp"
#include "variate/distributions/detail/products.hpp"
#include "variate/distributions/multivariate_normal.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/math/linear_algebra.hpp"

namespace variate::detail {

template <class D>
class GaussianComponent;

template <class S>
class GaussianComponent<MultivariateNormal<S>> {
 public:
  GaussianComponent(const MultivariateNormal<S>& q, Index b) : l_(q.factor(b)), loc_(q.theta().col(b).head(q.event_size())) {}

  S scale(Index i) const { return l_(i, i); }
  /// x = L^-1 (x - loc).
  void whiten(Batch<S>& x) const {
    for (Index i = 0; i < x.rows(); ++i)
      for (Index c = 0; c < x.cols(); ++c) x(i, c) -= loc_[i];
    math::solve_lower(l_, x);
  }
  /// z = L^-T z.
  void solve_transposed(Batch<S>& z) const { math::solve_lower_transposed(l_, z); }
  /// row -= sum_{j > i} L(j, i) y_j.
  void subtract_below(Index i, const Batch<S>& y, S* row) const {
    for (Index j = i + 1; j < y.rows(); ++j) math::detail::add(-l_(j, i), y.data() + j * y.cols(), row, y.cols());
  }
  /// gradient(row of theta) += that of points loc + L z with slopes y: loc, then the packed factor with the diagonal's logarithm.
  template <class G>
  void add_gradient(const Batch<S>& y, const Batch<S>& z, G gradient) const {
    const Index d = y.rows();
    for (Index i = 0; i < d; ++i) gradient(i) += y.row(i).sum();
    const Batch<S> product = product_transposed(y, z);
    for (Index i = 0, at = d; i < d; ++i)
      for (Index j = 0; j <= i; ++j, ++at) gradient(at) += product(i, j) * (i == j ? l_(i, i) : S(1));
  }
  /// Row of theta that holds log scale(i).
  Index scale_row(Index i) const { return loc_.size() + i * (i + 1) / 2 + i; }
  Batch<S> precision() const {
    Batch<S> p = Batch<S>::Identity(loc_.size(), loc_.size());
    math::solve_lower(l_, p);
    math::solve_lower_transposed(l_, p);
    return p;
  }

 private:
  MatrixMap<S> l_;
  Vector<S> loc_;
};

template <class S>
class GaussianComponent<Normal<S>> {
 public:
  GaussianComponent(const Normal<S>& q, Index b)
      : loc_(q.theta().col(b).head(q.event_size())), scale_(q.theta().col(b).tail(q.event_size()).array().exp().matrix()) {}

  S scale(Index i) const { return scale_[i]; }
  void whiten(Batch<S>& x) const {
    for (Index i = 0; i < x.rows(); ++i) x.row(i).array() = (x.row(i).array() - loc_[i]) / scale_[i];
  }
  void solve_transposed(Batch<S>& z) const {
    for (Index i = 0; i < z.rows(); ++i) z.row(i) /= scale_[i];
  }
  void subtract_below(Index, const Batch<S>&, S*) const {}
  template <class G>
  void add_gradient(const Batch<S>& y, const Batch<S>& z, G gradient) const {
    for (Index i = 0; i < y.rows(); ++i) {
      gradient(i) += y.row(i).sum();
      gradient(scale_row(i)) += scale_[i] * y.row(i).dot(z.row(i));
    }
  }
  Index scale_row(Index i) const { return loc_.size() + i; }
  Batch<S> precision() const { return Batch<S>(scale_.array().square().inverse().matrix().asDiagonal()); }

 private:
  Vector<S> loc_, scale_;
};

}  // namespace variate::detail

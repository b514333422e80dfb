#pragma once
/// The normal distribution whose covariance is a few directions beside a diagonal.
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/distributions/detail/by_point.hpp"
#include "variate/distributions/detail/products.hpp"
#include "variate/distributions/detail/theta.hpp"
#include "variate/distributions/detail/packed_factor.hpp"
#include "variate/math/linear_algebra.hpp"
#include "variate/random/fill.hpp"

namespace variate {

template <class S>
class LowRankMultivariateNormalDraw;
template <class S>
class LowRankMultivariateNormalEvaluation;

/// N(loc, W W^T + D), W d x r, D a positive diagonal. theta: d rows loc, then the d*r entries of W row by row, then d rows log D;
/// one column a data point.
///
/// Reparameterized as loc + W e1 + sqrt(D) e2, where `normals(rng, r + d, nB)` gives e1 in its first r rows. No d x d matrix is
/// made: with A = D^-1/2 W and the Cholesky factor of I + A^T A (r x r), evaluating a point costs O(d r) and preparing O(d r^2).
/// The squared distance is the minimum over h of |u - A h|^2 + |h|^2 with u = D^-1/2 (x - loc): a sum of squares, so that nothing
/// cancels however large W is (in place of Woodbury's difference |u|^2 - |s|^2).
template <class S = double>
class LowRankMultivariateNormal : public detail::Theta<S> {
 public:
  using Scalar = S;

  /// loc of d finite numbers, cov_factor d x r with r >= 1, cov_diag of d positive ones. ShapeError, InvalidArgument or
  /// DomainError otherwise. cov_diag is kept as its logarithm, so `cov_diag()` may differ from it in the last digit.
  LowRankMultivariateNormal(const Vector<S>& loc, const Batch<S>& cov_factor, const Vector<S>& cov_diag)
      : LowRankMultivariateNormal(theta_of(loc, cov_factor, cov_diag), loc.size(), cov_factor.cols()) {}

  /// From d(r + 2) x B unconstrained finite numbers.
  static LowRankMultivariateNormal from_theta(Batch<S> theta, Index rank) {
    detail::require_at_least(name, "rank", rank, 1);
    if (theta.rows() < rank + 2 || theta.rows() % (rank + 2) != 0)
      throw ShapeError(
          detail::complaint(name, "rows of theta", theta.rows(), "a positive multiple of rank + 2, " + std::to_string(rank + 2)));
    detail::require_at_least(name, "columns of theta", theta.cols(), 1);
    detail::require_finite(name, "theta", theta);
    const Index d = theta.rows() / (rank + 2);
    return LowRankMultivariateNormal(std::move(theta), d, rank);
  }

  Index event_size() const { return d_; }
  /// Columns r of the factor.
  Index rank() const { return rank_; }

  /// Takes new parameters. ShapeError if their number differs, InvalidArgument if one is not finite; then nothing has changed.
  void set_params(const Vector<S>& v) {
    this->assign(name, v);
    prepare();
  }

  /// n draws for each data point, d x nB. InvalidArgument if n < 1.
  template <class Rng>
  Batch<S> sample(Rng& rng, Index n) const {
    return points_from(noise(rng, n));
  }
  /// n draws for each data point that remember their noise. The draw borrows this distribution.
  template <class Rng>
  LowRankMultivariateNormalDraw<S> rsample(Rng& rng, Index n) const& {
    return {*this, noise(rng, n)};
  }
  template <class Rng>
  LowRankMultivariateNormalDraw<S> rsample(Rng& rng, Index n) const&& = delete;

  /// log density of each column (1 x columns).
  Row<S> log_prob(const Batch<S>& x) const { return split(x).value; }
  /// log density with its way back. The evaluation borrows this distribution.
  LowRankMultivariateNormalEvaluation<S> evaluate(const Batch<S>& x) const& { return {*this, split(x)}; }
  LowRankMultivariateNormalEvaluation<S> evaluate(const Batch<S>& x) const&& = delete;

  /// Means, d x B.
  Batch<S> loc() const { return this->theta_.topRows(d_); }
  /// W of data point b, d x r.
  Batch<S> cov_factor(Index b = 0) const {
    Batch<S> w(d_, rank_);
    for (Index i = 0; i < d_; ++i)
      for (Index j = 0; j < rank_; ++j) w(i, j) = this->theta_(d_ + i * rank_ + j, b);
    return w;
  }
  /// Diagonals D, d x B.
  Batch<S> cov_diag() const { return root_.array().square().matrix(); }
  /// W W^T + D of data point b, d x d.
  Batch<S> covariance(Index b = 0) const {
    const Batch<S> w = cov_factor(b);
    Batch<S> c = detail::product_transposed(w, w);
    for (Index i = 0; i < d_; ++i) c(i, i) += root_(i, b) * root_(i, b);
    return c;
  }
  Batch<S> mean() const { return loc(); }
  Batch<S> mode() const { return loc(); }
  /// Of each coordinate, d x B.
  Batch<S> variance() const {
    Batch<S> v = cov_diag();
    for (Index i = 0; i < d_; ++i)
      for (Index j = 0; j < rank_; ++j) v.row(i).array() += this->theta_.row(d_ + i * rank_ + j).array().square();
    return v;
  }
  Batch<S> stddev() const { return variance().cwiseSqrt(); }

  /// d/2 (1 + log 2 pi) + log det(covariance)/2 in nats, 1 x B.
  Row<S> entropy() const { return (S(0.5) * static_cast<S>(d_) - log_normalizer_.array()).matrix(); }
  /// sum_b w_b dH_b/dtheta, flat: covariance^-1 W for W.
  Vector<S> entropy_pullback(const Row<S>& w) const {
    detail::require_size(name, "number of weights", w.size(), this->batch_size());
    Batch<S> g = Batch<S>::Zero(this->theta_.rows(), this->theta_.cols());
    for (Index b = 0; b < g.cols(); ++b) add_log_determinant(b, w[b], g);
    return detail::flattened(g);
  }

  /// Itself: a plain family is its own distribution behind the identity link.
  const LowRankMultivariateNormal& distribution() const { return *this; }

 private:
  friend class LowRankMultivariateNormalDraw<S>;
  friend class LowRankMultivariateNormalEvaluation<S>;
  static constexpr const char* name = "LowRankMultivariateNormal";

  /// What one data point's covariance comes down to: A = D^-1/2 W, d x r, and the Cholesky factor of I + A^T A, r x r.
  struct Point {
    Batch<S> a, capacitance;
  };
  /// u = A h + e for each column, the h that explains x best and what it leaves.
  struct Parts {
    Batch<S> e, h;
    Row<S> value;
  };

  LowRankMultivariateNormal(Batch<S> theta, Index d, Index rank) : detail::Theta<S>(std::move(theta)), d_(d), rank_(rank) {
    prepare();
  }

  static Batch<S> theta_of(const Vector<S>& loc, const Batch<S>& factor, const Vector<S>& diag) {
    const Index d = loc.size(), rank = factor.cols();
    detail::require_at_least(name, "size of loc", d, 1);
    detail::require_size(name, "rows of cov_factor", factor.rows(), d);
    detail::require_at_least(name, "columns of cov_factor", rank, 1);
    detail::require_size(name, "size of cov_diag", diag.size(), d);
    detail::require_finite(name, "loc", loc);
    detail::require_finite(name, "cov_factor", factor);
    detail::require_positive(name, "cov_diag", diag);
    Batch<S> theta(d * (rank + 2), 1);
    theta.topRows(d) = loc;
    theta.middleRows(d, d * rank) = detail::flattened(factor);
    theta.bottomRows(d) = diag.array().log().matrix();
    return theta;
  }

  Index diagonal_row(Index i) const { return d_ * (rank_ + 1) + i; }

  void prepare() {
    const Index batch = this->batch_size();
    root_ = (S(0.5) * this->theta_.bottomRows(d_).array()).exp().matrix();
    log_normalizer_.resize(batch);
    points_.resize(static_cast<std::size_t>(batch));
    for (Index b = 0; b < batch; ++b) {
      Point& p = points_[static_cast<std::size_t>(b)];
      p.a = cov_factor(b);
      for (Index i = 0; i < d_; ++i) p.a.row(i) /= root_(i, b);
      p.capacitance = detail::transposed_product(p.a, p.a);
      for (Index j = 0; j < rank_; ++j) p.capacitance(j, j) += S(1);
      detail::cholesky(p.capacitance);
      const S log_determinant = math::log_determinant_lower(p.capacitance) + S(0.5) * this->theta_.col(b).tail(d_).sum();
      log_normalizer_[b] = -log_determinant - static_cast<S>(d_) * S(0.91893853320467274178032973640562L);
    }
  }
  const Point& point(Index b) const { return points_[static_cast<std::size_t>(b)]; }

  template <class Rng>
  Batch<S> noise(Rng& rng, Index n) const {
    return normals<S>(rng, rank_ + d_, detail::columns_for(name, n, this->batch_size()));
  }

  Batch<S> points_from(const Batch<S>& noise) const {
    const Index batch = this->batch_size();
    Batch<S> x(d_, noise.cols());
    const auto draw = [this](Index b, const Batch<S>& z, Batch<S>& to) {
      to = z.bottomRows(d_);
      detail::accumulate_product(to, point(b).a, z.data());
      for (Index i = 0; i < d_; ++i) to.row(i).array() = this->theta_(i, b) + root_(i, b) * to.row(i).array();
    };
    if (batch == 1) {
      draw(0, noise, x);
      return x;
    }
    Batch<S> part(d_, noise.cols() / batch);
    for (Index b = 0; b < batch; ++b) {
      draw(b, detail::columns_of(noise, b, batch), part);
      detail::put_columns(part, b, batch, x);
    }
    return x;
  }

  /// e = x on entry.
  Batch<S> explain(Index b, Batch<S>& e) const {
    const Point& p = point(b);
    for (Index i = 0; i < d_; ++i) e.row(i).array() = (e.row(i).array() - this->theta_(i, b)) / root_(i, b);
    Batch<S> h = detail::transposed_product(p.a, e);
    math::solve_lower(p.capacitance, h);
    math::solve_lower_transposed(p.capacitance, h);
    const Batch<S> taken = -h;
    detail::accumulate_product(e, p.a, taken.data());
    return h;
  }
  Parts split(const Batch<S>& x) const {
    detail::require_points(name, x, d_, this->batch_size());
    const Index batch = this->batch_size();
    Parts parts{x, {}, {}};
    if (batch == 1) {
      parts.h = explain(0, parts.e);
    } else {
      parts.h.resize(rank_, x.cols());
      for (Index b = 0; b < batch; ++b) {
        Batch<S> part = detail::columns_of(x, b, batch);
        detail::put_columns(explain(b, part), b, batch, parts.h);
        detail::put_columns(part, b, batch, parts.e);
      }
    }
    parts.value = parts.e.colwise().squaredNorm() + parts.h.colwise().squaredNorm();
    for (Index s = 0; s < x.cols(); s += batch)
      for (Index b = 0; b < batch; ++b) parts.value[s + b] = log_normalizer_[b] - S(0.5) * parts.value[s + b];
    return parts;
  }

  /// g += weight * d(log det(covariance)/2)/dtheta of data point b.
  void add_log_determinant(Index b, S weight, Batch<S>& g) const {
    const Point& p = point(b);
    Batch<S> solved = p.a.transpose();
    math::solve_lower(p.capacitance, solved);
    for (Index i = 0; i < d_; ++i) g(diagonal_row(i), b) += weight * S(0.5) * (S(1) - solved.col(i).squaredNorm());
    math::solve_lower_transposed(p.capacitance, solved);
    for (Index i = 0; i < d_; ++i)
      for (Index j = 0; j < rank_; ++j) g(d_ + i * rank_ + j, b) += weight * solved(j, i) / root_(i, b);
  }

  /// K x B: loc from g, W from g h^T, log D from what its row is given.
  template <class OfDiagonal>
  Batch<S> pull(const Batch<S>& g, const Batch<S>& h, OfDiagonal of_diagonal) const {
    const Index batch = this->batch_size();
    Batch<S> gradient(this->theta_.rows(), batch);
    for (Index i = 0; i < d_; ++i) {
      const Batch<S> diagonal = of_diagonal(i);
      gradient.row(i) = detail::folded<S>(Batch<S>(g.row(i)), batch);
      gradient.row(diagonal_row(i)) = detail::folded<S>(diagonal, batch);
    }
    for (Index b = 0; b < batch; ++b) {
      const Batch<S> product = batch == 1
                                   ? detail::product_transposed(g, h)
                                   : detail::product_transposed(detail::columns_of(g, b, batch), detail::columns_of(h, b, batch));
      for (Index k = 0; k < product.size(); ++k) gradient(d_ + k, b) = product.data()[k];
    }
    return gradient;
  }

  Index d_, rank_;
  Batch<S> root_;              ///< sqrt(D), d x B
  std::vector<Point> points_;  ///< one for each data point
  Row<S> log_normalizer_;      ///< -d/2 log 2 pi - log det(covariance)/2
};

/// A draw that remembers its noise.
template <class S>
class LowRankMultivariateNormalDraw {
 public:
  Batch<S> value;  ///< d x SB

  /// K x B: for each data point, sum over its samples of (dvalue/dtheta)^T G.
  Batch<S> theta_pullback(const Batch<S>& g) const {
    detail::require_size("LowRankMultivariateNormal", "rows of G", g.rows(), value.rows());
    detail::require_size("LowRankMultivariateNormal", "columns of G", g.cols(), value.cols());
    const Index batch = q_->batch_size();
    return q_->pull(g, noise_.topRows(q_->rank()), [&](Index i) {
      Batch<S> row = S(0.5) * g.row(i).cwiseProduct(noise_.row(q_->rank() + i));
      for (Index c = 0; c < row.cols(); ++c) row(0, c) *= q_->root_(i, c % batch);
      return row;
    });
  }
  /// The same, flat.
  Vector<S> pullback(const Batch<S>& g) const { return detail::flattened(theta_pullback(g)); }

 private:
  friend class LowRankMultivariateNormal<S>;
  LowRankMultivariateNormalDraw(const LowRankMultivariateNormal<S>& q, Batch<S> noise)
      : value(q.points_from(noise)), q_(&q), noise_(std::move(noise)) {}

  const LowRankMultivariateNormal<S>* q_;
  Batch<S> noise_;
};

/// The log density of a batch of points, and the way back from it.
template <class S>
class LowRankMultivariateNormalEvaluation {
 public:
  Row<S> value;  ///< 1 x SB

  /// K x B: for each data point, sum over its samples of w dlog_prob/dtheta; and G_c = w_c dlog_prob/dx_c.
  Batch<S> theta_pullback(const Row<S>& w, Batch<S>& g) const {
    detail::require_size("LowRankMultivariateNormal", "number of weights", w.size(), value.size());
    // With a = covariance^-1 (x - loc) = D^-1/2 e: dloc = a, dW = a h^T - covariance^-1 W, dlog D = e^2/2 - D
    // diag(covariance^-1)/2.
    const Index batch = q_->batch_size();
    g = e_ * w.asDiagonal();
    for (Index i = 0; i < g.rows(); ++i)
      for (Index s = 0; s < g.cols(); s += batch)
        for (Index b = 0; b < batch; ++b) g(i, s + b) /= q_->root_(i, b);
    Batch<S> gradient =
        q_->pull(g, h_, [&](Index i) { return Batch<S>((S(0.5) * e_.row(i).array().square() * w.array()).matrix()); });
    const Batch<S> total = detail::folded<S>(Batch<S>(w), batch);
    for (Index b = 0; b < batch; ++b) q_->add_log_determinant(b, -total(0, b), gradient);
    g = -g;
    return gradient;
  }
  Batch<S> theta_pullback(const Row<S>& w) const {
    Batch<S> g;
    return theta_pullback(w, g);
  }
  /// The weighted score, flat; and G.
  Vector<S> pullback(const Row<S>& w, Batch<S>& g) const { return detail::flattened(theta_pullback(w, g)); }
  Vector<S> pullback(const Row<S>& w) const { return detail::flattened(theta_pullback(w)); }

 private:
  friend class LowRankMultivariateNormal<S>;
  using Parts = typename LowRankMultivariateNormal<S>::Parts;
  LowRankMultivariateNormalEvaluation(const LowRankMultivariateNormal<S>& q, Parts parts)
      : value(std::move(parts.value)), q_(&q), e_(std::move(parts.e)), h_(std::move(parts.h)) {}

  const LowRankMultivariateNormal<S>* q_;
  Batch<S> e_, h_;
};

template <class A, class B, class C>
LowRankMultivariateNormal(const Eigen::MatrixBase<A>&, const Eigen::MatrixBase<B>&, const Eigen::MatrixBase<C>&)
    -> LowRankMultivariateNormal<typename A::Scalar>;

}  // namespace variate

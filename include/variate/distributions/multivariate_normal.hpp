#pragma once
/// The normal distribution with any covariance, by its Cholesky factor.
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/distributions/detail/theta.hpp"
#include "variate/distributions/detail/packed_factor.hpp"
#include "variate/math/linear_algebra.hpp"
#include "variate/random/fill.hpp"

namespace variate {

template <class S>
class MultivariateNormalDraw;
template <class S>
class MultivariateNormalEvaluation;

/// N(loc, L L^T) with L lower triangular. theta: d rows loc, then the d(d+1)/2 entries of L row by row, the diagonal as its
/// logarithm; one column a data point.
///
/// Reparameterized as loc + L e with e from `normals(rng, d, nB)`. Evaluation is one triangular solve for all samples of a data
/// point, its pullback a second one: O(d^2) for each sample.
///
/// With a diagonal covariance it is `Normal`; with blocks on the diagonal, `Independent` of a MultivariateNormal with a data
/// point for each block; with a few directions beside a diagonal, `LowRankMultivariateNormal`.
template <class S = double>
class MultivariateNormal : public detail::Theta<S> {
 public:
  using Scalar = S;

  /// loc of d finite numbers; scale_tril d x d, zero above its positive diagonal. ShapeError, InvalidArgument or DomainError
  /// otherwise. The diagonal is kept as its logarithm, so `scale_tril()` may differ from it in the last digit.
  MultivariateNormal(const Vector<S>& loc, const Batch<S>& scale_tril)
      : MultivariateNormal(theta_of(loc, scale_tril), loc.size()) {}

  /// From a symmetric positive definite covariance. DomainError names the first pivot that is not positive.
  static MultivariateNormal from_covariance(const Vector<S>& loc, const Batch<S>& covariance) {
    require_square("covariance", covariance, loc.size());
    detail::require_finite(name, "covariance", covariance);
    const S slack = std::sqrt(std::numeric_limits<S>::epsilon()) * covariance.cwiseAbs().maxCoeff();
    for (Index i = 0; i < covariance.rows(); ++i)
      for (Index j = 0; j < i; ++j)
        if (std::abs(covariance(i, j) - covariance(j, i)) > slack)
          throw InvalidArgument(
              detail::complaint(name, entry("covariance", i, j), covariance(i, j),
                                "the same as " + entry("covariance", j, i) + ", " + detail::to_text(covariance(j, i))));
    Batch<S> factor = covariance;
    const Index bad = detail::cholesky(factor);
    if (bad >= 0)
      throw DomainError(detail::complaint(name, "pivot " + std::to_string(bad) + " of covariance", factor(bad, bad),
                                          "a positive number: the covariance is not positive definite"));
    return MultivariateNormal(loc, factor);
  }
  /// loc 0 and unit covariance.
  static MultivariateNormal standard(Index d) {
    detail::require_at_least(name, "event size", d, 1);
    return MultivariateNormal(Batch<S>::Zero(rows_for(d), 1), d);
  }
  /// From d(d+3)/2 x B unconstrained finite numbers.
  static MultivariateNormal from_theta(Batch<S> theta) {
    const auto d = static_cast<Index>(std::lround((std::sqrt(9.0 + 8.0 * static_cast<double>(theta.rows())) - 3.0) / 2.0));
    if (d < 1 || rows_for(d) != theta.rows())
      throw ShapeError(detail::complaint(name, "rows of theta", theta.rows(), "d(d+3)/2 for some d >= 1"));
    detail::require_at_least(name, "columns of theta", theta.cols(), 1);
    detail::require_finite(name, "theta", theta);
    return MultivariateNormal(std::move(theta), d);
  }

  Index event_size() const { return d_; }

  /// Takes new parameters. ShapeError if their number differs, InvalidArgument if one is not finite; then nothing has changed.
  void set_params(const Vector<S>& v) {
    this->assign(name, v);
    prepare();
  }

  /// n draws for each data point, d x nB. InvalidArgument if n < 1.
  template <class Rng>
  Batch<S> sample(Rng& rng, Index n) const {
    return points_from(normals<S>(rng, d_, detail::columns_for(name, n, this->batch_size())));
  }
  /// n draws for each data point that remember their noise. The draw borrows this distribution.
  template <class Rng>
  MultivariateNormalDraw<S> rsample(Rng& rng, Index n) const& {
    return {*this, normals<S>(rng, d_, detail::columns_for(name, n, this->batch_size()))};
  }
  template <class Rng>
  MultivariateNormalDraw<S> rsample(Rng& rng, Index n) const&& = delete;

  /// log density of each column (1 x columns).
  Row<S> log_prob(const Batch<S>& x) const { return log_prob_of(noise_from(x)); }
  /// log density with its way back. The evaluation borrows x and this distribution.
  MultivariateNormalEvaluation<S> evaluate(const Batch<S>& x) const& { return {*this, noise_from(x)}; }
  MultivariateNormalEvaluation<S> evaluate(const Batch<S>& x) const&& = delete;
  MultivariateNormalEvaluation<S> evaluate(Batch<S>&& x) const& = delete;

  /// Means, d x B.
  Batch<S> loc() const { return this->theta_.topRows(d_); }
  /// The factor L of data point b, d x d.
  Batch<S> scale_tril(Index b = 0) const { return factor(b); }
  /// L L^T of data point b, d x d.
  Batch<S> covariance(Index b = 0) const {
    Batch<S> c(d_, d_);
    for (Index i = 0; i < d_; ++i)
      for (Index j = 0; j <= i; ++j) c(i, j) = c(j, i) = detail::dot(row(b, i), row(b, j), j + 1);
    return c;
  }
  Batch<S> mean() const { return loc(); }
  Batch<S> mode() const { return loc(); }
  /// Of each coordinate, d x B.
  Batch<S> variance() const {
    Batch<S> v(d_, this->batch_size());
    for (Index b = 0; b < v.cols(); ++b)
      for (Index i = 0; i < d_; ++i) v(i, b) = detail::dot(row(b, i), row(b, i), i + 1);
    return v;
  }
  Batch<S> stddev() const { return variance().cwiseSqrt(); }

  /// d/2 (1 + log 2 pi) + sum log diag L in nats, 1 x B.
  Row<S> entropy() const { return (S(0.5) * static_cast<S>(d_) - log_normalizer_.array()).matrix(); }
  /// sum_b w_b dH_b/dtheta, flat.
  Vector<S> entropy_pullback(const Row<S>& w) const {
    detail::require_size(name, "number of weights", w.size(), this->batch_size());
    Batch<S> g = Batch<S>::Zero(this->theta_.rows(), this->theta_.cols());
    for (Index i = 0; i < d_; ++i) g.row(diagonal_row(i)) = w;
    return detail::flattened(g);
  }

  /// Itself: a plain family is its own distribution behind the identity link.
  const MultivariateNormal& distribution() const { return *this; }

  /// A view of the factor of data point b.
  detail::MatrixMap<S> factor(Index b) const { return {row(b, 0), d_, d_}; }
  /// Row of theta that holds log L(i, i).
  Index diagonal_row(Index i) const { return d_ + i * (i + 1) / 2 + i; }

 private:
  friend class MultivariateNormalDraw<S>;
  friend class MultivariateNormalEvaluation<S>;
  static constexpr const char* name = "MultivariateNormal";

  MultivariateNormal(Batch<S> theta, Index d) : detail::Theta<S>(std::move(theta)), d_(d) { prepare(); }

  static Index rows_for(Index d) { return d * (d + 3) / 2; }
  static std::string entry(const char* what, Index i, Index j) {
    return std::string(what) + "(" + std::to_string(i) + ", " + std::to_string(j) + ")";
  }
  static void require_square(const char* what, const Batch<S>& m, Index d) {
    detail::require_at_least(name, "size of loc", d, 1);
    detail::require_size(name, "rows of " + std::string(what), m.rows(), d);
    detail::require_size(name, "columns of " + std::string(what), m.cols(), d);
  }
  static Batch<S> theta_of(const Vector<S>& loc, const Batch<S>& l) {
    require_square("scale_tril", l, loc.size());
    detail::require_finite(name, "loc", loc);
    detail::require_finite(name, "scale_tril", l);
    const Index d = loc.size();
    Batch<S> theta(rows_for(d), 1);
    theta.topRows(d) = loc;
    S* packed = theta.data() + d;
    for (Index i = 0; i < d; ++i) {
      if (!(l(i, i) > 0)) throw DomainError(detail::complaint(name, entry("scale_tril", i, i), l(i, i), "a positive number"));
      for (Index j = 0; j < i; ++j) *packed++ = l(i, j);
      *packed++ = std::log(l(i, i));
      for (Index j = i + 1; j < d; ++j)
        if (l(i, j) != 0)
          throw InvalidArgument(detail::complaint(name, entry("scale_tril", i, j), l(i, j), "0 above the diagonal"));
    }
    return theta;
  }

  const S* row(Index b, Index i) const { return factors_.data() + (b * d_ + i) * d_; }

  void prepare() {
    const Index batch = this->batch_size();
    factors_.setZero(batch * d_, d_);
    log_normalizer_.resize(batch);
    for (Index b = 0; b < batch; ++b) {
      const S* from = this->theta_.data() + d_ * batch + b;  // steps of B through the packed rows
      S log_determinant = 0;
      for (Index i = 0; i < d_; ++i) {
        S* to = factors_.data() + (b * d_ + i) * d_;
        for (Index j = 0; j < i; ++j, from += batch) to[j] = *from;
        log_determinant += *from;
        to[i] = std::exp(*from);
        from += batch;
      }
      log_normalizer_[b] = -log_determinant - static_cast<S>(d_) * S(0.91893853320467274178032973640562L);
    }
  }

  /// f(b, part) for each data point's d x S part of x, which f may change; then put back together.
  template <class F>
  Batch<S> by_point(Batch<S> x, F f) const {
    const Index batch = this->batch_size(), n = x.cols() / batch;
    if (batch == 1) {
      f(0, x);
      return x;
    }
    Batch<S> part(d_, n);
    for (Index b = 0; b < batch; ++b) {
      for (Index i = 0; i < d_; ++i)
        for (Index s = 0; s < n; ++s) part(i, s) = x(i, s * batch + b);
      f(b, part);
      for (Index i = 0; i < d_; ++i)
        for (Index s = 0; s < n; ++s) x(i, s * batch + b) = part(i, s);
    }
    return x;
  }

  /// loc + L e.
  Batch<S> points_from(Batch<S> noise) const {
    return by_point(std::move(noise), [this](Index b, Batch<S>& e) {
      math::multiply_lower(factor(b), e);
      for (Index i = 0; i < d_; ++i) e.row(i).array() += this->theta_(i, b);
    });
  }
  /// L^-1 (x - loc).
  Batch<S> noise_from(const Batch<S>& x) const {
    detail::require_points(name, x, d_, this->batch_size());
    return by_point(x, [this](Index b, Batch<S>& z) {
      for (Index i = 0; i < d_; ++i) z.row(i).array() -= this->theta_(i, b);
      math::solve_lower(factor(b), z);
    });
  }
  Row<S> log_prob_of(const Batch<S>& z) const {
    Row<S> value = Row<S>::Zero(z.cols());
    for (Index i = 0; i < d_; ++i) value.array() += z.row(i).array().square();
    const Index batch = this->batch_size();
    for (Index s = 0; s < z.cols(); s += batch)
      for (Index b = 0; b < batch; ++b) value[s + b] = log_normalizer_[b] - S(0.5) * value[s + b];
    return value;
  }
  /// K x B gradient for theta of points loc + L e with slopes g.
  Batch<S> pull(const Batch<S>& g, const Batch<S>& e) const {
    const Index batch = this->batch_size(), n = g.cols() / batch, rows = this->theta_.rows();
    Batch<S> gradient(rows, batch);
    if (batch == 1) {
      for (Index i = 0; i < d_; ++i) gradient(i, 0) = g.row(i).sum();
      detail::pack_outer_product<S>(factor(0), g, e, gradient.data() + d_);
      return gradient;
    }
    Batch<S> part_g(d_, n), part_e(d_, n);
    Vector<S> packed(rows - d_);
    for (Index b = 0; b < batch; ++b) {
      for (Index i = 0; i < d_; ++i)
        for (Index s = 0; s < n; ++s) {
          part_g(i, s) = g(i, s * batch + b);
          part_e(i, s) = e(i, s * batch + b);
        }
      for (Index i = 0; i < d_; ++i) gradient(i, b) = part_g.row(i).sum();
      detail::pack_outer_product<S>(factor(b), part_g, part_e, packed.data());
      gradient.col(b).tail(rows - d_) = packed;
    }
    return gradient;
  }

  Index d_;
  Batch<S> factors_;       ///< B factors, one below the other
  Row<S> log_normalizer_;  ///< -d/2 log 2 pi - sum log diag L
};

/// A draw that remembers its noise.
template <class S>
class MultivariateNormalDraw {
 public:
  Batch<S> value;  ///< d x SB

  /// K x B: for each data point, sum over its samples of (dvalue/dtheta)^T G.
  Batch<S> theta_pullback(const Batch<S>& g) const {
    detail::require_size("MultivariateNormal", "rows of G", g.rows(), value.rows());
    detail::require_size("MultivariateNormal", "columns of G", g.cols(), value.cols());
    return q_->pull(g, noise_);
  }
  /// The same, flat.
  Vector<S> pullback(const Batch<S>& g) const { return detail::flattened(theta_pullback(g)); }

 private:
  friend class MultivariateNormal<S>;
  MultivariateNormalDraw(const MultivariateNormal<S>& q, Batch<S> noise)
      : value(q.points_from(noise)), q_(&q), noise_(std::move(noise)) {}

  const MultivariateNormal<S>* q_;
  Batch<S> noise_;
};

/// The log density of a batch of points, and the way back from it.
template <class S>
class MultivariateNormalEvaluation {
 public:
  Row<S> value;  ///< 1 x SB

  /// K x B: for each data point, sum over its samples of w dlog_prob/dtheta; and G_c = w_c dlog_prob/dx_c.
  Batch<S> theta_pullback(const Row<S>& w, Batch<S>& g) const {
    detail::require_size("MultivariateNormal", "number of weights", w.size(), value.size());
    // With z = L^-1 (x - loc) and a = L^-T z w: dloc = a, dL = a z^T - w diag(1/L), dx = -a.
    Batch<S> weighted(noise_.rows(), noise_.cols());
    for (Index i = 0; i < noise_.rows(); ++i) weighted.row(i) = noise_.row(i).cwiseProduct(w);
    g = q_->by_point(std::move(weighted),
                     [this](Index b, Batch<S>& a) { math::solve_lower_transposed(q_->factor(b), a); });
    Batch<S> gradient = q_->pull(g, noise_);
    const Batch<S> total = detail::folded<S>(w, q_->batch_size());
    for (Index i = 0; i < q_->event_size(); ++i) gradient.row(q_->diagonal_row(i)) -= total;
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
  friend class MultivariateNormal<S>;
  MultivariateNormalEvaluation(const MultivariateNormal<S>& q, Batch<S> noise)
      : value(q.log_prob_of(noise)), q_(&q), noise_(std::move(noise)) {}

  const MultivariateNormal<S>* q_;
  Batch<S> noise_;  ///< L^-1 (x - loc)
};

template <class A, class B>
MultivariateNormal(const Eigen::MatrixBase<A>&, const Eigen::MatrixBase<B>&) -> MultivariateNormal<typename A::Scalar>;

}  // namespace variate

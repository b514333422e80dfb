#pragma once
/// All probability on one point: plain parameters in the place of a distribution.
#include <limits>
#include <utility>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/distributions/detail/theta.hpp"

namespace variate {

/// A point as a draw of itself.
template <class S>
class PointDraw {
 public:
  Batch<S> value;  ///< the point, d x SB

  /// The slopes summed over the samples: K x B and flat.
  Batch<S> theta_pullback(const Batch<S>& g) const { return detail::folded(g, batch_); }
  Vector<S> pullback(const Batch<S>& g) const { return detail::flattened(theta_pullback(g)); }

 private:
  template <class>
  friend class Point;
  PointDraw(Batch<S> at, Index batch) : value(std::move(at)), batch_(batch) {}

  Index batch_;
};

/// The distribution that is certain to be at theta, d x B: what makes parameters without any noise of their own something an
/// estimator and an optimizer can work on. With Pathwise its gradient is that of f; Spsa and EvolutionStrategies need only
/// values of f.
///
/// `log_prob` is 0 at the point and -inf elsewhere; there is no score.
template <class S = double>
class Point : public detail::Theta<S> {
 public:
  using Scalar = S;

  /// Finite coordinates, d x B (a vector for B = 1), or InvalidArgument.
  explicit Point(Batch<S> at) : detail::Theta<S>(std::move(at)) {
    detail::require_at_least("Point", "rows", this->theta_.rows(), 1);
    detail::require_at_least("Point", "columns", this->theta_.cols(), 1);
    detail::require_finite("Point", "coordinates", this->theta_);
  }
  static Point from_theta(Batch<S> at) { return Point(std::move(at)); }

  Index event_size() const { return this->theta_.rows(); }
  /// Moves the point. ShapeError if the size differs, InvalidArgument if a number is not finite; then nothing has changed.
  void set_params(const Vector<S>& v) { this->assign("Point", v); }

  /// The point n times for each data point, d x nB. InvalidArgument if n < 1.
  template <class Rng>
  Batch<S> sample(Rng& /*rng*/, Index n) const {
    return repeated(n);
  }
  /// The same, with the way back to the point.
  template <class Rng>
  PointDraw<S> rsample(Rng& /*rng*/, Index n) const {
    return {repeated(n), this->batch_size()};
  }
  /// 0 or -inf for each column (1 x columns).
  Row<S> log_prob(const Batch<S>& x) const {
    detail::require_points("Point", x, event_size(), this->batch_size());
    Row<S> value(x.cols());
    for (Index c = 0; c < x.cols(); ++c)
      value(c) = x.col(c) == this->theta_.col(c % this->batch_size()) ? S(0) : -std::numeric_limits<S>::infinity();
    return value;
  }

  /// The point, and no spread, d x B.
  Batch<S> mean() const { return this->theta_; }
  Batch<S> mode() const { return this->theta_; }
  Batch<S> variance() const { return Batch<S>::Zero(this->theta_.rows(), this->theta_.cols()); }
  Batch<S> stddev() const { return variance(); }

  /// Itself: its own distribution behind the identity link.
  const Point& distribution() const { return *this; }

 private:
  Batch<S> repeated(Index n) const {
    const Index cols = detail::columns_for("Point", n, this->batch_size());
    Batch<S> x(this->theta_.rows(), cols);
    for (Index first = 0; first < cols; first += this->batch_size()) x.middleCols(first, this->batch_size()) = this->theta_;
    return x;
  }
};

template <class A>
Point(const Eigen::MatrixBase<A>&) -> Point<typename A::Scalar>;

}  // namespace variate

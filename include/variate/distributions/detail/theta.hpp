#pragma once
/// What every plain family is made of: it owns its distribution parameters theta, and its link is the identity.
#include <cmath>
#include <string_view>
#include <utility>

#include "variate/core/error.hpp"
#include "variate/core/spare.hpp"
#include "variate/core/types.hpp"

namespace variate::detail {

/// The numbers of a batch in the order they lie in memory: how a K x B theta becomes a parameter vector.
template <class T>
Lent<Vector<T>> flattened(const Batch<T>& m) {
  return Eigen::Map<const Vector<T>>(m.data(), m.size());
}

/// K x SB to K x B: each data point's columns summed over its samples.
template <class T>
Batch<T> folded(const Batch<T>& g, Index batch) {
  if (g.cols() == batch) return g;
  Batch<T> sum = spare<T>(g.rows(), batch);
  sum.setZero();
  for (Index r = 0; r < g.rows(); ++r) {
    const T* from = g.data() + r * g.cols();
    T* to = sum.data() + r * batch;
    for (Index s = 0; s < g.cols(); s += batch)
      for (Index b = 0; b < batch; ++b) to[b] += from[s + b];
  }
  return sum;
}

/// A d x 1 batch repeated for `batch` data points; anything else is handed back.
template <class T>
Batch<T> tiled(const Batch<T>& m, Index batch) {
  if (m.cols() == batch) return m;
  Batch<T> all(m.rows(), batch);
  for (Index r = 0; r < m.rows(); ++r) all.row(r).setConstant(m(r, 0));
  return all;
}

/// Columns for n samples of each data point, after looking at n.
inline Index columns_for(std::string_view name, Index n, Index batch) {
  require_at_least(name, "number of samples", n, 1);
  return n * batch;
}

/// A batch of points: `rows` coordinates, columns a multiple of the data points.
template <class T>
void require_points(std::string_view name, const Batch<T>& x, Index rows, Index batch) {
  require_size(name, "rows of x", x.rows(), rows);
  require_multiple(name, "columns of x", x.cols(), batch);
}

/// K x B parameters of a distribution for B data points (B = 1 for a family that is fitted directly).
template <class T>
class Theta {
 public:
  using Scalar = T;

  /// The distribution's own unconstrained parameters, K x B.
  const Batch<T>& theta() const { return theta_; }
  /// Data points, each with its own column of theta.
  Index batch_size() const { return theta_.cols(); }
  /// theta as one flat vector (row by row; simply theta when there is one data point).
  Lent<Vector<T>> params() const { return flattened(theta_); }
  /// The identity link: gradients for theta (K x B, or K x SB, which is summed over samples) as a flat vector.
  Vector<T> link_pullback(const Batch<T>& g) const {
    require_size("link_pullback", "rows", g.rows(), theta_.rows());
    require_multiple("link_pullback", "columns", g.cols(), theta_.cols());
    return g.cols() == theta_.cols() ? flattened(g) : flattened(Lent<Batch<T>>(folded(g, theta_.cols())));
  }

 protected:
  Theta() = default;
  Theta(const Theta&) = default;
  Theta(Theta&&) = default;
  Theta& operator=(const Theta&) = default;
  Theta& operator=(Theta&&) = default;
  ~Theta() { give_back(theta_); }
  explicit Theta(Batch<T> theta) : theta_(std::move(theta)) {}

  /// Takes new parameters of the size it has; nothing has changed if it throws.
  template <class Good>
  void assign(std::string_view name, const Vector<T>& v, std::string_view expected, Good&& good) {
    require_size(name, "size of params", v.size(), theta_.size());
    require_each<InvalidArgument>(name, "params", v, expected, good);
    Eigen::Map<Vector<T>>(theta_.data(), theta_.size()) = v;
  }
  void assign(std::string_view name, const Vector<T>& v) {
    assign(name, v, "a finite number", [](T value) { return std::isfinite(value); });
  }

  Batch<T> theta_;
};

}  // namespace variate::detail

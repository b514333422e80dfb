#pragma once
/// Given points, drawn with replacement.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/distributions/detail/theta.hpp"
#include "variate/random/fill.hpp"

namespace variate {

/// The distribution that puts on each of M given points its share of the weights: data, draws of another sampler, a bootstrap.
/// Equal points are one atom with their weights together. It has one data point and no parameters.
///
/// `sample` takes `uniforms(rng, 1, n)` and the atom whose stretch of the weights holds the number, in lexicographic order of the
/// atoms. `log_prob` is the atom's log weight, -inf for a point that is none of them (NaN included): O(d log M).
template <class S = double>
class Empirical {
 public:
  using Scalar = S;

  /// Equal weights. points d x M, M >= 1, finite.
  explicit Empirical(const Batch<S>& points) : Empirical(points, Vector<S>::Ones(points.cols())) {}
  /// Weights that need not sum to 1: M numbers >= 0, not all 0. Points of weight 0 are left out.
  /// ShapeError, InvalidArgument (points) or DomainError (weights) otherwise.
  Empirical(const Batch<S>& points, const Vector<S>& weights) : d_(points.rows()) {
    detail::require_at_least("Empirical", "rows of points", points.rows(), 1);
    detail::require_at_least("Empirical", "number of points", points.cols(), 1);
    detail::require_size("Empirical", "number of weights", weights.size(), points.cols());
    detail::require_finite("Empirical", "points", points);
    detail::require_each<DomainError>("Empirical", "weights", weights, "a finite number >= 0",
                                      [](S w) { return w >= 0 && std::isfinite(w); });
    if (!(weights.maxCoeff() > 0)) throw DomainError("Empirical: all weights are 0, expected a positive one");
    const Batch<S> columns = points.transpose();  // a point's coordinates side by side
    const auto order =
        sorted(points.cols(), [&](Index a, Index b) { return compare(columns.row(a).data(), columns.row(b).data()) < 0; });
    std::vector<Index> first;
    for (const Index p : order) {
      if (weights[p] == 0) continue;
      if (!first.empty() && compare(columns.row(first.back()).data(), columns.row(p).data()) == 0) {
        weights_.back() += weights[p];
      } else {
        first.push_back(p);
        weights_.push_back(weights[p]);
      }
    }
    atoms_.resize(static_cast<Index>(first.size()), d_);
    for (Index a = 0; a < atoms_.rows(); ++a) atoms_.row(a) = columns.row(first[static_cast<std::size_t>(a)]);
    cumulative_.resize(weights_.size());
    std::partial_sum(weights_.begin(), weights_.end(), cumulative_.begin());
  }

  Index event_size() const { return d_; }
  Index batch_size() const { return 1; }
  /// The different points, d x A in lexicographic order.
  Batch<S> support() const { return atoms_.transpose(); }
  /// Their probabilities.
  Vector<S> probs() const { return Eigen::Map<const Vector<S>>(weights_.data(), atoms_.rows()) / total(); }

  /// n of the points, d x n. InvalidArgument if n < 1.
  template <class Rng>
  Batch<S> sample(Rng& rng, Index n) const {
    const Batch<S> u = uniforms<S>(rng, 1, detail::columns_for("Empirical", n, 1));
    Batch<S> x(d_, n);
    for (Index c = 0; c < n; ++c) {
      const auto found = std::upper_bound(cumulative_.begin(), cumulative_.end() - 1, u(0, c) * total()) - cumulative_.begin();
      x.col(c) = atoms_.row(found).transpose();
    }
    return x;
  }

  /// log probability of each column.
  Row<S> log_prob(const Batch<S>& x) const {
    detail::require_size("Empirical", "rows of x", x.rows(), d_);
    const Batch<S> columns = x.transpose();
    Row<S> value(x.cols());
    for (Index c = 0; c < x.cols(); ++c) {
      const S* point = columns.data() + c * d_;
      Index low = 0, high = atoms_.rows();
      while (low < high) {
        const Index middle = (low + high) / 2;
        if (compare(atoms_.data() + middle * d_, point) < 0) low = middle + 1;
        else high = middle;
      }
      const bool found = low < atoms_.rows() && atoms_.row(low) == columns.row(c);
      value[c] = found ? std::log(weights_[static_cast<std::size_t>(low)] / total()) : -std::numeric_limits<S>::infinity();
    }
    return value;
  }
  /// The same; there are no parameters to pull back to.
  detail::PlainEvaluation<S> evaluate(const Batch<S>& x) const { return {log_prob(x)}; }

  /// Weighted, d x 1; the variance is that of the distribution (divided by M, not M - 1, for equal weights).
  Batch<S> mean() const { return atoms_.transpose() * probs(); }
  Batch<S> variance() const {
    const Row<S> centre = mean().transpose();
    return (atoms_.rowwise() - centre).array().square().matrix().transpose() * probs();
  }
  Batch<S> stddev() const { return variance().cwiseSqrt(); }
  /// The heaviest atom, the first of equals.
  Batch<S> mode() const { return atoms_.row(std::max_element(weights_.begin(), weights_.end()) - weights_.begin()).transpose(); }
  /// In nats, 1 x 1.
  Row<S> entropy() const {
    const Vector<S> p = probs();
    return Row<S>::Constant(1, -(p.array() * p.array().log()).sum());
  }

  /// P(X_i <= x_i) of each coordinate alone, d x columns; NaN for NaN.
  Batch<S> cdf(const Batch<S>& x) const {
    return by_coordinate(x, [](const std::vector<S>& values, const std::vector<S>& below, S v) {
      if (std::isnan(v)) return v;
      const auto i = std::upper_bound(values.begin(), values.end(), v) - values.begin();
      return i == 0 ? S(0) : below[static_cast<std::size_t>(i - 1)] / below.back();
    });
  }
  /// The least x_i with P(X_i <= x_i) >= p of each coordinate alone, d x columns: the quantiles. p = 0 gives the least of all;
  /// NaN outside [0, 1].
  Batch<S> icdf(const Batch<S>& p) const {
    return by_coordinate(p, [](const std::vector<S>& values, const std::vector<S>& below, S v) {
      if (!(v >= 0 && v <= 1)) return std::numeric_limits<S>::quiet_NaN();
      const auto i = std::lower_bound(below.begin(), below.end() - 1, v * below.back()) - below.begin();
      return values[static_cast<std::size_t>(i)];
    });
  }

 private:
  template <class Less>
  static std::vector<Index> sorted(Index n, Less less) {
    std::vector<Index> order(static_cast<std::size_t>(n));
    std::iota(order.begin(), order.end(), Index{0});
    std::sort(order.begin(), order.end(), less);
    return order;
  }
  /// Lexicographic: below 0 if a comes first, 0 if equal.
  int compare(const S* a, const S* b) const {
    for (Index i = 0; i < d_; ++i)
      if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
    return 0;
  }
  S total() const { return cumulative_.back(); }

  /// f(sorted values, their weights summed up, x(i, c)) for each coordinate i.
  template <class F>
  Batch<S> by_coordinate(const Batch<S>& x, F f) const {
    detail::require_size("Empirical", "rows of x", x.rows(), d_);
    Batch<S> out(x.rows(), x.cols());
    std::vector<S> values(weights_.size()), below(weights_.size());
    for (Index i = 0; i < d_; ++i) {
      const auto order = sorted(atoms_.rows(), [&](Index a, Index b) { return atoms_(a, i) < atoms_(b, i); });
      S sum = 0;
      for (std::size_t a = 0; a < order.size(); ++a) {
        values[a] = atoms_(order[a], i);
        below[a] = sum += weights_[static_cast<std::size_t>(order[a])];
      }
      for (Index c = 0; c < x.cols(); ++c) out(i, c) = f(values, below, x(i, c));
    }
    return out;
  }

  Index d_;
  Batch<S> atoms_;  ///< A x d, lexicographic
  std::vector<S> weights_, cumulative_;
};

template <class A>
explicit Empirical(const Eigen::MatrixBase<A>&) -> Empirical<typename A::Scalar>;
template <class A, class W>
Empirical(const Eigen::MatrixBase<A>&, const Eigen::MatrixBase<W>&) -> Empirical<typename A::Scalar>;

}  // namespace variate

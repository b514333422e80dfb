#pragma once
/// Maximum mean discrepancy (Gretton, Borgwardt, Rasch, Schoelkopf and Smola 2012): how far two sets of samples are from being
/// draws of one distribution.
#include <algorithm>
#include <cmath>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/math/exp.hpp"

namespace variate {

/// For each dimension the median of the squared differences of all pairs of the first min(most, N) columns, a column with itself
/// too: of M sorted numbers that at (M - 1)/2, rounded to the even one. What `mean_discrepancy` takes for the scale of the truth.
template <class T>
Vector<T> median_bandwidth(const Batch<T>& truth, Index most = 1000) {
  detail::require_at_least("median_bandwidth", "columns of truth", truth.cols(), 1);
  detail::require_at_least("median_bandwidth", "most", most, 1);
  const Index n = std::min(truth.cols(), most);
  const Index pairs = n * (n + 1) / 2, half = (pairs - 1) / 2;
  const Index middle = (pairs - 1) % 2 == 1 && half % 2 == 1 ? half + 1 : half;
  std::vector<T> squares(static_cast<std::size_t>(pairs));
  Vector<T> bandwidth(truth.rows());
  for (Index d = 0; d < truth.rows(); ++d) {
    std::size_t at = 0;
    for (Index i = 0; i < n; ++i)
      for (Index j = i; j < n; ++j) {
        const T difference = truth(d, i) - truth(d, j);
        squares[at++] = difference * difference;
      }
    std::nth_element(squares.begin(), squares.begin() + middle, squares.end());
    bandwidth[d] = squares[static_cast<std::size_t>(middle)];
  }
  return bandwidth;
}

namespace detail {
/// Mean over all pairs of columns of exp(-sum_d (x_d - y_d)^2 scale_d).
template <class T>
T mean_kernel(const Batch<T>& x, const Batch<T>& y, const Vector<T>& scale) {
  Row<T> k(y.cols());
  T sum = 0;
  for (Index i = 0; i < x.cols(); ++i) {
    k.setZero();
    for (Index d = 0; d < x.rows(); ++d) {
      const T* row = y.data() + d * y.cols();
      const T centre = x(d, i), s = scale[d];
      for (Index j = 0; j < y.cols(); ++j) k[j] -= (row[j] - centre) * (row[j] - centre) * s;
    }
    math::exp(k.data(), k.data(), k.size());
    sum += k.sum();
  }
  return sum / (static_cast<T>(x.cols()) * static_cast<T>(y.cols()));
}
}  // namespace detail

/// Mean k(truth, truth) + mean k(model, model) - 2 mean k(truth, model) over all pairs, those of a sample with itself too:
/// biased, not negative, 0 for two equal sets. k(x, y) = exp(-sum_d (x_d - y_d)^2 / (alpha bandwidth_d)). Costs d (N + M)^2.
/// ShapeError if dimensions differ; DomainError unless alpha and the bandwidths are positive (a dimension in which most of the
/// truth is equal has none).
template <class T>
T mean_discrepancy(const Batch<T>& truth, const Batch<T>& model, T alpha, const Vector<T>& bandwidth) {
  constexpr const char* name = "mean_discrepancy";
  detail::require_size(name, "rows of model", model.rows(), truth.rows());
  detail::require_size(name, "size of bandwidth", bandwidth.size(), truth.rows());
  detail::require_at_least(name, "columns of truth", truth.cols(), 1);
  detail::require_at_least(name, "columns of model", model.cols(), 1);
  detail::require_positive(name, "alpha", alpha);
  detail::require_positive(name, "bandwidth", bandwidth);
  const Vector<T> scale = (alpha * bandwidth).cwiseInverse();
  return detail::mean_kernel(truth, truth, scale) + detail::mean_kernel(model, model, scale) -
         2 * detail::mean_kernel(truth, model, scale);
}
/// The same with the median bandwidth of the truth.
template <class T>
T mean_discrepancy(const Batch<T>& truth, const Batch<T>& model, T alpha) {
  return mean_discrepancy(truth, model, alpha, median_bandwidth(truth));
}

}  // namespace variate

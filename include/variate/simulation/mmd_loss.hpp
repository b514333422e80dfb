#pragma once
#include <algorithm>
#include <cmath>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/math/exp.hpp"

namespace variate {

/// The squared maximum mean discrepancy between the numbers of an output and the observed ones, whatever their order, by the
/// unbiased estimate (Gretton et al. 2012, equation 3), which can be negative: a loss of one output for `SimulatedLoss`.
///
///     k(a, b) = exp(-(a - b)^2 / s),   mean_(i != j) k(x_i, x_j) + mean_(i != j) k(y_i, y_j) - 2 mean k(x_i, y_j)
///
/// s is the median of all squared differences of the observed numbers y, one with itself too; of an even number of them the lower
/// one. It and the y-part are computed once. For the biased estimate in several dimensions see diagnostics/mmd.hpp.
template <class T = double>
class MmdLoss {
 public:
  /// From what was observed. InvalidArgument if there are less than two numbers or some are not finite; DomainError if more than
  /// half of all pairs are equal, for then the median is 0.
  explicit MmdLoss(Row<T> observed) : y_(std::move(observed)) {
    const Index n = y_.size();
    detail::require_at_least("MmdLoss", "size of observed", n, 2);
    detail::require_finite("MmdLoss", "observed", y_);
    std::vector<T> squares;
    squares.reserve(static_cast<std::size_t>(n * n));
    for (Index i = 0; i < n; ++i)
      for (Index j = 0; j < n; ++j) squares.push_back((y_[i] - y_[j]) * (y_[i] - y_[j]));
    const auto middle = squares.begin() + (n * n - 1) / 2;
    std::nth_element(squares.begin(), middle, squares.end());
    bandwidth_ = *middle;
    if (!(bandwidth_ > 0))
      throw DomainError(detail::complaint("MmdLoss", "median of the squared differences of observed", bandwidth_, "a positive number"));
    Row<T> none;
    observed_part_ = among(y_, none);
  }

  T bandwidth() const { return bandwidth_; }          ///< s
  T observed_part() const { return observed_part_; }  ///< mean of k over the pairs of observed numbers

  /// simulated: 1 x time, at least two numbers (InvalidArgument). What was observed is as given at first; the argument says nothing.
  T value_and_slopes(const Row<T>& simulated, const Row<T>& /*observed*/, Row<T>& slopes) const {
    detail::require_at_least("MmdLoss", "size of simulated", simulated.size(), 2);
    slopes.setZero(simulated.size());
    const T own = among(simulated, slopes);
    const T weight = 2 / (static_cast<T>(simulated.size()) * static_cast<T>(y_.size()));
    Row<T> k(y_.size());
    T across = 0;
    for (Index i = 0; i < simulated.size(); ++i) {
      kernel(simulated[i], y_.data(), y_.size(), k);
      across += k.sum();
      T slope = 0;
      for (Index j = 0; j < y_.size(); ++j) slope += k[j] * (simulated[i] - y_[j]);
      slopes[i] += weight * slope * 2 / bandwidth_;
    }
    return own + observed_part_ - weight * across;
  }

 private:
  void kernel(T x, const T* others, Index count, Row<T>& k) const {
    const T scale = -1 / bandwidth_;
    for (Index j = 0; j < count; ++j) k[j] = (others[j] - x) * (others[j] - x) * scale;
    math::exp(k.data(), k.data(), count);
  }
  /// The mean over pairs of different numbers of x, and its slopes, unless there is no room for them.
  T among(const Row<T>& x, Row<T>& slopes) const {
    const Index n = x.size();
    const T weight = 2 / (static_cast<T>(n) * static_cast<T>(n - 1));
    Row<T> k(n);
    T sum = 0;
    for (Index i = 1; i < n; ++i) {
      kernel(x[i], x.data(), i, k);
      T of_i = 0;
      for (Index j = 0; j < i; ++j) {
        sum += k[j];
        if (slopes.size() == 0) continue;
        const T slope = weight * k[j] * (x[i] - x[j]) * 2 / bandwidth_;
        of_i -= slope;
        slopes[j] += slope;
      }
      if (slopes.size() != 0) slopes[i] += of_i;
    }
    return weight * sum;
  }

  Row<T> y_;
  T bandwidth_ = 0, observed_part_ = 0;
};

}  // namespace variate

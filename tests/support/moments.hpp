#pragma once
/// Is the mean of many random vectors what it should be? Welford's sums and the largest z-score.
#include <cmath>

#include "variate/core/types.hpp"

namespace variate_tests {

class Moments {
 public:
  void add(const variate::Vector<double>& x) {
    if (count_ == 0) {
      mean_ = variate::Vector<double>::Zero(x.size());
      square_ = mean_;
    }
    ++count_;
    const variate::Vector<double> delta = x - mean_;
    mean_ += delta / static_cast<double>(count_);
    square_ += delta.cwiseProduct(x - mean_);
  }
  const variate::Vector<double>& mean() const { return mean_; }
  variate::Vector<double> variance() const { return square_ / static_cast<double>(count_ - 1); }
  /// max_i |mean_i - expected_i| / standard error; with a fixed seed and d coordinates, above 4.5 by chance once in 150 000 / d.
  double worst_z(const variate::Vector<double>& expected) const {
    const variate::Vector<double> error = (variance() / static_cast<double>(count_)).cwiseSqrt();
    double worst = 0;
    for (Eigen::Index i = 0; i < mean_.size(); ++i) {
      const double off = std::abs(mean_(i) - expected(i));
      worst = std::max(worst, off <= 1e-12 ? 0 : off / error(i));
    }
    return worst;
  }

 private:
  variate::Vector<double> mean_, square_;
  long count_ = 0;
};

}  // namespace variate_tests

#pragma once
#include <cmath>
#include <limits>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"

namespace variate {

/// Mean and variance of a stream of numbers, without keeping them (Welford 1962). Two of them merge (Chan, Golub and LeVeque
/// 1983, eq. 2.1): merging pieces in a fixed order gives the same bits however the pieces were computed.
class RunningMean {
 public:
  /// Takes in one number. NaN and infinities are not filtered.
  void add(double x) {
    ++count_;
    const double before = x - mean_;
    mean_ += before / static_cast<double>(count_);
    squares_ += before * (x - mean_);
  }
  /// Takes in all that `other` has seen.
  void merge(const RunningMean& other) {
    if (other.count_ == 0) return;
    const double n = static_cast<double>(count_), m = static_cast<double>(other.count_);
    const double gap = other.mean_ - mean_;
    count_ += other.count_;
    mean_ += gap * (m / (n + m));
    squares_ += other.squares_ + gap * gap * (n * m / (n + m));
  }

  /// Numbers seen.
  Index count() const { return count_; }
  /// Their mean; NaN if there were none.
  double mean() const { return count_ > 0 ? mean_ : std::numeric_limits<double>::quiet_NaN(); }
  /// Their sample variance (divisor n - 1); NaN for fewer than two.
  double variance() const {
    return count_ > 1 ? squares_ / static_cast<double>(count_ - 1) : std::numeric_limits<double>::quiet_NaN();
  }
  /// sqrt(variance / n): the standard error of the mean of independent numbers; NaN for fewer than two.
  double error() const { return std::sqrt(variance() / static_cast<double>(count_)); }

  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.mean_, self.squares_, self.count_);
  }

 private:
  double mean_ = 0, squares_ = 0;
  Index count_ = 0;
};

/// RunningMean for vectors, coefficient by coefficient, accumulated in double. The first vector fixes the size.
class RunningMeans {
 public:
  /// Takes in one vector. Throws ShapeError for another size than the first's. NaN and infinities are not filtered.
  template <class T>
  void add(const Vector<T>& x) {
    if (count_ == 0) {
      mean_.setZero(x.size());
      squares_.setZero(x.size());
    }
    detail::require_size("RunningMeans", "size of the vector", x.size(), mean_.size());
    ++count_;
    const double n = static_cast<double>(count_);
    for (Index i = 0; i < x.size(); ++i) {
      const double value = static_cast<double>(x(i)), before = value - mean_(i);
      mean_(i) += before / n;
      squares_(i) += before * (value - mean_(i));
    }
  }
  /// Takes in all that `other` has seen. Throws ShapeError if the sizes differ.
  void merge(const RunningMeans& other) {
    if (other.count_ == 0) return;
    if (count_ == 0) {
      *this = other;
      return;
    }
    detail::require_size("RunningMeans", "size of the vectors to merge", other.mean_.size(), mean_.size());
    const double n = static_cast<double>(count_), m = static_cast<double>(other.count_);
    const Vector<double> gap = other.mean_ - mean_;
    count_ += other.count_;
    mean_ += gap * (m / (n + m));
    squares_.array() += other.squares_.array() + gap.array().square() * (n * m / (n + m));
  }

  /// Vectors seen.
  Index count() const { return count_; }
  /// Their mean; empty if there were none.
  const Vector<double>& mean() const { return mean_; }
  /// Their sample variances (divisor n - 1); NaN for fewer than two.
  Vector<double> variance() const {
    if (count_ < 2) return Vector<double>::Constant(mean_.size(), std::numeric_limits<double>::quiet_NaN());
    return squares_ / static_cast<double>(count_ - 1);
  }

  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.mean_, self.squares_, self.count_);
  }

 private:
  Vector<double> mean_, squares_;
  Index count_ = 0;
};

}  // namespace variate

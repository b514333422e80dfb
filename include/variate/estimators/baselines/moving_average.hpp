#pragma once
#include <cmath>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"

namespace variate {

/// Subtracts an exponential moving average of past values, corrected for its start at zero as Adam's moments are
/// (m / (1 - decay^t)). The average is of earlier draws only, so the estimator stays unbiased. Throws DomainError unless
/// 0 <= decay < 1.
template <class T = double>
class MovingAverage {
 public:
  static constexpr Index least = 1;  ///< samples needed for each data point

  explicit MovingAverage(T decay = T(0.9)) : decay_(decay) {
    if (!(decay >= T(0) && decay < T(1)))
      throw DomainError(detail::complaint("MovingAverage", "decay", decay, "a number in [0, 1)"));
  }

  /// The average as it stands; zero before the first value.
  T value() const { return steps_ == 0 ? T(0) : sum_ / (T(1) - std::pow(decay_, static_cast<T>(steps_))); }

  template <class Q>
  Row<T> operator()(const Row<T>& values, const Row<T>& /*keep*/, const Q& /*q*/) const {
    return values.array() - value();
  }
  /// The mean of the kept values: what `learn` is to be given.
  template <class Q>
  Vector<T> lesson(const Row<T>& values, const Row<T>& keep, const Q& /*q*/) const {
    return Vector<T>::Constant(1, values.dot(keep) / keep.sum());
  }
  void learn(const Vector<T>& lesson) {
    sum_ = decay_ * sum_ + (T(1) - decay_) * lesson(0);
    ++steps_;
  }

  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.sum_, self.steps_);
  }

 private:
  T decay_, sum_ = T(0);
  Index steps_ = 0;
};

}  // namespace variate

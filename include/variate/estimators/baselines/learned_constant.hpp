#pragma once
#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"

namespace variate {

/// Subtracts a constant c that is learned by a gradient step on the squared error (v - c)^2 / 2, taken after each estimate:
/// c += rate * mean(v - c). Unbiased, since c comes from earlier draws. Throws DomainError unless rate > 0, InvalidArgument if the
/// start is not finite.
template <class T = double>
class LearnedConstant {
 public:
  static constexpr Index least = 1;  ///< samples needed for each data point

  explicit LearnedConstant(T rate = T(0.1), T start = T(0)) : rate_(rate), value_(start) {
    detail::require_positive("LearnedConstant", "rate", rate);
    detail::require_finite("LearnedConstant", "start", start);
  }

  T value() const { return value_; }  ///< c as it stands

  template <class Q>
  Row<T> operator()(const Row<T>& values, const Row<T>& /*keep*/, const Q& /*q*/) const {
    return values.array() - value_;
  }
  /// The gradient of minus the squared error, mean(v - c) over the kept samples: what `learn` is to be given.
  template <class Q>
  Vector<T> lesson(const Row<T>& values, const Row<T>& keep, const Q& /*q*/) const {
    return Vector<T>::Constant(1, values.dot(keep) / keep.sum() - value_);
  }
  void learn(const Vector<T>& lesson) { value_ += rate_ * lesson(0); }

  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.value_);
  }

 private:
  T rate_, value_;
};

}  // namespace variate

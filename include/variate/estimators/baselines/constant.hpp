#pragma once
#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"

namespace variate {

/// Subtracts a number that never changes. Throws InvalidArgument if it is not finite.
template <class T = double>
class Constant {
 public:
  static constexpr Index least = 1;  ///< samples needed for each data point

  explicit Constant(T value) : value_(value) { detail::require_finite("Constant", "value", value); }

  T value() const { return value_; }  ///< what is subtracted

  /// In place, with every sample kept, and divided by their number.
  template <class Q>
  void recentre(Row<T>& values, const Q& /*q*/, T /*mean_of_all*/) const {
    values.array() = (values.array() - value_) * (T(1) / static_cast<T>(values.size()));
  }
  template <class Q>
  detail::Lent<Row<T>> operator()(const Row<T>& values, const Row<T>& /*keep*/, const Q& /*q*/) const {
    return values.array() - value_;
  }

 private:
  T value_;
};

}  // namespace variate

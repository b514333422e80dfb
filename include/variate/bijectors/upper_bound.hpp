#pragma once
/// The exponential map to the numbers below a bound.
#include <type_traits>

#include "variate/bijectors/detail/coefficientwise.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/log.hpp"

namespace variate {
namespace detail {
template <class S>
struct UpperBoundLaw {
  using Scalar = S;
  using V = math::Lanes<S>;
  static constexpr const char* name = "UpperBound";
  static constexpr int constants = 1;
  using C = std::array<V, constants>;
  static Bounds<V> domain(const C&) { return everywhere<V>(); }
  static Bounds<V> image(const C& c) { return {everywhere<V>().low, c[0]}; }
  static Local<V> forward(V x, const C& c) {
    const V e = math::exp(x);
    return {c[0] - e, x, -e, S(1)};
  }
  static Local<V> inverse(V y, const C& c) {
    const V away = c[0] - y, x = math::log(away), slope = S(1) / away;
    return {x, -x, -slope, slope};
  }
};
}  // namespace detail

/// y = high - e^x: R to the numbers below high, log-determinant sum x.
template <class S = double>
class UpperBound : public detail::Coefficientwise<detail::UpperBoundLaw<S>> {
  using Base = detail::Coefficientwise<detail::UpperBoundLaw<S>>;

 public:
  /// One bound a coordinate, finite (else InvalidArgument), at least one.
  explicit UpperBound(const Vector<S>& high) : Base(constants_of(high)) {}
  /// The same for any number of coordinates.
  explicit UpperBound(S high)
    requires std::is_floating_point_v<S>
      : UpperBound(Vector<S>(Vector<S>::Constant(1, high))) {}

  /// The bounds.
  Vector<S> high() const { return this->constants().row(0).transpose(); }

 private:
  static Batch<S> constants_of(const Vector<S>& high) {
    detail::require_at_least("UpperBound", "size of high", high.size(), 1);
    detail::require_finite("UpperBound", "high", high);
    return high.transpose();
  }
};

template <class A>
UpperBound(const Eigen::MatrixBase<A>&) -> UpperBound<typename A::Scalar>;

}  // namespace variate

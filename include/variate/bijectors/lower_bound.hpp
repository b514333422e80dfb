#pragma once
/// The exponential map to the numbers above a bound.
#include <type_traits>

#include "variate/bijectors/detail/coefficientwise.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/log.hpp"

namespace variate {
namespace detail {
template <class S>
struct LowerBoundLaw {
  using Scalar = S;
  using V = math::Lanes<S>;
  static constexpr const char* name = "LowerBound";
  static constexpr int constants = 1;
  using C = std::array<V, constants>;
  static Bounds<V> domain(const C&) { return everywhere<V>(); }
  static Bounds<V> image(const C& c) { return {c[0], everywhere<V>().high}; }
  static Local<V> forward(V x, const C& c) {
    const V e = math::exp(x);
    return {c[0] + e, x, e, S(1)};
  }
  static Local<V> inverse(V y, const C& c) {
    const V away = y - c[0], x = math::log(away), slope = S(1) / away;
    return {x, -x, slope, -slope};
  }
};
}  // namespace detail

/// y = low + e^x: R to the numbers above low, log-determinant sum x.
template <class S = double>
class LowerBound : public detail::Coefficientwise<detail::LowerBoundLaw<S>> {
  using Base = detail::Coefficientwise<detail::LowerBoundLaw<S>>;

 public:
  /// One bound a coordinate, finite (else InvalidArgument), at least one.
  explicit LowerBound(const Vector<S>& low) : Base(constants_of(low)) {}
  /// The same for any number of coordinates.
  explicit LowerBound(S low)
    requires std::is_floating_point_v<S>
      : LowerBound(Vector<S>(Vector<S>::Constant(1, low))) {}

  /// The bounds.
  Vector<S> low() const { return this->constants().row(0).transpose(); }

 private:
  static Batch<S> constants_of(const Vector<S>& low) {
    detail::require_at_least("LowerBound", "size of low", low.size(), 1);
    detail::require_finite("LowerBound", "low", low);
    return low.transpose();
  }
};

template <class A>
LowerBound(const Eigen::MatrixBase<A>&) -> LowerBound<typename A::Scalar>;

}  // namespace variate

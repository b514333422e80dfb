#pragma once
/// The logistic map to an interval.
#include <cmath>
#include <concepts>
#include <string>
#include <type_traits>

#include "variate/bijectors/detail/coefficientwise.hpp"
#include "variate/bijectors/sigmoid.hpp"
#include "variate/math/log.hpp"
#include "variate/math/sigmoid.hpp"
#include "variate/math/tanh.hpp"

namespace variate {
namespace detail {
template <class S>
struct IntervalLaw {
  using Scalar = S;
  using V = math::Lanes<S>;
  static constexpr const char* name = "Interval";
  static constexpr int constants = 4;  // low, high, width, log width
  using C = std::array<V, constants>;
  static Bounds<V> domain(const C&) { return everywhere<V>(); }
  static Bounds<V> image(const C& c) { return {c[0], c[1]}; }
  static Local<V> forward(V x, const C& c) {
    const LogisticSlope<V> s(x);
    const V part = c[2] * math::sigmoid(-abs(x));  // from the end that is nearer: never outside, and accurate at both
    return {select(x < S(0), c[0] + part, c[1] - part), s.log_slope + c[3], s.slope * c[2], -math::tanh(S(0.5) * x)};
  }
  static Local<V> inverse(V y, const C& c) {
    const V a = y - c[0], b = c[1] - y, slope = S(1) / a + S(1) / b;
    return {math::log(a / b), c[3] - math::log(a) - math::log(b), slope, S(1) / b - S(1) / a};
  }
};
}  // namespace detail

/// y = low + (high - low)/(1 + e^-x): R to (low, high), log-determinant sum (log(high - low) - softplus(x) - softplus(-x)).
template <std::floating_point S = double>
class Interval : public detail::Coefficientwise<detail::IntervalLaw<S>> {
  using Base = detail::Coefficientwise<detail::IntervalLaw<S>>;

 public:
  /// One interval a coordinate, of finite ends with low < high and a width that does not overflow: InvalidArgument,
  /// DomainError, and ShapeError if they are not of one size, at least 1.
  Interval(const Vector<S>& low, const Vector<S>& high) : Base(constants_of(low, high)) {}
  /// The same for any number of coordinates.
  Interval(S low, S high)
    requires std::is_floating_point_v<S>
      : Interval(Vector<S>::Constant(1, low), Vector<S>::Constant(1, high)) {}

  /// Lower ends.
  Vector<S> low() const { return this->constants().row(0).transpose(); }
  /// Upper ends.
  Vector<S> high() const { return this->constants().row(1).transpose(); }

 private:
  static Batch<S> constants_of(const Vector<S>& low, const Vector<S>& high) {
    detail::require_at_least("Interval", "size of low", low.size(), 1);
    detail::require_size("Interval", "size of high", high.size(), low.size());
    detail::require_finite("Interval", "low", low);
    detail::require_finite("Interval", "high", high);
    Batch<S> c(4, low.size());
    for (Index i = 0; i < low.size(); ++i) {
      const S width = high[i] - low[i];
      if (!(width > 0) || !std::isfinite(width))
        throw DomainError(detail::complaint("Interval", "high(" + std::to_string(i) + ")", high[i],
                                            "above low(" + std::to_string(i) + "), " + detail::to_text(low[i]) +
                                                ", by a finite width"));
      c(0, i) = low[i];
      c(1, i) = high[i];
      c(2, i) = width;
      c(3, i) = std::log(width);
    }
    return c;
  }
};

template <class A, class B>
Interval(const Eigen::MatrixBase<A>&, const Eigen::MatrixBase<B>&) -> Interval<typename A::Scalar>;

}  // namespace variate

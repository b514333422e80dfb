#pragma once
/// The hyperbolic tangent as a map to (-1, 1).
#include "variate/bijectors/detail/coefficientwise.hpp"
#include "variate/bijectors/detail/sech.hpp"
#include "variate/math/log1p.hpp"
#include "variate/math/tanh.hpp"

namespace variate {
namespace detail {
template <class S>
struct TanhLaw {
  using Scalar = S;
  using V = math::Lanes<S>;
  using C = std::array<V, 0>;
  static constexpr const char* name = "Tanh";
  static constexpr int constants = 0;
  static Bounds<V> domain(const C&) { return everywhere<V>(); }
  static Bounds<V> image(const C&) { return {S(-1), S(1)}; }
  static Local<V> forward(V x, const C&) {
    const V t = math::tanh(x), c = sech(x);
    return {t, log_sech_squared(x), c * c, S(-2) * t};
  }
  static Local<V> inverse(V y, const C&) {
    const V up = math::log1p(y), down = math::log1p(-y), slope = S(1) / ((S(1) - y) * (S(1) + y));
    const V log_slope = select(abs(y) < S(0.5), math::log1p(-y * y), up + down);  // the sum cancels near 0, 1 - y^2 near 1
    return {S(0.5) * (up - down), -log_slope, slope, S(2) * y * slope};
  }
};
}  // namespace detail

/// y = tanh(x): R to (-1, 1), log-determinant sum log(1 - y^2), computed from x so that it is exact where y rounds to +-1.
template <class S = double>
class Tanh : public detail::Coefficientwise<detail::TanhLaw<S>> {};

}  // namespace variate

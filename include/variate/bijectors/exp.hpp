#pragma once
/// The exponential map to the positive numbers.
#include "variate/bijectors/detail/coefficientwise.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/log.hpp"

namespace variate {
namespace detail {
template <class S>
struct ExpLaw {
  using Scalar = S;
  using V = math::Lanes<S>;
  using C = std::array<V, 0>;
  static constexpr const char* name = "Exp";
  static constexpr int constants = 0;
  static Bounds<V> domain(const C&) { return everywhere<V>(); }
  static Bounds<V> image(const C&) { return {S(0), everywhere<V>().high}; }
  static Local<V> forward(V x, const C&) {
    const V y = math::exp(x);
    return {y, x, y, S(1)};
  }
  static Local<V> inverse(V y, const C&) {
    const V x = math::log(y), slope = S(1) / y;
    return {x, -x, slope, -slope};
  }
};
}  // namespace detail

/// y = e^x: R to the positive numbers, log-determinant sum x, at any x exact, also where y overflows or underflows.
template <class S = double>
class Exp : public detail::Coefficientwise<detail::ExpLaw<S>> {};

}  // namespace variate

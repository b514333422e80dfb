#pragma once
/// The logistic map to (0, 1), and its inverse.
#include "variate/bijectors/detail/coefficientwise.hpp"
#include "variate/bijectors/inverse.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/log.hpp"
#include "variate/math/log1p.hpp"
#include "variate/math/sigmoid.hpp"
#include "variate/math/tanh.hpp"

namespace variate {
namespace detail {

/// log(s(x) s(-x)) and s(x) s(-x) with s the logistic function, both exact in the tails. The slope of the first is -tanh(x/2).
template <class V>
struct LogisticSlope {
  V log_slope, slope;
  explicit LogisticSlope(V x) {
    using S = typename V::Scalar;
    const V e = math::exp(-abs(x)), one_more = S(1) + e;
    log_slope = -abs(x) - S(2) * math::log1p(e);
    slope = e / (one_more * one_more);
  }
};

template <class S>
struct SigmoidLaw {
  using Scalar = S;
  using V = math::Lanes<S>;
  using C = std::array<V, 0>;
  static constexpr const char* name = "Sigmoid";
  static constexpr int constants = 0;
  static Bounds<V> domain(const C&) { return everywhere<V>(); }
  static Bounds<V> image(const C&) { return {S(0), S(1)}; }
  static Local<V> forward(V x, const C&) {
    const LogisticSlope<V> s(x);
    return {math::sigmoid(x), s.log_slope, s.slope, -math::tanh(S(0.5) * x)};
  }
  static Local<V> inverse(V y, const C&) {
    const V z = S(1) - y, slope = S(1) / (y * z);
    return {math::logit(y), -(math::log(y) + math::log1p(-y)), slope, (y - z) * slope};
  }
};
}  // namespace detail

/// y = 1/(1 + e^-x): R to (0, 1), log-determinant -sum (softplus(x) + softplus(-x)). Rounds to 1 from x = 37 on (17 for float),
/// where the log-determinant still is exact.
template <class S = double>
class Sigmoid : public detail::Coefficientwise<detail::SigmoidLaw<S>> {};

/// y = log(x/(1 - x)): (0, 1) to R.
template <class S = double>
using Logit = Inverse<Sigmoid<S>>;

}  // namespace variate

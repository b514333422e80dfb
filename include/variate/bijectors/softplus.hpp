#pragma once
/// The smooth positive part as a map to the positive numbers.
#include "variate/bijectors/detail/coefficientwise.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/expm1.hpp"
#include "variate/math/log.hpp"
#include "variate/math/sigmoid.hpp"
#include "variate/math/softplus.hpp"

namespace variate {
namespace detail {
template <class S>
struct SoftplusLaw {
  using Scalar = S;
  using V = math::Lanes<S>;
  using C = std::array<V, 0>;
  static constexpr const char* name = "Softplus";
  static constexpr int constants = 0;
  static Bounds<V> domain(const C&) { return everywhere<V>(); }
  static Bounds<V> image(const C&) { return {S(0), everywhere<V>().high}; }
  static Local<V> forward(V x, const C&) {
    return {math::softplus(x), math::log_sigmoid(x), math::sigmoid(x), math::sigmoid(-x)};
  }
  static Local<V> inverse(V y, const C&) {
    // log(e^y - 1), without overflow for large y and exact where it is near its zero, y = log 2
    const V x = select(y < S(1), math::log(math::expm1(min(y, V(S(1))))), y + math::log(-math::expm1(-y)));
    const V e = math::exp(-x);
    return {x, math::softplus(-x), S(1) + e, -e};
  }
};
}  // namespace detail

/// y = log(1 + e^x): R to the positive numbers, log-determinant sum log sigmoid(x). Grows like x, where `Exp` grows like e^x.
template <class S = double>
class Softplus : public detail::Coefficientwise<detail::SoftplusLaw<S>> {};

}  // namespace variate

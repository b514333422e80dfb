#pragma once
/// Powers of positive numbers.
#include <cmath>

#include "variate/bijectors/detail/coefficientwise.hpp"
#include "variate/math/log.hpp"

namespace variate {
namespace detail {
template <class S>
struct PowerLaw {
  using Scalar = S;
  using V = math::Lanes<S>;
  static constexpr const char* name = "Power";
  static constexpr int constants = 3;  // p, 1/p, log |p|
  using C = std::array<V, constants>;
  static Bounds<V> domain(const C&) { return {S(0), everywhere<V>().high}; }
  static Bounds<V> image(const C&) { return {S(0), everywhere<V>().high}; }
  static Local<V> forward(V x, const C& c) { return raised(x, c[0], c[2]); }
  static Local<V> inverse(V y, const C& c) { return raised(y, c[1], -c[2]); }

 private:
  static V power(V x, V p) {
    return V::each([](S a, S b) { return std::pow(a, b); }, x, p);
  }
  static Local<V> raised(V x, V p, V log_p) {
    const V less = p - S(1);
    return {power(x, p), select(less == S(0), log_p, log_p + less * math::log(x)), p * power(x, less),
            select(less == S(0), V(S(0)), less / x)};
  }
};
}  // namespace detail

/// y = x^p: the positive numbers to the positive numbers, log-determinant sum (log |p| + (p - 1) log x). One p for all
/// coordinates.
template <class S = double>
class Power : public detail::Coefficientwise<detail::PowerLaw<S>> {
  using Base = detail::Coefficientwise<detail::PowerLaw<S>>;

 public:
  /// A finite exponent that is not 0, or DomainError.
  explicit Power(S exponent) : Base(constants_of(exponent)) {}
  /// The power p.
  S exponent() const { return this->constants()(0, 0); }

 private:
  static Batch<S> constants_of(S p) {
    if (!std::isfinite(p) || p == 0) throw DomainError(detail::complaint("Power", "exponent", p, "a finite number other than 0"));
    Batch<S> c(3, 1);
    c << p, S(1) / p, std::log(std::abs(p));
    return c;
  }
};

}  // namespace variate

#pragma once
/// The map that changes nothing.
#include "variate/bijectors/detail/coefficientwise.hpp"

namespace variate {
namespace detail {
template <class S>
struct IdentityLaw {
  using Scalar = S;
  using V = math::Lanes<S>;
  using C = std::array<V, 0>;
  static constexpr const char* name = "Identity";
  static constexpr int constants = 0;
  static Bounds<V> domain(const C&) { return everywhere<V>(); }
  static Bounds<V> image(const C&) { return everywhere<V>(); }
  static Local<V> forward(V x, const C&) { return {x, S(0), S(1), S(0)}; }
  static Local<V> inverse(V y, const C&) { return {y, S(0), S(1), S(0)}; }
};
}  // namespace detail

/// y = x: R to R, log-determinant 0. For the blocks of a `Blocks` or the parts of a `Chain` that stay as they are.
template <class S = double>
class Identity : public detail::Coefficientwise<detail::IdentityLaw<S>> {};

}  // namespace variate

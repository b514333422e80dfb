#pragma once
/// Shift and scale of each coordinate.
#include <cmath>
#include <concepts>
#include <type_traits>

#include "variate/bijectors/detail/coefficientwise.hpp"

namespace variate {
namespace detail {
template <class S>
struct AffineLaw {
  using Scalar = S;
  using V = math::Lanes<S>;
  static constexpr const char* name = "Affine";
  static constexpr int constants = 4;  // loc, scale, 1/scale, log |scale|
  using C = std::array<V, constants>;
  static Bounds<V> domain(const C&) { return everywhere<V>(); }
  static Bounds<V> image(const C&) { return everywhere<V>(); }
  static Local<V> forward(V x, const C& c) { return {multiply_add(c[1], x, c[0]), c[3], c[1], S(0)}; }
  static Local<V> inverse(V y, const C& c) { return {(y - c[0]) / c[1], -c[3], c[2], S(0)}; }
};
}  // namespace detail

/// y = loc + scale x: R to R, log-determinant sum log |scale|.
template <std::floating_point S = double>
class Affine : public detail::Coefficientwise<detail::AffineLaw<S>> {
  using Base = detail::Coefficientwise<detail::AffineLaw<S>>;

 public:
  /// One loc and one scale a coordinate. loc finite, scale finite and not 0 (it may be negative): InvalidArgument, DomainError,
  /// and ShapeError if they are not of one size, at least 1.
  Affine(const Vector<S>& loc, const Vector<S>& scale) : Base(constants_of(loc, scale)) {}
  /// The same for any number of coordinates.
  Affine(S loc, S scale)
    requires std::is_floating_point_v<S>
      : Affine(Vector<S>::Constant(1, loc), Vector<S>::Constant(1, scale)) {}

  /// What is added, d.
  Vector<S> loc() const { return this->constants().row(0).transpose(); }
  /// What multiplies, d.
  Vector<S> scale() const { return this->constants().row(1).transpose(); }

 private:
  static Batch<S> constants_of(const Vector<S>& loc, const Vector<S>& scale) {
    detail::require_at_least("Affine", "size of loc", loc.size(), 1);
    detail::require_size("Affine", "size of scale", scale.size(), loc.size());
    detail::require_finite("Affine", "loc", loc);
    detail::require_each<DomainError>("Affine", "scale", scale, "a finite number other than 0",
                                      [](S s) { return std::isfinite(s) && s != 0; });
    Batch<S> c(4, loc.size());
    for (Index i = 0; i < loc.size(); ++i) {
      c(0, i) = loc[i];
      c(1, i) = scale[i];
      c(2, i) = S(1) / scale[i];
      c(3, i) = std::log(std::abs(scale[i]));
    }
    return c;
  }
};

template <class A, class B>
Affine(const Eigen::MatrixBase<A>&, const Eigen::MatrixBase<B>&) -> Affine<typename A::Scalar>;

}  // namespace variate

#pragma once
/// Points of the unit sphere.
#include <cmath>
#include <limits>

#include "variate/bijectors/detail/columns.hpp"
#include "variate/math/log.hpp"
#include "variate/math/log1p.hpp"

namespace variate {
namespace detail {
/// With q = 1/(1 + |x|^2): y_i = 2 q x_i, y_d = 1 - 2 q.
template <class S>
struct UnitVectorLaw {
  using Scalar = S;
  using V = math::Lanes<S>;
  static constexpr const char* name = "UnitVector";
  static constexpr const char* expected = "of length 1";

  static Index output_size(Index d) {
    require_at_least(name, "number of coordinates", d, 1);
    return d + 1;
  }
  static Index input_size(Index d) {
    if (d < 2) throw ShapeError(complaint(name, "number of coordinates of y", d, "at least 2"));
    return d - 1;
  }

  static V forward(const V* x, V* y, Index d) {
    const V square = norm(x, d), q = S(1) / (S(1) + square);
    for (Index i = 0; i < d; ++i) y[i] = S(2) * q * x[i];
    y[d] = select(square < S(2), (square - S(1)) * q, S(1) - S(2) * q);
    return static_cast<S>(d) * (V(log_two) - math::log1p(square));
  }
  static void pull_forward(const V* x, const V*, const V* g, V w, V* out, Index d) {
    const V q = S(1) / (S(1) + norm(x, d));
    V along = g[d];
    for (Index i = 0; i < d; ++i) along -= g[i] * x[i];
    const V radial = S(4) * q * q * along - S(2) * static_cast<S>(d) * q * w;
    for (Index i = 0; i < d; ++i) out[i] = S(2) * q * g[i] + radial * x[i];
  }
  static V inverse(const V* y, V* x, Index d) {
    const V r = reciprocal(y, d);
    for (Index i = 0; i < d; ++i) x[i] = y[i] * r;
    return static_cast<S>(d) * math::log(r);
  }
  static void pull_inverse(const V* y, const V* x, const V* g, V w, V* out, Index d) {
    const V r = reciprocal(y, d);
    V last = static_cast<S>(d) * w;
    for (Index i = 0; i < d; ++i) {
      out[i] = r * g[i];
      last += g[i] * x[i];
    }
    out[d] = r * last;
  }
  static auto outside(const V* y, Index d) {
    return abs(norm(y, d + 1) - S(1)) > V(std::sqrt(std::numeric_limits<S>::epsilon()));
  }
  static auto inside(const V* y, Index d) { return ((y[d] < S(0)) | (norm(y, d) > S(0))) & !outside(y, d); }

 private:
  static constexpr S log_two = S(0.693147180559945309417232121458L);
  static V norm(const V* x, Index n) {
    V total(S(0));
    for (Index i = 0; i < n; ++i) total += x[i] * x[i];
    return total;
  }
  /// 1/(1 - y_d); near the pole, where that cancels, (1 + y_d)/(y_0^2 + ... + y_{d-1}^2).
  static V reciprocal(const V* y, Index d) { return select(y[d] > S(0), (S(1) + y[d]) / norm(y, d), S(1) / (S(1) - y[d])); }
};
}  // namespace detail

/// Stereographic projection: R^d to the unit sphere in R^(d+1) without its pole (0, ..., 0, 1), y = (2 x, |x|^2 - 1)/(|x|^2 + 1).
/// Log-determinant d (log 2 - log(1 + |x|^2)), by the surface measure of the sphere.
///
/// Normalising d + 1 coordinates is no bijection: it needs a made-up density for the length, and its inverse is arbitrary. This
/// map has an inverse, counts the sphere's own area, and spends no coordinate. The price: the pole is at infinity, so put no
/// mass there, and the uniform density of the sphere becomes a heavy-tailed one (multivariate t with d degrees of freedom).
template <class S = double>
class UnitVector : public detail::Columnwise<detail::UnitVectorLaw<S>> {};

}  // namespace variate

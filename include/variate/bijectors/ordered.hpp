#pragma once
/// Ascending vectors.
#include "variate/bijectors/detail/columns.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/log.hpp"

namespace variate {
namespace detail {
template <class S>
struct OrderedLaw {
  using Scalar = S;
  using V = math::Lanes<S>;
  static constexpr const char* name = "Ordered";
  static constexpr const char* expected = "in ascending order";

  static Index output_size(Index d) {
    require_at_least(name, "number of coordinates", d, 1);
    return d;
  }
  static Index input_size(Index d) { return output_size(d); }

  static V forward(const V* x, V* y, Index d) {
    V total(S(0));
    y[0] = x[0];
    for (Index k = 1; k < d; ++k) {
      y[k] = y[k - 1] + math::exp(x[k]);
      total += x[k];
    }
    return total;
  }
  static void pull_forward(const V* x, const V*, const V* g, V w, V* out, Index d) {
    V above(S(0));  // sum of g from k on
    for (Index k = d - 1; k > 0; --k) {
      above += g[k];
      out[k] = above * math::exp(x[k]) + w;
    }
    out[0] = above + g[0];
  }
  static V inverse(const V* y, V* x, Index d) {
    V total(S(0));
    x[0] = y[0];
    for (Index k = 1; k < d; ++k) {
      x[k] = math::log(y[k] - y[k - 1]);
      total -= x[k];
    }
    return total;
  }
  static void pull_inverse(const V* y, const V*, const V* g, V w, V* out, Index d) {
    out[0] = g[0];
    for (Index k = 1; k < d; ++k) {
      out[k] = (g[k] - w) / (y[k] - y[k - 1]);
      out[k - 1] -= out[k];
    }
  }
  static auto outside(const V* y, Index d) {
    auto bad = y[0] < y[0];
    for (Index k = 1; k < d; ++k) bad = bad | (y[k] < y[k - 1]);
    return bad;
  }
  static auto inside(const V* y, Index d) {
    auto good = y[0] == y[0];
    for (Index k = 1; k < d; ++k) good = good & (y[k] > y[k - 1]);
    return good;
  }
};
}  // namespace detail

/// y_0 = x_0, y_k = y_{k-1} + e^(x_k): R^d to strictly ascending vectors, log-determinant x_1 + ... + x_{d-1} (Stan reference
/// manual, "Ordered vector"). Neighbours closer than the rounding of y come out equal, which is on the boundary.
template <class S = double>
class Ordered : public detail::Columnwise<detail::OrderedLaw<S>> {};

}  // namespace variate

#pragma once
/// Cholesky factors of covariance matrices.
#include "variate/bijectors/detail/columns.hpp"
#include "variate/bijectors/detail/triangle.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/log.hpp"

namespace variate {
namespace detail {
template <class S>
struct CovarianceCholeskyLaw {
  using Scalar = S;
  using V = math::Lanes<S>;
  static constexpr const char* name = "CovarianceCholesky";
  static constexpr const char* expected = "a packed lower triangle with positive diagonal";

  static Index output_size(Index n) {
    triangle_side(name, "number of coordinates", n);
    return n;
  }
  static Index input_size(Index n) { return output_size(n); }

  static V forward(const V* x, V* y, Index n) {
    V total(S(0));
    walk(n, [&](Index k, bool diagonal) {
      y[k] = diagonal ? math::exp(x[k]) : x[k];
      if (diagonal) total += x[k];
    });
    return total;
  }
  static void pull_forward(const V*, const V* y, const V* g, V w, V* out, Index n) {
    walk(n, [&](Index k, bool diagonal) { out[k] = diagonal ? g[k] * y[k] + w : g[k]; });
  }
  static V inverse(const V* y, V* x, Index n) {
    V total(S(0));
    walk(n, [&](Index k, bool diagonal) {
      x[k] = diagonal ? math::log(y[k]) : y[k];
      if (diagonal) total -= x[k];
    });
    return total;
  }
  static void pull_inverse(const V* y, const V*, const V* g, V w, V* out, Index n) {
    walk(n, [&](Index k, bool diagonal) { out[k] = diagonal ? (g[k] - w) / y[k] : g[k]; });
  }
  static auto outside(const V* y, Index n) {
    auto bad = y[0] < S(0);
    walk(n, [&](Index k, bool diagonal) { if (diagonal) bad = bad | (y[k] < S(0)); });
    return bad;
  }
  static auto inside(const V* y, Index n) {
    auto good = y[0] > S(0);
    walk(n, [&](Index k, bool diagonal) { if (diagonal) good = good & (y[k] > S(0)); });
    return good;
  }

 private:
  /// f(entry, whether it is on the diagonal), row by row.
  template <class F>
  static void walk(Index n, F f) {
    for (Index k = 0, row = 0, next = 0; k < n; ++k) {
      const bool diagonal = k == next;
      f(k, diagonal);
      if (diagonal) next += ++row + 1;
    }
  }
};
}  // namespace detail

/// R^(d(d+1)/2) to lower triangular d x d matrices L with positive diagonal: Cholesky factors of covariances L L^T. Both sides
/// are packed row by row, L(0,0), L(1,0), L(1,1), L(2,0), ..., and the diagonal of L is e to the power of its coordinate.
/// Log-determinant: the sum of the diagonal's coordinates (volume counted in the entries of L). ShapeError unless there are
/// d(d+1)/2 coordinates.
template <class S = double>
class CovarianceCholesky : public detail::Columnwise<detail::CovarianceCholeskyLaw<S>> {};

}  // namespace variate

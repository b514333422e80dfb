#pragma once
/// Cholesky factors of correlation matrices, by partial correlations.
#include <cmath>
#include <limits>

#include "variate/bijectors/detail/columns.hpp"
#include "variate/bijectors/detail/sech.hpp"
#include "variate/bijectors/detail/triangle.hpp"
#include "variate/math/log.hpp"
#include "variate/math/tanh.hpp"

namespace variate {
namespace detail {
/// Row i of L is a unit vector of i + 1 entries. With length_0 = 1 and x the row's coordinates j = 0 .. i-1:
/// L_ij = tanh(x_j) length_j, length_{j+1} = length_j / cosh(x_j), L_ii = length_i.
/// The log-determinant by the entries below the diagonal is then sum_j (1 + (i-1-j)/2) log(1 - tanh(x_j)^2).
template <class S>
struct CorrelationCholeskyLaw {
  using Scalar = S;
  using V = math::Lanes<S>;
  static constexpr const char* name = "CorrelationCholesky";
  static constexpr const char* expected = "a packed lower triangle with rows of length 1 and positive diagonal";

  static Index output_size(Index n) { return n + 1 + triangle_side(name, "number of coordinates", n); }
  static Index input_size(Index n) {
    const Index d = triangle_side(name, "number of coordinates of y", n);
    if (d < 2) throw ShapeError(complaint(name, "number of coordinates of y", n, "d(d+1)/2 for some d >= 2"));
    return n - d;
  }

  static V forward(const V* x, V* y, Index n) {
    V total(S(0));
    walk(n, [&](Index i, Index from, Index to) {
      V length(S(1));
      for (Index j = 0; j < i; ++j) {
        const V u = x[from + j];
        y[to + j] = math::tanh(u) * length;
        length *= sech(u);
        total += weight(i, j) * log_sech_squared(u);
      }
      y[to + i] = length;
    });
    return total;
  }
  static void pull_forward(const V* x, const V* y, const V* g, V w, V* out, Index n) {
    walk(n, [&](Index i, Index from, Index to) {
      if (i == 0) return;
      V length(S(1));
      for (Index j = 0; j < i; ++j) {  // out_j is length_{j+1} / cosh(x_j) for a while
        const V c = sech(x[from + j]);
        length *= c;
        out[from + j] = length * c;
      }
      V later = g[to + i] * y[to + i];  // sum of g L after j
      for (Index j = i - 1; j >= 0; --j) {
        const V z = math::tanh(x[from + j]);
        out[from + j] = g[to + j] * out[from + j] - z * (later + S(2) * weight(i, j) * w);
        later += g[to + j] * y[to + j];
      }
    });
  }
  static V inverse(const V* y, V* x, Index n) {
    V total(S(0));
    walk(n, [&](Index i, Index from, Index to) {
      V square = y[to + i] * y[to + i], length = abs(y[to + i]);  // of what is left of the row from j + 1 on
      for (Index j = i - 1; j >= 0; --j) {
        x[from + j] = V::each([](S a) { return std::asinh(a); }, y[to + j] / length);
        total -= volume(i, j + 1) * math::log(length);
        square += y[to + j] * y[to + j];
        length = sqrt(square);
      }
    });
    return total;
  }
  static void pull_inverse(const V* y, const V*, const V* g, V w, V* out, Index n) {
    out[0] = S(0);
    walk(n, [&](Index i, Index from, Index to) {
      if (i == 0) return;
      V square = y[to + i] * y[to + i];
      out[to + i] = square;
      for (Index j = i - 1; j >= 0; --j) out[to + j] = square += y[to + j] * y[to + j];  // length_j^2 for a while
      V sum(S(0));  // what a unit of L_ij changes by the lengths up to j, over L_ij
      for (Index j = 0; j <= i; ++j) {
        const V here = out[to + j], length = sqrt(here);
        if (j > 0) sum += w * volume(i, j) / here;
        if (j > 0) {
          const V before = here + y[to + j - 1] * y[to + j - 1];
          sum += g[from + j - 1] * y[to + j - 1] / (sqrt(before) * here);
        }
        out[to + j] = -y[to + j] * sum;
        if (j < i) out[to + j] += g[from + j] / length;
      }
    });
  }
  static auto outside(const V* y, Index n) {
    auto bad = y[0] < S(0);
    walk(n, [&](Index i, Index, Index to) { bad = bad | (y[to + i] < S(0)) | (off_sphere(y + to, i) > slack()); });
    return bad;
  }
  static auto inside(const V* y, Index n) {
    auto good = y[0] > S(0);
    walk(n, [&](Index i, Index, Index to) { good = good & (y[to + i] > S(0)) & (off_sphere(y + to, i) <= slack()); });
    return good;
  }

 private:
  /// f(i, first coordinate of row i, first entry of row i).
  template <class F>
  static void walk(Index n, F f) {
    Index from = 0, to = 0;
    for (Index i = 0; from < n || i == 0; ++i) {
      f(i, from, to);
      from += i;
      to += i + 1;
    }
  }
  static S weight(Index i, Index j) { return S(1) + S(0.5) * static_cast<S>(i - 1 - j); }
  /// The log-determinant is also sum_j volume log length_j, j = 1 .. i.
  static S volume(Index i, Index j) { return j == i ? S(2) : S(1); }
  static V off_sphere(const V* row, Index i) {
    V square(S(0));
    for (Index j = 0; j <= i; ++j) square += row[j] * row[j];
    return abs(square - S(1));
  }
  static V slack() { return std::sqrt(std::numeric_limits<S>::epsilon()); }
};
}  // namespace detail

/// R^(d(d-1)/2) to lower triangular d x d matrices L with positive diagonal and rows of length 1, d >= 2: Cholesky factors of
/// correlation matrices L L^T. tanh of a coordinate is a partial correlation (Lewandowski, Kurowicka and Joe 2009; Stan
/// reference manual, "Cholesky factors of correlation matrices"). Coordinates are those below the diagonal, row by row; L is
/// packed row by row with its diagonal, d(d+1)/2 entries, the first of them 1. Log-determinant by the entries below the
/// diagonal. `inverse` takes squared lengths within sqrt(epsilon) of 1. ShapeError unless there are d(d-1)/2 coordinates.
template <class S = double>
class CorrelationCholesky : public detail::Columnwise<detail::CorrelationCholeskyLaw<S>> {};

}  // namespace variate

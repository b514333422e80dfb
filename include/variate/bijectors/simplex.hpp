#pragma once
/// Vectors of positive numbers that sum to one, by stick breaking.
#include <cmath>
#include <limits>

#include "variate/bijectors/detail/columns.hpp"
#include "variate/math/log.hpp"
#include "variate/math/sigmoid.hpp"

namespace variate {
namespace detail {
/// With z_k = sigmoid(x_k - log(d - k)), k = 0 .. d-1: y_k = z_k rest_k, rest_{k+1} = (1 - z_k) rest_k, rest_0 = 1, y_d = rest_d.
template <class S>
struct SimplexLaw {
  using Scalar = S;
  using V = math::Lanes<S>;
  static constexpr const char* name = "Simplex";
  static constexpr const char* expected = "positive numbers that sum to 1";

  static Index output_size(Index d) {
    require_at_least(name, "number of coordinates", d, 1);
    return d + 1;
  }
  static Index input_size(Index d) {
    if (d < 2) throw ShapeError(complaint(name, "number of coordinates of y", d, "at least 2"));
    return d - 1;
  }

  /// The log-determinant is that of the first d coordinates of y, which is sum_k log y_k over all d + 1.
  static V forward(const V* x, V* y, Index d) {
    V rest(S(1)), log_rest(S(0)), total(S(0));
    for (Index k = 0; k < d; ++k) {
      const V u = x[k] - offset(d - k);
      y[k] = rest * math::sigmoid(u);
      total += log_rest + math::log_sigmoid(u);
      rest *= math::sigmoid(-u);
      log_rest += math::log_sigmoid(-u);
    }
    y[d] = rest;
    return total + log_rest;
  }
  static void pull_forward(const V* x, const V* y, const V* g, V w, V* out, Index d) {
    V later = y[d] * g[d];  // sum of y g after k
    for (Index k = d - 1; k >= 0; --k) {
      const V u = x[k] - offset(d - k), z = math::sigmoid(u), here = y[k] * g[k];
      out[k] = here * math::sigmoid(-u) - z * later + w * (S(1) - static_cast<S>(d + 1 - k) * z);
      later += here;
    }
  }
  static V inverse(const V* y, V* x, Index d) {
    V rest = y[d], total = -math::log(y[d]);
    for (Index k = d - 1; k >= 0; --k) {
      x[k] = math::log(y[k] / rest) + offset(d - k);
      total -= math::log(y[k]);
      rest += y[k];
    }
    return total;
  }
  static void pull_inverse(const V* y, const V*, const V* g, V w, V* out, Index d) {
    V rest = y[d];
    for (Index k = d - 1; k >= 0; --k) {  // out_k is 1/rest_{k+1} for a while
      out[k] = S(1) / rest;
      rest += y[k];
    }
    V above(S(0));  // sum of g / rest before k
    for (Index k = 0; k < d; ++k) {
      const V of_rest = g[k] * out[k];
      out[k] = (g[k] - w) / y[k] - above;
      above += of_rest;
    }
    out[d] = -w / y[d] - above;
  }
  static auto outside(const V* y, Index d) {
    V total(S(0));
    auto bad = y[0] < S(0);
    for (Index k = 0; k <= d; ++k) {
      bad = bad | (y[k] < S(0));
      total += y[k];
    }
    return bad | (abs(total - S(1)) > slack());
  }
  static auto inside(const V* y, Index d) {
    V total(S(0));
    auto good = y[0] > S(0);
    for (Index k = 0; k <= d; ++k) {
      good = good & (y[k] > S(0));
      total += y[k];
    }
    return good & !(abs(total - S(1)) > slack());
  }

 private:
  static V offset(Index left) { return std::log(static_cast<S>(left)); }
  static V slack() { return std::sqrt(std::numeric_limits<S>::epsilon()); }
};
}  // namespace detail

/// Stick breaking: R^d to vectors of d + 1 positive numbers that sum to 1; x = 0 gives equal numbers (Stan reference manual,
/// "Unit simplex"). Log-determinant sum_k log y_k over all d + 1: volume is counted in the first d coordinates of y, as
/// Dirichlet densities do. `inverse` takes sums within sqrt(epsilon) of 1.
template <class S = double>
class Simplex : public detail::Columnwise<detail::SimplexLaw<S>> {};

}  // namespace variate

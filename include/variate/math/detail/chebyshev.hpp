#pragma once
/// K smooth functions on an interval by their Chebyshev series: many values for the price of a few hundred.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "variate/core/types.hpp"
#include "variate/math/lanes.hpp"

namespace variate::math::detail {

template <int K>
class Chebyshev {
 public:
  using L = Lanes<double>;
  using Values = std::array<L, static_cast<std::size_t>(K)>;

  /// f(points) gives the K values at a register of points. True if a series of at most `most` terms represents every function on
  /// [from, to] to about 1e-12 of its value everywhere, judged by its last coefficients.
  template <class F>
  bool fit(double from, double to, Index most, F f) {
    if (!(std::isfinite(from) && std::isfinite(to) && from < to)) return false;
    middle_ = 0.5 * (from + to);
    per_half_ = 2 / (to - from);
    for (Index n = 32; n <= most; n *= 2)
      if (fit_terms(n, f)) return true;
    return false;
  }

  /// The K values at registers of points of the interval, by Clenshaw's recurrence; several registers side by side, since each
  /// step waits for the one before.
  template <std::size_t Wide>
  [[gnu::always_inline]] std::array<Values, Wide> operator()(const std::array<L, Wide>& at) const {
    std::array<Values, Wide> next, after;
    std::array<L, Wide> t, twice;
    for (std::size_t i = 0; i < Wide; ++i) {
      t[i] = (at[i] - middle_) * per_half_;
      twice[i] = t[i] + t[i];
      next[i].fill(L(0.0));
      after[i].fill(L(0.0));
    }
    const double* c = coefficients_.data() + coefficients_.size();
    for (Index n = terms_ - 1; n > 0; --n) {
      c -= K;
      for (std::size_t k = 0; k < static_cast<std::size_t>(K); ++k)
        for (std::size_t i = 0; i < Wide; ++i) {
          const L now = multiply_add(twice[i], next[i][k], L(c[k]) - after[i][k]);
          after[i][k] = next[i][k];
          next[i][k] = now;
        }
    }
    c -= K;
    for (std::size_t k = 0; k < static_cast<std::size_t>(K); ++k)
      for (std::size_t i = 0; i < Wide; ++i) next[i][k] = multiply_add(t[i], next[i][k], L(c[k]) - after[i][k]);
    return next;
  }

 private:
  template <class F>
  bool fit_terms(Index n, F f) {
    const double step = 3.14159265358979323846 / static_cast<double>(n);
    std::vector<double> cosines(static_cast<std::size_t>(4 * n)), values(static_cast<std::size_t>(n * K));
    for (std::size_t i = 0; i < cosines.size(); ++i) cosines[i] = std::cos(0.5 * step * static_cast<double>(i));
    for (Index j = 0; j < n; j += L::size) {
      double points[L::size];
      for (Index i = 0; i < L::size; ++i)
        points[i] = middle_ + cosines[static_cast<std::size_t>(2 * std::min(j + i, n - 1) + 1)] / per_half_;
      const Values all = f(L::load(points));
      for (std::size_t k = 0; k < all.size(); ++k)
        for (Index i = 0; i < std::min<Index>(L::size, n - j); ++i)
          values[static_cast<std::size_t>((j + i) * K) + k] = all[k][static_cast<int>(i)];
    }
    terms_ = n;
    coefficients_.assign(static_cast<std::size_t>(n * K), 0);
    for (std::size_t k = 0; k < static_cast<std::size_t>(K); ++k) {
      double smallest = std::abs(values[k]), tail = 0;
      for (Index j = 0; j < n; ++j) {
        const double v = std::abs(values[static_cast<std::size_t>(j * K) + k]);
        if (!std::isfinite(v)) return false;
        smallest = std::min(smallest, v);
      }
      for (Index m = 0; m < n; ++m) {
        double sum = 0;
        for (Index j = 0; j < n; ++j)
          sum += values[static_cast<std::size_t>(j * K) + k] * cosines[static_cast<std::size_t>(m * (2 * j + 1) % (4 * n))];
        const double c = sum * (m == 0 ? 1.0 : 2.0) / static_cast<double>(n);
        coefficients_[static_cast<std::size_t>(m * K) + k] = c;
        if (m >= n - n / 8) tail = std::max(tail, std::abs(c));
      }
      // what is left out is about the last coefficients, and must not matter where the function is smallest
      if (!(tail <= 1e-12 * smallest)) return false;
    }
    return true;
  }

  double middle_ = 0, per_half_ = 1;
  Index terms_ = 0;
  std::vector<double> coefficients_;
};

}  // namespace variate::math::detail

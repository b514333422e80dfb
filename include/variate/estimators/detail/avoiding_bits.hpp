#pragma once
/// n draws of each bit that avoid one another, every pair of them alike (Dimitriev and Zhou 2021, section 3).
#include <cmath>
#include <cstddef>
#include <numbers>

#include "variate/core/types.hpp"
#include "variate/estimators/detail/relaxation.hpp"
#include "variate/math/detail/half_line.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/expm1.hpp"
#include "variate/math/log1p.hpp"
#include "variate/math/normal_cdf.hpp"
#include "variate/math/softplus.hpp"
#include "variate/random/exponentials.hpp"
#include "variate/random/fill.hpp"

namespace variate::detail {

/// Each bit's rarer value, of probability r = sigmoid(-|logit|), is what the draws avoid to share.
template <class T>
struct AvoidingBits {
  Batch<T> value;   ///< d x nB
  Batch<T> factor;  ///< d x B: 1/(1 - rho) = r (1 - r)/P(one draw is rare and another is not)
};

/// From `rare` (1 or 0, d x nB), for logits of either sign, in place.
template <class T>
void rare_to_bits(const Batch<T>& theta, Batch<T>& rare) {
  const Index points = theta.cols();
  for (Index c = 0; c < rare.cols(); c += points)
    rare.middleCols(c, points) =
        (theta.array() > T(0)).select(T(1) - rare.middleCols(c, points).array(), rare.middleCols(c, points).array());
}

/// d uniform on the simplex; draw s is rare if 1 - d_s < r^(1/m), m = n - 1. Two are with probability max(0, 2 r^(1/m) - 1)^m, so
/// that the factor is (1 - r)/(1 - max(0, 2 - r^(-1/m))^m). -log r is softplus(|logit|).
template <class T, class R>
AvoidingBits<T> simplex_bits(const Batch<T>& theta, R& rng, Index n) {
  using V = Packet<T>;
  const Index points = theta.cols(), cols = n * points;
  const T m = static_cast<T>(n - 1);
  AvoidingBits<T> draw;
  draw.factor = map_cells(theta, points, [&](V phi, const auto&) {
    const V size = math::abs(phi), over = math::expm1(math::softplus(size) / m);  // r^(-1/m) - 1
    const auto apart = over < T(1);
    const V log_base = math::log1p(-select(apart, over, V(T(0))));
    return math::sigmoid(size) / select(apart, -math::expm1(m * log_base), V(T(1)));
  });
  const Batch<T> cut =
      map_cells(theta, points, [&](V phi, const auto&) { return math::exp(-math::softplus(math::abs(phi)) / m); });

  // 1 - d of each is the others' sum over all: sums from the left and from the right, so that nothing cancels
  const Batch<T> clock = exponentials<T>(rng, theta.rows(), cols);
  Batch<T>& x = draw.value;
  x.resize(theta.rows(), cols);
  x.rightCols(points).setZero();
  for (Index c = cols - points; c > 0; c -= points)
    x.middleCols(c - points, points) = x.middleCols(c, points) + clock.middleCols(c, points);
  Batch<T> left = Batch<T>::Zero(theta.rows(), points);
  for (Index c = 0; c < cols; c += points) {
    auto others = x.middleCols(c, points).array();
    const auto own = clock.middleCols(c, points).array();
    others += left.array();
    left += clock.middleCols(c, points);
    others = (others < cut.array() * (others + own)).template cast<T>();
  }
  rare_to_bits(theta, x);
  return draw;
}

/// z normal with correlation -1/(n-1), the least possible; draw s is rare if z_s > h, P(z > h) = r. By Plackett's identity one of
/// two is rare alone with probability r (1 - r) + 1/(2 pi) int_0^asin(1/(n-1)) exp(-h^2/(1 - sin a)) da.
template <class T, class R>
AvoidingBits<T> normal_bits(const Batch<T>& theta, R& rng, Index n) {
  const Index points = theta.cols(), cols = n * points;
  AvoidingBits<T> draw{normals<T>(rng, theta.rows(), cols), Batch<T>(theta.rows(), points)};
  Batch<T> cut(theta.rows(), points);
  const double widest = std::asin(1 / static_cast<double>(n - 1));
  for (Index i = 0; i < theta.rows(); ++i)
    for (Index b = 0; b < points; ++b) {
      const double odds = std::exp(-std::abs(static_cast<double>(theta(i, b)))), most = 1 / (1 + odds), rare = odds * most;
      const double h = -math::normal_quantile(rare);
      double more = 0;  // than if they were independent; two are exactly opposite
      if (n == 2) more = rare * rare;
      else
        for (std::size_t j = 0; j < math::detail::rule_size; ++j)
          more += math::detail::rule_weights[j] * widest / (2 * std::numbers::pi) *
                  std::exp(-h * h / (1 - std::sin(widest * math::detail::rule_points[j])));
      draw.factor(i, b) = static_cast<T>(rare > 0 ? most / (most + more / rare) : 1);
      cut(i, b) = static_cast<T>(h);
    }
  Batch<T> mean = Batch<T>::Zero(theta.rows(), points);
  for (Index c = 0; c < cols; c += points) mean += draw.value.middleCols(c, points);
  mean /= static_cast<T>(n);
  const T spread = std::sqrt(static_cast<T>(n) / static_cast<T>(n - 1));
  for (Index c = 0; c < cols; c += points) {
    auto z = draw.value.middleCols(c, points).array();
    z = ((z - mean.array()) * spread > cut.array()).template cast<T>();
  }
  rare_to_bits(theta, draw.value);
  return draw;
}

}  // namespace variate::detail

#pragma once
/// Monotone maps of one coordinate with parameters of their own for each sample: what coupling cells and autoregressive layers
/// move coordinates by.
///
/// A `Transform` goes between x, the target side (samples, the integrand's variable), and z, the latent side. It is written for
/// registers: each lane is a sample, raw parameter j stands at raw[j * stride].
///
///   to_latent(raw, keep, stride, x, log_slope) -> z    evaluating a density: no equation to solve
///   to_target(raw, keep, stride, z, log_slope) -> x    sampling: its inverse
///   slopes(raw, keep, stride, slope, bend, live)       dz/dx, d log_slope/dx, and 0 where the image was cut off, else 1
///   pull(raw, keep, stride, a, b, of_raw) -> a dz/dx + b dlog_slope/dx, and the same by the raw parameters in of_raw
///
/// Both directions give log_slope = log dz/dx, may leave what they like in place of the raw parameters and in `kept()` numbers
/// more, and leave the same things, so that the way back never depends on the direction: the inverse x(z, raw) is differentiated
/// implicitly, dx/dz = 1/slope and dx/draw = -(dz/draw)/slope.
#include <array>
#include <concepts>
#include <limits>
#include <utility>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/math/lanes.hpp"

namespace variate {
namespace detail {

template <class T>
std::array<T, 2> whole_line() {
  return {-std::numeric_limits<T>::infinity(), std::numeric_limits<T>::infinity()};
}

/// Columns rounded up to whole registers.
template <class T>
Index whole_registers(Index cols) {
  constexpr Index width = math::native_lanes<T>;
  return (cols + width - 1) / width * width;
}

/// What is kept of coordinate i from column c of n on; some transforms keep nothing.
template <class Transform, class T>
[[gnu::always_inline]] inline T* kept_of(const Transform& transform, T* keep, Index i, Index n, Index c) {
  return transform.kept() == 0 ? keep : keep + i * transform.kept() * n + c;
}

/// k coordinates of n columns (whole registers), coordinate i in row rows[i] of the points, with raw parameters
/// i * parameters() ... and what is kept in i * kept() ... of theirs. Moves the points, adds log dz/dx to log_det.
template <bool latent, class Transform, class T = ScalarOf<Transform>>
[[gnu::noinline]] void transform_rows(const Transform& transform, const Index* rows, Index k, T* points, T* raw, T* keep,
                                      T* log_det, Index n) {
  using L = math::Lanes<T>;
  for (Index i = 0; i < k; ++i) {
    T* const point = points + rows[i] * n;
    for (Index c = 0; c < n; c += L::size) {
      T *const own = raw + i * transform.parameters() * n + c, *const kept = kept_of(transform, keep, i, n, c);
      L log_slope, image;
      if constexpr (latent) image = transform.to_latent(own, kept, n, L::load(point + c), log_slope);
      else image = transform.to_target(own, kept, n, L::load(point + c), log_slope);
      image.store(point + c);
      (L::load(log_det + c) + log_slope).store(log_det + c);
    }
  }
}

/// The way back of `transform_rows`: slopes by the images become slopes by the points, w is the weight of log dz/dx, and the
/// slopes by the raw parameters go to of_raw.
template <bool latent, class Transform, class T = ScalarOf<Transform>>
[[gnu::noinline]] void pull_rows(const Transform& transform, const Index* rows, Index k, T* slopes, const T* raw, const T* keep,
                                 const T* w, T* of_raw, Index n) {
  using L = math::Lanes<T>;
  for (Index i = 0; i < k; ++i) {
    T* const of_point = slopes + rows[i] * n;
    for (Index c = 0; c < n; c += L::size) {
      const Index at = i * transform.parameters() * n + c;
      const T* const kept = kept_of(transform, keep, i, n, c);
      const L weight = L::load(w + c);
      L g = L::load(of_point + c);
      if constexpr (latent) {
        g = transform.pull(raw + at, kept, n, g, weight, of_raw + at);
      } else {
        L slope, bend, live;
        transform.slopes(raw + at, kept, n, slope, bend, live);
        g = multiply_add(weight, bend, g) * live / slope;
        transform.pull(raw + at, kept, n, -g, weight, of_raw + at);
      }
      g.store(of_point + c);
    }
  }
}

}  // namespace detail

/// A monotone map of one coordinate, see above; `bounds()` is the interval that is mapped to itself.
template <class M>
concept Transform = std::copy_constructible<M> && requires(const M& m, ScalarOf<M>* at, Index stride,
                                                           math::Lanes<ScalarOf<M>> v) {
  { m.parameters() } -> std::same_as<Index>;
  { m.kept() } -> std::same_as<Index>;
  { m.bounds() } -> std::same_as<std::array<ScalarOf<M>, 2>>;
  { m.to_latent(at, at, stride, v, v) } -> std::same_as<math::Lanes<ScalarOf<M>>>;
  { m.to_target(at, at, stride, v, v) } -> std::same_as<math::Lanes<ScalarOf<M>>>;
  { m.pull(at, at, stride, v, v, at) } -> std::same_as<math::Lanes<ScalarOf<M>>>;
  m.slopes(at, at, stride, v, v, v);
};

/// What `transform_to_latent` and `transform_to_target` leave.
template <class Map, bool latent>
class TransformImage {
 public:
  /// Of the numbers.
  using T = ScalarOf<Map>;
  Batch<T> value;  ///< k x n
  Row<T> log_det;  ///< 1 x n: of the map that was asked for, summed over the k coordinates

  /// Made by the two functions below.
  TransformImage(const char* function, Map transform, const Batch<T>& points, const Batch<T>& raw)
      : transform_(std::move(transform)) {
    const Index k = points.rows(), n = points.cols(), wide = detail::whole_registers<T>(n);
    detail::require_size(function, "rows of raw", raw.rows(), k * transform_.parameters());
    detail::require_size(function, "columns of raw", raw.cols(), n);
    for (Index i = 0; i < k; ++i) rows_.push_back(i);
    raw_ = Batch<T>::Zero(raw.rows(), wide);
    raw_.leftCols(n) = raw;
    kept_.resize(k * transform_.kept(), wide);
    Batch<T> moved = Batch<T>::Constant(k, wide, T(0.5));
    moved.leftCols(n) = points;
    Row<T> log_slope = Row<T>::Zero(wide);
    detail::transform_rows<latent>(transform_, rows_.data(), k, moved.data(), raw_.data(), kept_.data(), log_slope.data(), wide);
    value = moved.leftCols(n);
    log_det = log_slope.head(n);
    if (!latent) log_det = -log_det;
  }

  /// (dvalue/dpoints)^T g + w dlog_det/dpoints (k x n), and the same by the raw parameters in of_raw (resized).
  Batch<T> pullback(const Batch<T>& g, const Row<T>& w, Batch<T>& of_raw) const {
    detail::require_size(Map::name, "rows of g", g.rows(), value.rows());
    detail::require_size(Map::name, "columns of g", g.cols(), value.cols());
    detail::require_size(Map::name, "number of weights", w.size(), value.cols());
    const Index n = value.cols(), wide = raw_.cols();
    Batch<T> slopes = Batch<T>::Zero(g.rows(), wide), all(raw_.rows(), wide);
    Row<T> weights = Row<T>::Zero(wide);
    slopes.leftCols(n) = g;
    weights.head(n) = w;
    if (!latent) weights = -weights;
    detail::pull_rows<latent>(transform_, rows_.data(), g.rows(), slopes.data(), raw_.data(), kept_.data(), weights.data(),
                              all.data(), wide);
    of_raw = all.leftCols(n);
    return slopes.leftCols(n);
  }

 private:
  Map transform_;
  std::vector<Index> rows_;
  Batch<T> raw_, kept_;
};

/// z of x (k x n) with the raw parameters of each point (k parameters() x n, those of one coordinate together), and the way back.
/// ShapeError if they do not fit.
template <Transform Map>
TransformImage<Map, true> transform_to_latent(const Map& transform, const Batch<ScalarOf<Map>>& x,
                                              const Batch<ScalarOf<Map>>& raw) {
  return {"transform_to_latent", transform, x, raw};
}
/// x of z, the inverse; its way back is implicit.
template <Transform Map>
TransformImage<Map, false> transform_to_target(const Map& transform, const Batch<ScalarOf<Map>>& z,
                                               const Batch<ScalarOf<Map>>& raw) {
  return {"transform_to_target", transform, z, raw};
}

}  // namespace variate

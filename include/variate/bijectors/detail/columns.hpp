#pragma once
/// `Columnwise<Law>`: a bijector that mixes the coordinates of a column. A law is written for one column, on `math::Lanes`, so
/// that a register of columns goes through it together:
///   Scalar, name, expected (what an image point is, for messages)
///   output_size(d), input_size(d')
///   forward(x, y, d) -> log_det                     writes y
///   pull_forward(x, y, g, w, out, d)                writes out = (dy/dx)^T g + w dlog_det/dx
///   inverse(y, x, d) -> log_det of the inverse      writes x
///   pull_inverse(y, x, g, w, out, d)                writes out = (dx/dy)^T g + w dlog_det/dy
///   outside(y, d) -> mask                           true where y is not in the closure of the image (false for NaN)
///   inside(y, d) -> mask                            true where y is strictly inside (false for NaN)
#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "variate/bijectors/bijector.hpp"
#include "variate/math/lanes.hpp"

namespace variate::detail {

/// Registers of columns j, j + 1, ... of a batch. Lanes to spare repeat column j.
template <class T>
void load_columns(const Batch<T>& from, Index j, Index count, math::Lanes<T>* to) {
  using V = math::Lanes<T>;
  for (Index i = 0; i < from.rows(); ++i) {
    const T* at = from.data() + i * from.cols() + j;
    to[i] = count == V::size ? V::load(at) : V::load(at, count, *at);
  }
}
template <class T>
void store_columns(const math::Lanes<T>* from, Index j, Index count, Batch<T>& to) {
  for (Index i = 0; i < to.rows(); ++i) from[i].store(to.data() + i * to.cols() + j, count);
}
template <class T>
std::vector<math::Lanes<T>> registers(Index n) {
  return std::vector<math::Lanes<T>>(static_cast<std::size_t>(n));
}
/// f(first column, how many) for every register of columns.
template <class T, class F>
void over_columns(Index cols, F f) {
  constexpr Index n = math::Lanes<T>::size;
  for (Index j = 0; j < cols; j += n) f(j, std::min(n, cols - j));
}

/// What a columnwise map leaves. It keeps the points and their images.
template <class Law, bool forwards>
class ColumnwiseImage {
 public:
  using T = typename Law::Scalar;
  using V = math::Lanes<T>;
  Batch<T> value;  ///< rows of the image x n
  Row<T> log_det;  ///< 1 x n

  /// (dvalue/dx)^T g + w dlog_det/dx.
  Batch<T> pullback(const Batch<T>& g, const Row<T>& w) const {
    require_pullback(Law::name, value, g, w);
    const Index d = forwards ? from_.rows() : value.rows();
    Batch<T> out(from_.rows(), from_.cols());
    auto x = registers<T>(from_.rows()), y = registers<T>(value.rows());
    auto gs = registers<T>(value.rows()), to = registers<T>(from_.rows());
    over_columns<T>(from_.cols(), [&](Index j, Index count) {
      load_columns(from_, j, count, x.data());
      load_columns(value, j, count, y.data());
      load_columns(g, j, count, gs.data());
      const V weight = V::load(w.data() + j, count, T(0));
      if constexpr (forwards) Law::pull_forward(x.data(), y.data(), gs.data(), weight, to.data(), d);
      else Law::pull_inverse(x.data(), y.data(), gs.data(), weight, to.data(), d);
      store_columns(to.data(), j, count, out);
    });
    return out;
  }

 private:
  template <class> friend class Columnwise;
  ColumnwiseImage(const Batch<T>& from, Index rows) : value(rows, from.cols()), log_det(from.cols()), from_(from) {
    auto x = registers<T>(from.rows()), y = registers<T>(rows);
    over_columns<T>(from.cols(), [&](Index j, Index count) {
      load_columns(from, j, count, x.data());
      V total;
      if constexpr (forwards) total = Law::forward(x.data(), y.data(), from.rows());
      else total = Law::inverse(x.data(), y.data(), rows);
      store_columns(y.data(), j, count, value);
      total.store(log_det.data() + j, count);
    });
  }

  Batch<T> from_;
};

template <class Law>
class Columnwise {
 public:
  using Scalar = typename Law::Scalar;
  using V = math::Lanes<Scalar>;

  /// Coordinates of the image of d coordinates. ShapeError if there is none.
  Index output_size(Index d) const { return Law::output_size(d); }
  /// Coordinates that an image of d coordinates comes from. ShapeError if there are none.
  Index input_size(Index d) const { return Law::input_size(d); }

  /// The map, its log-determinants, and the way back.
  ColumnwiseImage<Law, true> forward(const Batch<Scalar>& x) const { return {x, output_size(x.rows())}; }
  ColumnwiseImage<Law, false> inverse(const Batch<Scalar>& y) const {
    const Index d = input_size(y.rows());
    require_inside(y, d);
    return {y, d};
  }
  /// Only the values.
  Batch<Scalar> value(const Batch<Scalar>& x) const { return std::move(forward(x).value); }
  Batch<Scalar> inverse_value(const Batch<Scalar>& y) const { return std::move(inverse(y).value); }

  /// 1 for columns of finite numbers.
  Row<Scalar> in_domain(const Batch<Scalar>& x) const {
    output_size(x.rows());
    return finite_columns(x);
  }
  /// 1 for columns strictly inside the image.
  Row<Scalar> in_image(const Batch<Scalar>& y) const {
    const Index d = input_size(y.rows());
    Row<Scalar> good = finite_columns(y);
    auto column = registers<Scalar>(y.rows());
    over_columns<Scalar>(y.cols(), [&](Index j, Index count) {
      load_columns(y, j, count, column.data());
      const auto in = Law::inside(column.data(), d);
      for (Index k = 0; k < count; ++k)
        if (!in[static_cast<int>(k)]) good[j + k] = 0;
    });
    return good;
  }

 private:
  static void require_inside(const Batch<Scalar>& y, Index d) {
    auto column = registers<Scalar>(y.rows());
    over_columns<Scalar>(y.cols(), [&](Index j, Index count) {
      load_columns(y, j, count, column.data());
      const auto out = Law::outside(column.data(), d);
      for (Index k = 0; k < count; ++k)
        if (out[static_cast<int>(k)]) [[unlikely]]
          throw DomainError(
              complaint(Law::name, "column " + std::to_string(j + k) + " of y", column_text(y, j + k), Law::expected));
    });
  }
};

}  // namespace variate::detail

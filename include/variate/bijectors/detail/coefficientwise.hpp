#pragma once
/// `Coefficientwise<Law>`: a bijector that moves each coordinate by itself. All that one must say is the arithmetic of one
/// coordinate.
///
/// A law is a struct of static functions on `math::Lanes`:
///   Scalar, name, constants (numbers kept for each coordinate, or once for all)
///   forward(x, c), inverse(y, c) -> Local     the map, and how it stretches there
///   domain(c), image(c) -> Bounds             the open intervals it maps to each other
#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>

#include "variate/bijectors/bijector.hpp"
#include "variate/math/lanes.hpp"

namespace variate::detail {

/// f, log |f'|, f', and d log |f'| / dx.
template <class V>
struct Local {
  V value, log_slope, slope, bend;
};
/// An open interval.
template <class V>
struct Bounds {
  V low, high;
};
template <class V>
Bounds<V> everywhere() {
  constexpr auto inf = std::numeric_limits<typename V::Scalar>::infinity();
  return {V(-inf), V(inf)};
}

/// What a coefficientwise map leaves: slopes and bends are kept, so the way back is two multiplications.
template <class Law>
class CoefficientwiseImage {
 public:
  using T = typename Law::Scalar;
  Batch<T> value;  ///< d x n
  Row<T> log_det;  ///< 1 x n

  /// g slope + w bend.
  Batch<T> pullback(const Batch<T>& g, const Row<T>& w) const {
    require_pullback(Law::name, value, g, w);
    Batch<T> out(value.rows(), value.cols());
    for (Index i = 0; i < out.rows(); ++i)
      out.row(i).array() = g.row(i).array() * slope_.row(i).array() + w.array() * bend_.row(i).array();
    return out;
  }

 private:
  template <class> friend class Coefficientwise;
  Batch<T> slope_, bend_;
};

template <class Law>
class Coefficientwise {
 public:
  using Scalar = typename Law::Scalar;
  using Image = CoefficientwiseImage<Law>;

  /// Coordinates stay as many as they are.
  Index output_size(Index d) const { return checked_size(d); }
  Index input_size(Index d) const { return checked_size(d); }

  /// The map, its log-determinants, and the way back.
  Image forward(const Batch<Scalar>& x) const {
    require_inside("x", x, Domain());
    return mapped(x, Forward());
  }
  Image inverse(const Batch<Scalar>& y) const {
    require_inside("y", y, Range());
    return mapped(y, Backward());
  }
  /// Only the values.
  Batch<Scalar> value(const Batch<Scalar>& x) const {
    require_inside("x", x, Domain());
    return values(x, Forward());
  }
  Batch<Scalar> inverse_value(const Batch<Scalar>& y) const {
    require_inside("y", y, Range());
    return values(y, Backward());
  }
  /// 1 for columns strictly inside.
  Row<Scalar> in_domain(const Batch<Scalar>& x) const { return inside(x, Domain()); }
  Row<Scalar> in_image(const Batch<Scalar>& y) const { return inside(y, Range()); }

 protected:
  using V = math::Lanes<Scalar>;
  using C = std::array<V, static_cast<std::size_t>(Law::constants)>;

  Coefficientwise() : constants_(Law::constants, 1) {}
  /// One column of constants for each coordinate, or one for all.
  explicit Coefficientwise(Batch<Scalar> constants) : constants_(std::move(constants)) {}
  const Batch<Scalar>& constants() const { return constants_; }

 private:
  struct Forward {
    Local<V> operator()(V x, const C& c) const { return Law::forward(x, c); }
  };
  struct Backward {
    Local<V> operator()(V y, const C& c) const { return Law::inverse(y, c); }
  };
  struct Domain {
    Bounds<V> operator()(const C& c) const { return Law::domain(c); }
  };
  struct Range {
    Bounds<V> operator()(const C& c) const { return Law::image(c); }
  };

  Index checked_size(Index d) const {
    require_at_least(Law::name, "number of coordinates", d, 1);
    if (constants_.cols() > 1) require_size(Law::name, "number of coordinates", d, constants_.cols());
    return d;
  }

  /// f(c, slice of row i, first column, how many) for all registers.
  template <class F>
  void walk(const Batch<Scalar>& x, F f) const {
    checked_size(x.rows());
    for (Index i = 0; i < x.rows(); ++i) {
      C c;
      for (std::size_t k = 0; k < c.size(); ++k) c[k] = V(constants_(static_cast<Index>(k), constants_.cols() > 1 ? i : 0));
      const Scalar* row = x.data() + i * x.cols();
      for (Index j = 0; j < x.cols(); j += V::size) {
        const Index count = std::min<Index>(V::size, x.cols() - j);
        f(c, count == V::size ? V::load(row + j) : V::load(row + j, count, row[j]), i, j, count);
      }
    }
  }
  static void put(V v, Batch<Scalar>& to, Index i, Index j, Index count) {
    Scalar* at = to.data() + i * to.cols() + j;
    if (count == V::size) v.store(at);
    else v.store(at, count);
  }

  template <class Map>
  Image mapped(const Batch<Scalar>& x, Map map) const {
    Image image;
    image.log_det = Row<Scalar>::Zero(x.cols());
    for (Batch<Scalar>* part : {&image.value, &image.slope_, &image.bend_}) part->resize(x.rows(), x.cols());
    walk(x, [&](const C& c, V v, Index i, Index j, Index count) {
      const Local<V> at = map(v, c);
      put(at.value, image.value, i, j, count);
      put(at.slope, image.slope_, i, j, count);
      put(at.bend, image.bend_, i, j, count);
      Scalar* total = image.log_det.data() + j;
      (V::load(total, count, Scalar(0)) + at.log_slope).store(total, count);
    });
    return image;
  }
  template <class Map>
  Batch<Scalar> values(const Batch<Scalar>& x, Map map) const {
    Batch<Scalar> out(x.rows(), x.cols());
    walk(x, [&](const C& c, V v, Index i, Index j, Index count) { put(map(v, c).value, out, i, j, count); });
    return out;
  }
  template <class Where>
  Row<Scalar> inside(const Batch<Scalar>& x, Where where) const {
    Row<Scalar> good = Row<Scalar>::Ones(x.cols());
    walk(x, [&](const C& c, V v, Index, Index j, Index count) {
      const Bounds<V> b = where(c);
      const V in = select((v > b.low) & (v < b.high), V(Scalar(1)), V(Scalar(0)));
      Scalar* at = good.data() + j;
      (V::load(at, count, Scalar(0)) * in).store(at, count);
    });
    return good;
  }
  /// The closed interval and NaN pass.
  template <class Where>
  void require_inside(const char* argument, const Batch<Scalar>& x, Where where) const {
    walk(x, [&](const C& c, V v, Index i, Index j, Index count) {
      const Bounds<V> b = where(c);
      if (any((v < b.low) | (v > b.high))) [[unlikely]]
        for (Index k = 0; k < count; ++k)
          if (v[static_cast<int>(k)] < b.low[0] || v[static_cast<int>(k)] > b.high[0])
            throw DomainError(complaint(Law::name,
                                        std::string(argument) + "(" + std::to_string(i) + ", " + std::to_string(j + k) + ")",
                                        v[static_cast<int>(k)], "in [" + to_text(b.low[0]) + ", " + to_text(b.high[0]) + "]"));
    });
  }

  Batch<Scalar> constants_;  ///< one row a constant
};

}  // namespace variate::detail

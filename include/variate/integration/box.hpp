#pragma once
/// Where an integral is taken, and how a user's function is called.
#include <cmath>
#include <concepts>
#include <cstddef>
#include <utility>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/parallel/chunks.hpp"
#include "variate/parallel/executor.hpp"

namespace variate {

/// The product of the intervals [lower_i, upper_i].
class Box {
 public:
  /// The unit cube. Throws InvalidArgument if dimension < 1.
  explicit Box(Index dimension) {
    detail::require_at_least("Box", "dimension", dimension, 1);
    lower_ = Vector<double>::Zero(dimension);
    upper_ = Vector<double>::Ones(dimension);
  }
  /// Throws ShapeError if the sizes differ, InvalidArgument for no dimension or a bound that is not finite, DomainError unless
  /// lower_i < upper_i.
  Box(Vector<double> lower, Vector<double> upper) : lower_(std::move(lower)), upper_(std::move(upper)) {
    detail::require_at_least("Box", "dimension", lower_.size(), 1);
    detail::require_size("Box", "size of upper", upper_.size(), lower_.size());
    detail::require_finite("Box", "lower", lower_);
    detail::require_finite("Box", "upper", upper_);
    for (Index i = 0; i < lower_.size(); ++i)
      if (!(lower_[i] < upper_[i]))
        throw DomainError(
            detail::complaint("Box", "upper(" + std::to_string(i) + ")", upper_[i],
                              "more than lower(" + std::to_string(i) + "), which is " + detail::to_text(lower_[i])));
    if (!std::isfinite(volume())) throw InvalidArgument(detail::complaint("Box", "volume", volume(), "a finite number"));
  }

  Index dimension() const { return lower_.size(); }
  const Vector<double>& lower() const { return lower_; }  ///< d numbers
  const Vector<double>& upper() const { return upper_; }  ///< d numbers
  double volume() const { return (upper_ - lower_).prod(); }
  /// Points of the unit cube (d x n) in the box. Throws ShapeError for another d.
  Batch<double> from_unit(const Batch<double>& u) const {
    detail::require_size("Box::from_unit", "rows of u", u.rows(), dimension());
    Batch<double> x(u.rows(), u.cols());
    for (Index i = 0; i < u.rows(); ++i) x.row(i) = lower_[i] + (upper_[i] - lower_[i]) * u.row(i).array();
    return x;
  }

 private:
  Vector<double> lower_, upper_;
};

/// A function of a batch of points (d x n, one column a point) that gives n numbers.
template <class F>
concept BatchFunction = requires(const F& f, const Batch<double>& x) {
  { f(x) } -> std::convertible_to<Row<double>>;
};
/// A function of one point (a vector of d numbers) that gives a number.
template <class F>
concept PointFunction = !BatchFunction<F> && requires(const F& f, const Vector<double>& x) {
  { f(x) } -> std::convertible_to<double>;
};

namespace detail {
template <class F>
Row<double> values_point_by_point(const F& f, const Batch<double>& x) {
  Row<double> value(x.cols());
  Vector<double> point(x.rows());
  for (Index c = 0; c < x.cols(); ++c) {
    for (Index i = 0; i < x.rows(); ++i) point[i] = x(i, c);
    value[c] = static_cast<double>(f(std::as_const(point)));
  }
  return value;
}
}  // namespace detail

/// f of one point as a function of a batch. Not needed unless f would compile with a batch too.
template <class F>
struct PointByPoint {
  F f;
  Row<double> operator()(const Batch<double>& x) const { return detail::values_point_by_point(f, x); }
};
/// f(Vector) as a function of a batch.
template <class F>
PointByPoint<F> point_by_point(F f) {
  return {std::move(f)};
}

/// f(x_1, ..., x_d) of d numbers as a function of a batch with d rows. Made by `by_arguments<d>(f)`.
template <std::size_t d, class F>
struct ByArguments {
  F f;
  /// Throws ShapeError if x has another number of rows.
  Row<double> operator()(const Batch<double>& x) const {
    detail::require_size("by_arguments", "rows of x", x.rows(), static_cast<Index>(d));
    Row<double> value(x.cols());
    for (Index c = 0; c < x.cols(); ++c)
      value[c] = [&]<std::size_t... i>(std::index_sequence<i...>) {
        return static_cast<double>(f(x(static_cast<Index>(i), c)...));
      }(std::make_index_sequence<d>{});
    return value;
  }
};
/// A function of d numbers as a function of a batch.
template <std::size_t d, class F>
ByArguments<d, F> by_arguments(F f) {
  return {std::move(f)};
}

namespace detail {

/// The values of a user's function, whichever way it is called. Throws ShapeError unless there is one for each column.
template <class F>
Row<double> integrand_values(const F& f, const Batch<double>& x) {
  static_assert(BatchFunction<F> || PointFunction<F>,
                "the integrand must be callable on a batch and give one number a column, Row<double> f(const Batch<double>& x) "
                "with a column of d rows for each point, or on one point, double f(const Vector<double>& x).");
  if constexpr (BatchFunction<F>) {
    Row<double> value = f(x);
    require_size("integrate", "number of values of the integrand", value.size(), x.cols());
    return value;
  } else if constexpr (PointFunction<F>) {
    return values_point_by_point(f, x);
  } else {
    return {};
  }
}

/// The same in pieces of `chunk` columns on an executor: the same bits for any number of threads.
template <class F, Executor E>
Row<double> integrand_values(const F& f, const Batch<double>& x, E& executor, Index chunk) {
  const Chunks chunks(x.cols(), chunk);
  if (chunks.count() <= 1) return integrand_values(f, x);
  Row<double> value(x.cols());
  executor.for_each(chunks.count(), [&](Index i) {
    const Batch<double> part = x.middleCols(chunks.begin(i), chunks.length(i));
    value.segment(chunks.begin(i), chunks.length(i)) = integrand_values(f, part);
  });
  return value;
}

/// An executor that is borrowed, or the serial one, which needs no owner.
template <Executor E>
class ExecutorHandle {
 public:
  ExecutorHandle(E& executor) : executor_(&executor) {}  // NOLINT: stands for it
  E& get() const { return *executor_; }

 private:
  E* executor_;
};
template <>
class ExecutorHandle<SerialExecutor> {
 public:
  ExecutorHandle() = default;
  ExecutorHandle(SerialExecutor&) {}  // NOLINT: stands for it
  SerialExecutor get() const { return {}; }
};

}  // namespace detail

/// f on a box, as a function of the unit cube: f(lower + u (upper - lower)) times the volume.
template <class F>
struct OnBox {
  F f;
  Box box;
  Row<double> operator()(const Batch<double>& u) const { return detail::integrand_values(f, box.from_unit(u)) * box.volume(); }
};
/// The same integral over the unit cube.
template <class F>
OnBox<F> on_box(F f, Box box) {
  return {std::move(f), std::move(box)};
}

}  // namespace variate

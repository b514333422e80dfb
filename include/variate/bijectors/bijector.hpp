#pragma once
/// Bijectors: maps between all of R^d and where a model's unknowns live, with log-determinants and ways back.
///
/// `forward(x)` takes points as columns (d x n) and leaves an image: `.value` (d' x n), `.log_det` (1 x n), and `.pullback(g,
/// w)`, which is (dvalue/dx)^T g + w dlog_det/dx, column by column: what a density needs (g from the density's slope, w its
/// weight) and, with w = 0, what a draw needs. `inverse(y)` is the same for the inverse map. An image owns what it needs; it
/// borrows nothing.
///
/// `log_det` is log |det dvalue/dx|. Where d' differs from d (simplex, unit vector, correlation factor) the image is a surface,
/// and each bijector says by which measure on it volume is counted. There the inverse is continued off the surface, so only the
/// part of the inverse's pullback that is tangential to the surface means anything.
///
/// Points outside: `inverse` throws DomainError naming the point; a point on the boundary of the image comes from infinity, and
/// gives the limit (+-infinity, log_det infinite). NaN goes through as NaN. `in_image` says which columns are strictly inside.
#include <concepts>
#include <string>
#include <string_view>
#include <utility>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"

namespace variate {

/// What a map leaves: values, log-determinants, and the way back.
template <class I, class T>
concept BijectorImage = requires(const I& i, const Batch<T>& g, const Row<T>& w) {
  { i.value } -> std::convertible_to<Batch<T>>;
  { i.log_det } -> std::convertible_to<Row<T>>;
  { i.pullback(g, w) } -> std::convertible_to<Batch<T>>;
};

/// A copyable, invertible map of columns. `value` and `inverse_value` give only the values, and keep nothing for the way back.
/// `output_size(d)` and `input_size(d')` throw ShapeError for sizes it cannot take. `in_domain` and `in_image` (1 x n) are 1
/// for columns that are finite and strictly inside where the map, or its inverse, is defined, else 0.
template <class B>
concept Bijector = std::copy_constructible<B> &&
    requires(const B& b, const Batch<ScalarOf<B>>& x, Index d) {
      { b.forward(x) } -> BijectorImage<ScalarOf<B>>;
      { b.inverse(x) } -> BijectorImage<ScalarOf<B>>;
      { b.value(x) } -> std::convertible_to<Batch<ScalarOf<B>>>;
      { b.inverse_value(x) } -> std::convertible_to<Batch<ScalarOf<B>>>;
      { b.in_domain(x) } -> std::convertible_to<Row<ScalarOf<B>>>;
      { b.in_image(x) } -> std::convertible_to<Row<ScalarOf<B>>>;
      { b.output_size(d) } -> std::same_as<Index>;
      { b.input_size(d) } -> std::same_as<Index>;
    };

/// What `forward` and `inverse` leave.
template <class B>
using ForwardOf = decltype(std::declval<const B&>().forward(std::declval<const Batch<ScalarOf<B>>&>()));
template <class B>
/// What `inverse` of a bijector answers.
using InverseOf = decltype(std::declval<const B&>().inverse(std::declval<const Batch<ScalarOf<B>>&>()));

namespace detail {

/// What is pulled back has the shape of the value.
template <class T>
void require_pullback(std::string_view name, const Batch<T>& value, const Batch<T>& g, const Row<T>& w) {
  require_size(name, "rows of g", g.rows(), value.rows());
  require_size(name, "columns of g", g.cols(), value.cols());
  require_size(name, "number of weights", w.size(), value.cols());
}

/// 1 for columns without infinities and NaN, else 0.
template <class T>
Row<T> finite_columns(const Batch<T>& x) {
  Row<T> good(x.cols());
  for (Index j = 0; j < x.cols(); ++j) good[j] = static_cast<T>(x.col(j).allFinite());
  return good;
}

/// Where good is 1, it becomes what test(those columns) says.
template <class T, class Test>
void refine(Row<T>& good, const Batch<T>& x, Test test) {
  const auto count = static_cast<Index>((good.array() != 0).count());
  if (count == 0) return;
  Batch<T> some(x.rows(), count);
  for (Index j = 0, k = 0; j < x.cols(); ++j)
    if (good[j] != 0) some.col(k++) = x.col(j);
  const Row<T> of_some = test(some);
  for (Index j = 0, k = 0; j < x.cols(); ++j)
    if (good[j] != 0) good[j] = of_some[k++];
}

/// Column j for a message: "(1, 2.5, nan)".
template <class T>
std::string column_text(const Batch<T>& x, Index j) {
  constexpr Index most = 8;
  std::string text = "(";
  for (Index i = 0; i < x.rows() && i < most; ++i) text.append(i ? ", " : "").append(to_text(x(i, j)));
  return text.append(x.rows() > most ? ", ...)" : ")");
}

}  // namespace detail
}  // namespace variate

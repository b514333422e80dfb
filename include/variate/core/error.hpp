#pragma once
/// Errors of the caller: which function, which argument, its value, what was expected. Numbers that go bad during a run are
/// never exceptions (see `Step` and `Status`).
#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

#include "variate/core/finite.hpp"
#include "variate/core/types.hpp"

namespace variate {

/// Base of everything variate throws.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};
/// A value that makes no sense whatever the mathematics: a count of zero, NaN in data, an unknown option.
class InvalidArgument : public Error {
 public:
  using Error::Error;
};
/// A value outside the mathematical range of its argument: a scale that is not positive.
class DomainError : public Error {
 public:
  using Error::Error;
};
/// Sizes that do not fit together.
class ShapeError : public Error {
 public:
  using Error::Error;
};

namespace detail {

template <class X>
std::string to_text(const X& x) {
  if constexpr (std::is_floating_point_v<X>) {
    char text[40];
    std::snprintf(text, sizeof text, "%.9g", static_cast<double>(x));
    return text;
  } else if constexpr (std::is_arithmetic_v<X>) {
    return std::to_string(x);
  } else {
    return std::string(std::string_view(x));
  }
}

/// "function: argument is value, expected what".
template <class X>
std::string complaint(std::string_view function, std::string_view argument, const X& value, std::string_view expected) {
  std::string text(function);
  text.append(": ").append(argument).append(" is ").append(to_text(value)).append(", expected ").append(expected);
  return text;
}

/// Throws `E` naming the first coefficient that fails the test, as argument(i) or argument(i, j).
template <class E, class Derived, class Test>
void require_each(std::string_view function, std::string_view argument, const Eigen::DenseBase<Derived>& values,
                  std::string_view expected, Test&& good) {
  for (Index i = 0; i < values.rows(); ++i)
    for (Index j = 0; j < values.cols(); ++j)
      if (!good(values.derived().coeff(i, j))) [[unlikely]] {
        std::string name(argument);
        name.append("(").append(std::to_string(values.cols() == 1 || values.rows() > 1 ? i : j));
        if (values.cols() > 1 && values.rows() > 1) name.append(", ").append(std::to_string(j));
        throw E(complaint(function, name.append(")"), values.derived().coeff(i, j), expected));
      }
}

template <class Derived>
void require_finite(std::string_view function, std::string_view argument, const Eigen::DenseBase<Derived>& values) {
  if (all_finite(values)) return;
  require_each<InvalidArgument>(function, argument, values, "a finite number", [](auto v) { return std::isfinite(v); });
}
template <class T>
  requires std::is_floating_point_v<T>
void require_finite(std::string_view function, std::string_view argument, T value) {
  if (!std::isfinite(value)) throw InvalidArgument(complaint(function, argument, value, "a finite number"));
}

template <class Derived>
void require_positive(std::string_view function, std::string_view argument, const Eigen::DenseBase<Derived>& values) {
  require_each<DomainError>(function, argument, values, "a positive finite number",
                            [](auto v) { return v > 0 && std::isfinite(v); });
}
template <class T>
  requires std::is_arithmetic_v<T>
void require_positive(std::string_view function, std::string_view argument, T value) {
  if (!(value > 0) || !std::isfinite(static_cast<double>(value)))
    throw DomainError(complaint(function, argument, value, "a positive finite number"));
}

/// Counts: at least `least`, or InvalidArgument.
inline void require_at_least(std::string_view function, std::string_view argument, Index value, Index least) {
  if (value < least)
    throw InvalidArgument(complaint(function, argument, value, "at least " + std::to_string(least)));
}

/// Sizes: exactly `expected`, or ShapeError.
inline void require_size(std::string_view function, std::string_view argument, Index value, Index expected) {
  if (value != expected) throw ShapeError(complaint(function, argument, value, std::to_string(expected)));
}

/// Columns of a batch: a multiple of the number of data points, or ShapeError.
inline void require_multiple(std::string_view function, std::string_view argument, Index value, Index of) {
  if (of < 1 || value % of != 0)
    throw ShapeError(complaint(function, argument, value, "a multiple of the " + std::to_string(of) + " data points"));
}

}  // namespace detail
}  // namespace variate

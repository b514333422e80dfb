#include "variate/core/error.hpp"

#include <cmath>
#include <limits>

#include "support/catch.hpp"

using variate::Batch;
using variate::Vector;

namespace {

template <class E, class F>
std::string message(F&& f) {
  try {
    f();
  } catch (const E& error) {
    return error.what();
  }
  return "nothing was thrown";
}

}  // namespace

TEST_CASE("a complaint names function, argument, value and expectation", "[core]") {
  CHECK(variate::detail::complaint("f", "x", 0.5, "more") == "f: x is 0.5, expected more");
  CHECK(variate::detail::complaint("f", "n", 3, "more") == "f: n is 3, expected more");
  CHECK(variate::detail::complaint("f", "name", "red", "blue") == "f: name is red, expected blue");
}

TEST_CASE("the first bad coefficient is named by its place", "[core]") {
  const Vector<double> v{{1.0, -2.0, 0.0}};
  CHECK(message<variate::DomainError>([&] { variate::detail::require_positive("Normal", "scale", v); }) ==
        "Normal: scale(1) is -2, expected a positive finite number");
  const Batch<double> m{{1.0, 2.0}, {3.0, NAN}};
  CHECK(message<variate::InvalidArgument>([&] { variate::detail::require_finite("fit", "data", m); }) ==
        "fit: data(1, 1) is nan, expected a finite number");
  const variate::Row<double> row{{1.0, INFINITY}};
  CHECK(message<variate::InvalidArgument>([&] { variate::detail::require_finite("fit", "w", row); }) ==
        "fit: w(1) is inf, expected a finite number");
  CHECK_NOTHROW(variate::detail::require_finite("fit", "data", Vector<double>()));
}

TEST_CASE("numbers, counts and sizes", "[core]") {
  using namespace variate::detail;
  CHECK_NOTHROW(require_positive("f", "rate", 0.1));
  CHECK_THROWS_AS(require_positive("f", "rate", 0.0), variate::DomainError);
  CHECK_THROWS_AS(require_positive("f", "rate", std::numeric_limits<double>::infinity()), variate::DomainError);
  CHECK_THROWS_AS(require_positive("f", "rate", std::nan("")), variate::DomainError);
  CHECK_THROWS_AS(require_finite("f", "rate", std::nan("")), variate::InvalidArgument);
  CHECK_NOTHROW(require_at_least("f", "n", 2, 2));
  CHECK(message<variate::InvalidArgument>([] { require_at_least("f", "n", 1, 2); }) == "f: n is 1, expected at least 2");
  CHECK(message<variate::ShapeError>([] { require_size("f", "rows of x", 3, 4); }) == "f: rows of x is 3, expected 4");
  CHECK_NOTHROW(require_multiple("f", "columns", 6, 3));
  CHECK(message<variate::ShapeError>([] { require_multiple("f", "columns", 7, 3); }) ==
        "f: columns is 7, expected a multiple of the 3 data points");
  CHECK_THROWS_AS(require_multiple("f", "columns", 7, 0), variate::ShapeError);
}

TEST_CASE("every error is a variate::Error and a std::runtime_error", "[core]") {
  CHECK_THROWS_AS(throw variate::ShapeError("x"), variate::Error);
  CHECK_THROWS_AS(throw variate::DomainError("x"), std::runtime_error);
}

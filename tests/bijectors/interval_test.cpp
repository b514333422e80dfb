#include "variate/bijectors/interval.hpp"

#include "bijectors/bijector_checks.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("Interval: inverse, volume, gradients", "[bijectors]") {
  const Vector<double> low{{-1, 0, 5}}, high{{1, 0.5, 7}};
  check_on_normals(Interval(low, high), 3);
  for (const Index d : {1, 4}) check_on_normals(Interval(-2.0, 3.0), d);
  check_float(Interval(-2.0f, 3.0f), Interval(-2.0, 3.0), 3);
  CHECK(Interval(low, high).low() == low);
  CHECK(Interval(low, high).high() == high);
}

TEST_CASE("Interval: never outside, exact in the tails", "[bijectors]") {
  for (const double low : {-1.0, 0.1, 1e8}) {
    const double high = low + 0.7;
    const Interval b(low, high);
    for (double x = -60; x <= 60; x += 0.37) {
      const auto there = forward_at(b, x);
      CHECK(there.value(0, 0) >= low);
      CHECK(there.value(0, 0) <= high);
      CHECK(near(there.log_det(0), std::log(high - low) - std::abs(x) - 2 * std::log1p(std::exp(-std::abs(x))), 1e-13));
    }
  }
  const Interval unit_interval(0.0, 1.0);
  for (const double x : {-600.0, -30.0, -1e-3, 0.0, 1.0})
    CHECK(std::abs(inverse_at(unit_interval, forward_at(unit_interval, x).value(0, 0)).value(0, 0) - x) <= 1e-13 * (1 + std::abs(x)));
}

TEST_CASE("Interval: the boundary, beyond, and what is refused", "[bijectors]") {
  const Interval b(2.0, 5.0);
  CHECK(inverse_at(b, 2).value(0, 0) == -infinity);
  CHECK(inverse_at(b, 5).value(0, 0) == infinity);
  CHECK(inverse_at(b, 5).log_det(0) == infinity);
  CHECK(std::isnan(inverse_at(b, std::nan("")).value(0, 0)));
  CHECK(b.in_image((Batch<double>(1, 4) << 2, 3, 5, 6).finished()) == (Row<double>(4) << 0, 1, 0, 0).finished());
  CHECK(message_of<DomainError>([&] { inverse_at(b, 6); }) == "Interval: y(0, 0) is 6, expected in [2, 5]");
  CHECK(message_of<DomainError>([] { Interval(1.0, 1.0); }) == "Interval: high(0) is 1, expected above low(0), 1, by a finite width");
  CHECK(says(message_of<DomainError>([] { Interval(-1e308, 1e308); }), "by a finite width"));
  CHECK(says(message_of<InvalidArgument>([] { Interval(0.0, infinity); }), "high(0) is inf, expected a finite number"));
  CHECK(says(message_of<ShapeError>([] { Interval(Vector<double>::Zero(2), Vector<double>::Ones(3)); }), "size of high is 3, expected 2"));
}

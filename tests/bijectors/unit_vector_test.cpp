#include "variate/bijectors/unit_vector.hpp"

#include "bijectors/bijector_checks.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
double surface(const Batch<double>& jacobian) { return 0.5 * log_abs_det(jacobian.transpose() * jacobian); }
}  // namespace

TEST_CASE("UnitVector: inverse, area, gradients", "[bijectors]") {
  for (const Index d : {1, 2, 5}) check_on_normals(UnitVector<>(), d, surface);
  check_float(UnitVector<float>(), UnitVector<>(), 3);
}

TEST_CASE("UnitVector: the circle has length 2 pi, the sphere area 4 pi", "[bijectors]") {
  // x = tan(t/2) makes the circle's density constant, so the sum over t is exact; the sphere in polar coordinates likewise
  const UnitVector<> b;
  const Index n = 2000;
  double circle = 0, sphere = 0;
  for (Index i = 0; i < n; ++i) {
    const double step = 3.14159265358979323846 / static_cast<double>(n);
    const double t = (static_cast<double>(i) + 0.5) * step - 1.57079632679489661923, x = std::tan(t), dx = step / (std::cos(t) * std::cos(t));
    circle += std::exp(forward_at(b, x).log_det(0)) * dx;
    if (x > 0) sphere += std::exp(b.forward((Batch<double>(2, 1) << x, 0).finished()).log_det(0)) * 6.28318530717958647692 * x * dx;
  }
  CHECK(near(circle, 6.28318530717958647692, 1e-12));
  CHECK(near(sphere, 12.5663706143591729539, 1e-5));  // midpoint rule, step^2
}

TEST_CASE("UnitVector: far out, near the pole, and beyond", "[bijectors]") {
  const UnitVector<> b;
  for (const double size : {1e-200, 1e-5, 1.0, 1e5, 1e100}) {
    const Batch<double> x = (Batch<double>(2, 1) << 0.6 * size, -0.8 * size).finished();
    const auto there = b.forward(x);
    CHECK(near(there.value.norm(), 1));
    CHECK((b.inverse_value(there.value) - x).cwiseAbs().maxCoeff() <= 1e-14 * size);
    CHECK(near(there.log_det(0), 2 * (std::log(2.0) - std::log1p(size * size)), 1e-13));
  }
  const Batch<double> y = (Batch<double>(2, 4) << 0, 0, 1, 0.5, 1, -1, 0, 0.5).finished();
  CHECK(b.in_image(y) == (Row<double>(4) << 0, 1, 1, 0).finished());
  CHECK(message_of<DomainError>([&] { b.inverse(y); }) == "UnitVector: column 3 of y is (0.5, 0.5), expected of length 1");
  CHECK(says(message_of<ShapeError>([&] { b.inverse(Batch<double>::Ones(1, 1)); }), "at least 2"));
  CHECK(says(message_of<InvalidArgument>([&] { b.forward(Batch<double>(0, 1)); }), "number of coordinates is 0"));
}

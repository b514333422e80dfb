#include "variate/bijectors/simplex.hpp"

#include "bijectors/bijector_checks.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
double first_coordinates(const Batch<double>& jacobian) { return log_abs_det(jacobian.topRows(jacobian.cols())); }
}  // namespace

TEST_CASE("Simplex: inverse, volume, gradients", "[bijectors]") {
  for (const Index d : {1, 2, 6}) check_on_normals(Simplex<>(), d, first_coordinates);
  check_float(Simplex<float>(), Simplex<>(), 4);
  const Batch<double> even = Simplex<>().value(Batch<double>::Zero(4, 1));
  CHECK((even.array() - 0.2).abs().maxCoeff() < 1e-15);
}

TEST_CASE("Simplex: tails", "[bijectors]") {
  const Simplex<> b;
  const Batch<double> x = (Batch<double>(2, 4) << -300, 300, 40, -700, 5, -300, 40, -700).finished();
  const auto there = b.forward(x);
  CHECK((there.value.array() > 0).rowwise().all().head(1).all());
  CHECK((there.value.colwise().sum().array() - 1).abs().maxCoeff() < 1e-15);
  // z_0 = sigmoid(x_0 - log 2): the log-determinant is log z_0 + 2 log(1 - z_0) + log z_1 + log(1 - z_1)
  for (Index c = 0; c < 4; ++c) {
    const double u = x(0, c) - std::log(2.0), v = x(1, c);
    const auto log_sigmoid = [](double t) { return std::min(t, 0.0) - std::log1p(std::exp(-std::abs(t))); };
    CHECK(near(there.log_det(c), log_sigmoid(u) + 2 * log_sigmoid(-u) + log_sigmoid(v) + log_sigmoid(-v)));
  }
  const auto back = b.inverse(b.value(x.col(0)));
  CHECK((back.value - x.col(0)).cwiseAbs().maxCoeff() < 1e-12 * 300);
}

TEST_CASE("Simplex: boundary and beyond", "[bijectors]") {
  const Simplex<> b;
  const Batch<double> y = (Batch<double>(3, 4) << 0.2, 0, 0.5, -0.1, 0.3, 0.5, 0.5, 0.6, 0.5, 0.5, 0.5, 0.5).finished();
  CHECK(b.in_image(y) == (Row<double>(4) << 1, 0, 0, 0).finished());
  CHECK(b.inverse(y.leftCols(2)).value(0, 1) == -infinity);
  CHECK(b.inverse(y.leftCols(2)).log_det(1) == infinity);
  CHECK(message_of<DomainError>([&] { b.inverse(y.leftCols(3)); }) ==
        "Simplex: column 2 of y is (0.5, 0.5, 0.5), expected positive numbers that sum to 1");
  CHECK(says(message_of<DomainError>([&] { b.inverse_value(y.rightCols(1)); }), "column 0 of y is (-0.1, 0.6, 0.5)"));
  CHECK(message_of<ShapeError>([&] { b.inverse(Batch<double>::Ones(1, 1)); }) ==
        "Simplex: number of coordinates of y is 1, expected at least 2");
  CHECK(says(message_of<InvalidArgument>([&] { b.forward(Batch<double>(0, 1)); }), "number of coordinates is 0"));
  CHECK(b.output_size(3) == 4);
}

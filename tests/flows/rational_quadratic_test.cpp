#include "variate/flows/rational_quadratic.hpp"

#include "flows/transform_checks.hpp"

using namespace variate;

namespace {

using Spline = RationalQuadratic<double>;
using Options = RationalQuadraticOptions<double>;

TEST_CASE("rational-quadratic splines, both directions", "[flows]") {
  for (const Index bins : {1, 3, 10}) variate_tests::check_transform(Spline(bins), 0.01, 0.99, 0.6);
  variate_tests::check_transform(Spline(Options{.bins = 4, .low = -2, .high = 3, .identity_at_zero = false}), -1.9, 2.9, 0.6);
  variate_tests::check_transform(Spline(Options{.bins = 5, .low = -2, .high = 2, .linear_tails = true}), -4, 4, 0.6);
  variate_tests::check_transform(Spline(Options{.bins = 1, .low = -1, .high = 1, .linear_tails = true}), -2, 2, 0.6);
  variate_tests::check_float<RationalQuadratic>(0, 1, Index(5));
}

TEST_CASE("a rational-quadratic spline of zeros is the identity", "[flows]") {
  const Batch<double> x{{-3.0, -0.5, 0.1, 0.25, 0.77, 4.0}};
  for (const bool tails : {false, true}) {
    const Spline map(Options{.bins = 4, .low = -3, .high = 4, .linear_tails = tails});
    const auto z = transform_to_latent(map, x, Batch<double>::Zero(map.parameters(), 6));
    CHECK((z.value - x).norm() < 1e-14);
    CHECK(z.log_det.norm() < 1e-13);
  }
}

TEST_CASE("with linear tails a spline goes on as the identity with its slope", "[flows]") {
  const Spline map(Options{.bins = 3, .low = -1, .high = 1, .linear_tails = true});
  Rng rng(2);
  const Batch<double> raw = normals<double>(rng, map.parameters(), 1) * Row<double>::Ones(5);
  const auto z = transform_to_latent(map, Batch<double>{{-7.0, -1 + 1e-9, 1 - 1e-9, 1.0, 2.5}}, raw);
  CHECK(z.value(0, 0) == -7);
  CHECK(z.value(0, 4) == 2.5);
  CHECK(z.log_det[0] == 0);
  CHECK(z.value(0, 1) == Approx(-1 + 1e-9).epsilon(1e-12));
  CHECK(std::abs(z.log_det[1]) < 1e-6);
  CHECK(std::abs(z.log_det[2]) < 1e-6);
}

TEST_CASE("options of splines out of range", "[flows]") {
  CHECK_THROWS_AS(Spline(0), InvalidArgument);
  CHECK_THROWS_AS(Spline(Options{.low = 1, .high = 1}), InvalidArgument);
  CHECK_THROWS_AS(Spline(Options{.bins = 10, .least_width = 0.2}), DomainError);
  CHECK_THROWS_AS(Spline(Options{.least_height = 0}), DomainError);
  CHECK_THROWS_AS(Spline(Options{.least_slope = -1}), DomainError);
}

}  // namespace

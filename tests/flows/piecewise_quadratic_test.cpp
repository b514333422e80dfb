#include "variate/flows/piecewise_quadratic.hpp"

#include "flows/transform_checks.hpp"

using namespace variate;

namespace {

TEST_CASE("piecewise quadratic transforms, both directions", "[flows]") {
  for (const Index bins : {1, 3, 10}) variate_tests::check_transform(PiecewiseQuadratic<double>(bins), 0.01, 0.99, 1, 2e-6);
  variate_tests::check_float<PiecewiseQuadratic>(0, 1, Index(5));
  CHECK_THROWS_AS(PiecewiseQuadratic<double>(0), InvalidArgument);
}

TEST_CASE("piecewise quadratic: flat densities are inverted to the last digits", "[flows]") {
  for (const double spread : {0.0, 1e-15, 1e-12, 1e-9, 1e-6, 1e-3})
    variate_tests::check_transform(PiecewiseQuadratic<double>(4), 0.01, 0.99, spread, 2e-6, 2e-15);
  const PiecewiseQuadratic<float> narrow(4);
  const Batch<float> x{{0.1f, 0.33f, 0.5f, 0.72f, 0.999f}};
  CHECK((transform_to_target(narrow, x, Batch<float>::Zero(9, 5)).value - x).cwiseAbs().maxCoeff() < 2e-7f);
}

TEST_CASE("piecewise quadratic: logits of 800 are no overflow", "[flows]") {
  const PiecewiseQuadratic<double> map(2);
  const Batch<double> raw{{800.0}, {0.0}, {800.0}, {800.0}, {799.0}};
  const auto z = transform_to_latent(map, Batch<double>{{0.3}}, raw);
  CHECK(std::isfinite(z.value(0, 0)));
  CHECK(std::isfinite(z.log_det[0]));
  CHECK(transform_to_target(map, z.value, raw).value(0, 0) == Approx(0.3));
}

}  // namespace

#include "variate/flows/transform.hpp"

#include "support/catch.hpp"
#include "variate/flows/affine_transform.hpp"
#include "variate/flows/piecewise_linear.hpp"
#include "variate/flows/piecewise_quadratic.hpp"
#include "variate/flows/rational_quadratic.hpp"

using namespace variate;

namespace {

static_assert(Transform<AffineTransform<double>> && Transform<PiecewiseLinear<float>> && Transform<PiecewiseQuadratic<double>> &&
              Transform<RationalQuadratic<float>>);

TEST_CASE("transforms refuse shapes that do not fit", "[flows]") {
  const AffineTransform<double> map;
  const Batch<double> x = Batch<double>::Zero(2, 3), raw = Batch<double>::Zero(4, 3);
  CHECK_THROWS_AS(transform_to_latent(map, x, Batch<double>(Batch<double>::Zero(3, 3))), ShapeError);
  CHECK_THROWS_AS(transform_to_target(map, x, Batch<double>(Batch<double>::Zero(4, 2))), ShapeError);
  const auto image = transform_to_latent(map, x, raw);
  Batch<double> of_raw;
  CHECK_THROWS_AS(image.pullback(Batch<double>::Zero(2, 2), Row<double>::Zero(3), of_raw), ShapeError);
  CHECK_THROWS_AS(image.pullback(x, Row<double>::Zero(2), of_raw), ShapeError);
}

TEST_CASE("transforms of no points", "[flows]") {
  const PiecewiseQuadratic<double> map(3);
  const auto image = transform_to_target(map, Batch<double>(2, 0), Batch<double>(14, 0));
  CHECK(image.value.rows() == 2);
  CHECK(image.value.cols() == 0);
}

}  // namespace

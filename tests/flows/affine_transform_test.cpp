#include "variate/flows/affine_transform.hpp"

#include "flows/transform_checks.hpp"

using namespace variate;

namespace {

TEST_CASE("affine transforms, both directions", "[flows]") {
  variate_tests::check_transform(AffineTransform<double>(), -2, 3, 0.7);
  variate_tests::check_float<AffineTransform>(-2, 3);
}

TEST_CASE("an affine transform by hand", "[flows]") {
  const auto z = transform_to_latent(AffineTransform<double>(), Batch<double>{{3.0}}, Batch<double>{{std::log(2.0)}, {1.0}});
  CHECK(z.value(0, 0) == Approx(1));
  CHECK(z.log_det[0] == Approx(-std::log(2)));
}

}  // namespace

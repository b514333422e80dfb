#include "variate/bijectors/identity.hpp"

#include "bijectors/bijector_checks.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("Identity changes nothing", "[bijectors]") {
  for (const Index d : {1, 4}) check_on_normals(Identity<>(), d);
  check_float(Identity<float>(), Identity<>(), 3);
  const Identity<> b;
  const Batch<double> x = (Batch<double>(2, 3) << 1e300, -0.0, infinity, -1e-300, 5, 1).finished();
  CHECK(b.value(x) == x);
  CHECK(b.inverse(x).value == x);
  CHECK((b.forward(x).log_det.array() == 0).all());
  CHECK(b.in_image(x) == (Row<double>(3) << 1, 1, 0).finished());
  CHECK(message_of<InvalidArgument>([&] { b.value(Batch<double>(0, 1)); }) == "Identity: number of coordinates is 0, expected at least 1");
}

#include "variate/bijectors/affine.hpp"

#include "bijectors/bijector_checks.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("Affine: inverse, volume, gradients", "[bijectors]") {
  const Vector<double> loc{{1, -2, 0.5}}, scale{{2, -0.5, 1}};
  check_on_normals(Affine(loc, scale), 3);
  for (const Index d : {1, 4}) check_on_normals(Affine(3.0, -2.0), d);
  check_float(Affine(Vector<float>(loc.cast<float>()), Vector<float>(scale.cast<float>())), Affine(loc, scale), 3);
  const Affine b(loc, scale);
  CHECK(b.value(Batch<double>::Ones(3, 1)) == Batch<double>(loc + scale));
  CHECK(b.loc() == loc);
  CHECK(b.scale() == scale);
  CHECK(b.forward(Batch<double>::Ones(3, 2)).log_det(1) == Approx(0).margin(1e-15));
}

TEST_CASE("Affine: what is refused", "[bijectors]") {
  const Vector<double> two = Vector<double>::Ones(2);
  CHECK(message_of<DomainError>([&] { Affine(two, Vector<double>{{1, 0}}); }) == "Affine: scale(1) is 0, expected a finite number other than 0");
  CHECK(says(message_of<DomainError>([&] { Affine(two, Vector<double>{{infinity, 1}}); }), "scale(0) is inf"));
  CHECK(message_of<InvalidArgument>([&] { Affine(Vector<double>{{0, std::nan("")}}, two); }) == "Affine: loc(1) is nan, expected a finite number");
  CHECK(message_of<ShapeError>([&] { Affine(two, Vector<double>::Ones(3)); }) == "Affine: size of scale is 3, expected 2");
  CHECK(says(message_of<InvalidArgument>([] { Affine(Vector<double>(), Vector<double>()); }), "size of loc is 0"));
  CHECK(message_of<ShapeError>([&] { Affine(two, two).forward(Batch<double>::Zero(3, 1)); }) == "Affine: number of coordinates is 3, expected 2");
  CHECK(says(message_of<ShapeError>([&] { Affine(two, two).output_size(1); }), "number of coordinates is 1"));
}

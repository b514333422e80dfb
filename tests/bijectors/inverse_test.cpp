#include "variate/bijectors/inverse.hpp"

#include "bijectors/bijector_checks.hpp"
#include "variate/bijectors/affine.hpp"
#include "variate/bijectors/exp.hpp"
#include "variate/bijectors/simplex.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("Inverse: a bijector like any other", "[bijectors]") {
  check_on_normals(Inverse(Affine(1.0, 0.5)), 3);
  Rng rng(1);
  const Batch<double> positive = (0.3 + uniforms<double>(rng, 2, 7).array()).matrix();
  check_bijector(Inverse(Exp<>()), positive);
  check_bijector(Inverse<Inverse<Exp<>>>(Inverse(Exp<>())), Batch<double>(normals<double>(rng, 2, 7)));
  check_float(Inverse(Affine(1.0f, 0.5f)), Inverse(Affine(1.0, 0.5)), 3);
}

TEST_CASE("Inverse: everything is turned round", "[bijectors]") {
  const Inverse<Simplex<>> b;
  CHECK(b.output_size(4) == 3);
  CHECK(b.input_size(3) == 4);
  const Batch<double> y = (Batch<double>(3, 1) << 0.2, 0.3, 0.5).finished();
  CHECK(b.value(y) == b.bijector().inverse_value(y));
  CHECK(b.forward(y).log_det == b.bijector().inverse(y).log_det);
  CHECK((b.inverse_value(b.value(y)) - y).cwiseAbs().maxCoeff() < 1e-15);
  CHECK(b.in_domain((Batch<double>(2, 2) << 0.5, 0, 0.5, 1).finished()) == (Row<double>(2) << 1, 0).finished());
  CHECK(b.in_image((Batch<double>(1, 2) << 3, infinity).finished()) == (Row<double>(2) << 1, 0).finished());
  CHECK(says(message_of<DomainError>([] { forward_at(Inverse(Exp<>()), -1); }), "Exp: y(0, 0) is -1"));
}

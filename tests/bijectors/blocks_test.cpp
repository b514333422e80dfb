#include "variate/bijectors/blocks.hpp"

#include "bijectors/bijector_checks.hpp"
#include "variate/bijectors/exp.hpp"
#include "variate/bijectors/identity.hpp"
#include "variate/bijectors/sigmoid.hpp"
#include "variate/bijectors/simplex.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("Blocks: inverse, volume, gradients", "[bijectors]") {
  check_on_normals(Blocks(Block{2, Exp<>()}, Block{1, Identity<>()}, Block{2, Sigmoid<>()}), 5);
  check_on_normals(Blocks(Block{1, Exp<>()}), 1);
  check_on_normals(Blocks(Block{2, Simplex<>()}, Block{1, Exp<>()}), 3, [](const Batch<double>& jacobian) {
    Batch<double> free(3, 3);  // without the simplex's last coordinate
    free << jacobian.topRows(2), jacobian.bottomRows(1);
    return log_abs_det(free);
  });
  check_float(Blocks(Block{1, Exp<float>()}, Block{2, Sigmoid<float>()}), Blocks(Block{1, Exp<>()}, Block{2, Sigmoid<>()}), 3);
}

TEST_CASE("Blocks: each row has its own", "[bijectors]") {
  const Blocks b(Block{2, Simplex<>()}, Block{1, Exp<>()});
  CHECK(b.output_size(3) == 4);
  CHECK(b.input_size(4) == 3);
  const auto there = b.forward((Batch<double>(3, 1) << 0, 0, 2).finished());
  CHECK(there.value(0, 0) == Approx(1 / 3.0));
  CHECK(there.value(3, 0) == Approx(std::exp(2.0)));
  CHECK(there.log_det(0) == Approx(3 * std::log(1 / 3.0) + 2));
  const Batch<double> y = (Batch<double>(4, 3) << 0.2, 0.2, 0.9, 0.3, 0.3, 0.9, 0.5, 0.5, 0.9, 1, -1, 1).finished();
  CHECK(b.in_image(y) == (Row<double>(3) << 1, 0, 0).finished());
  CHECK(b.in_domain((Batch<double>(3, 2) << 1, 1, 1, 1, 1, infinity).finished()) == (Row<double>(2) << 1, 0).finished());
  CHECK(says(message_of<DomainError>([&] { b.inverse(y.leftCols(2)); }), "Exp: y(0, 1) is -1"));
  CHECK(message_of<ShapeError>([&] { b.forward(Batch<double>::Zero(4, 1)); }) == "Blocks: number of coordinates is 4, expected 3");
  CHECK(says(message_of<ShapeError>([&] { b.inverse(Batch<double>::Zero(3, 1)); }), "number of coordinates of y is 3, expected 4"));
  CHECK(message_of<InvalidArgument>([] { Blocks(Block{0, Exp<>()}); }) == "Blocks: size of a block is 0, expected at least 1");
}

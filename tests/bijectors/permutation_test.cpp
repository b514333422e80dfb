#include "variate/bijectors/permutation.hpp"

#include "bijectors/bijector_checks.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("Permutation: inverse, volume, gradients", "[bijectors]") {
  check_on_normals(Permutation<>({2, 0, 3, 1}), 4);
  check_on_normals(Permutation<>({0}), 1);
  check_float(Permutation<float>({2, 0, 3, 1}), Permutation<>({2, 0, 3, 1}), 4);
  CHECK(Permutation<>({2, 0, 1}).value(Vector<double>{{10, 11, 12}}) == Batch<double>(Vector<double>{{12, 10, 11}}));
  CHECK(Permutation<>::reversed(3).value(Vector<double>{{10, 11, 12}}) == Batch<double>(Vector<double>{{12, 11, 10}}));
  CHECK(Permutation<>::reversed(3).source() == std::vector<Index>{2, 1, 0});
  CHECK(Permutation<>::reversed(2).in_image((Batch<double>(2, 2) << 1, infinity, 1, 1).finished()) == (Row<double>(2) << 1, 0).finished());
}

TEST_CASE("Permutation: what is refused", "[bijectors]") {
  CHECK(message_of<InvalidArgument>([] { Permutation<>({0, 2, 2}); }) == "Permutation: source(2) is 2, expected each of 0 to 2 once");
  CHECK(says(message_of<InvalidArgument>([] { Permutation<>({0, 5}); }), "source(1) is 5"));
  CHECK(says(message_of<InvalidArgument>([] { Permutation<>({-1}); }), "source(0) is -1"));
  CHECK(says(message_of<InvalidArgument>([] { Permutation<>(std::vector<Index>()); }), "size of source is 0"));
  CHECK(says(message_of<InvalidArgument>([] { Permutation<>::reversed(0); }), "number of coordinates is 0"));
  CHECK(message_of<ShapeError>([] { Permutation<>({1, 0}).forward(Batch<double>::Zero(3, 1)); }) ==
        "Permutation: number of coordinates is 3, expected 2");
}

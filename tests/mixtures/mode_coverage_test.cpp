#include "variate/mixtures/mode_coverage.hpp"

#include "support/catch.hpp"

using namespace variate;

TEST_CASE("Modes that a mixture has found", "[mixtures]") {
  Batch<double> modes(1, 3), means(1, 2);
  modes << 0, 20, 40;
  means << 5.9, 25.9;
  CHECK(modes_found(modes, means) == 2);
  means << 6.1, 45.9;
  CHECK(modes_found(modes, means) == 1);
  CHECK(modes_found(modes, Batch<double>(1, 0)) == 0);
  CHECK_THROWS_AS(modes_found(modes, Batch<double>(2, 2)), ShapeError);
  // Two components in one mode count once, one component for two modes counts twice.
  modes << 0, 1, 40;
  means << 0, 0.5;
  CHECK(modes_found(modes, means) == 2);
}

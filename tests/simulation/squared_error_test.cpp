#include "support/catch.hpp"
#include "variate/simulation/squared_error.hpp"

using namespace variate;

TEST_CASE("Mean squared differences", "[simulation]") {
  Row<double> x(3), y(3), slopes;
  x << 1, 2, 4;
  y << 1, 1, 1;
  CHECK(SquaredError{}.value_and_slopes(x, y, slopes) == Approx(10.0 / 3));
  CHECK(slopes[0] == 0);
  CHECK(slopes[2] == Approx(2.0));
}

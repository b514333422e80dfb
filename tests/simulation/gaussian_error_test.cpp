#include "support/catch.hpp"
#include "variate/core/error.hpp"
#include "variate/simulation/gaussian_error.hpp"

using namespace variate;

TEST_CASE("Normal noise on what is observed", "[simulation]") {
  Row<double> x(2), y(2), slopes;
  x << 1, 2;
  y << 1.5, 1;
  const GaussianError<double> loss(0.5);
  double want = 0;
  for (Index i = 0; i < 2; ++i)
    want += 0.5 * std::pow((x[i] - y[i]) / 0.5, 2) + std::log(0.5) + 0.5 * std::log(8 * std::atan(1.0));
  CHECK(loss.value_and_slopes(x, y, slopes) == Approx(want));
  CHECK(slopes[1] == Approx(4.0));
  CHECK(loss.sigma() == 0.5);
  CHECK_THROWS_AS(GaussianError<double>(0.0), DomainError);
}

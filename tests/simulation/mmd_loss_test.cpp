#include "support/catch.hpp"
#include "variate/random/fill.hpp"
#include "variate/random/rng.hpp"
#include "variate/simulation/mmd_loss.hpp"

using namespace variate;

TEST_CASE("The discrepancy's slopes are those of its values", "[simulation]") {
  Rng rng(1);
  const Row<double> y = normals<double>(rng, 1, 11), x = normals<double>(rng, 1, 8);
  const MmdLoss<double> loss(y);
  Row<double> slopes, none;
  loss.value_and_slopes(x, y, slopes);
  for (Index i = 0; i < 8; ++i) {
    Row<double> up = x, down = x;
    up[i] += 1e-6;
    down[i] -= 1e-6;
    CHECK(slopes[i] ==
          Approx((loss.value_and_slopes(up, y, none) - loss.value_and_slopes(down, y, none)) / 2e-6).epsilon(1e-6).margin(1e-9));
  }
}

TEST_CASE("The discrepancy is about zero for draws of one law, and not for draws of two", "[simulation][statistical]") {
  Rng rng(2);
  const Row<double> y = normals<double>(rng, 1, 300), x = normals<double>(rng, 1, 300);
  const MmdLoss<double> loss(y);
  Row<double> slopes;
  CHECK(std::abs(loss.value_and_slopes(x, y, slopes)) < 0.02);  // its standard deviation is about 0.003
  CHECK(loss.value_and_slopes(Row<double>(x.array() + 1), y, slopes) > 0.1);
}

TEST_CASE("What has no discrepancy", "[simulation]") {
  Row<double> slopes;
  CHECK_THROWS_AS(MmdLoss<double>(Row<double>::Zero(1)), InvalidArgument);
  CHECK_THROWS_AS(MmdLoss<double>(Row<double>::Ones(5)), DomainError);
  CHECK_THROWS_AS(MmdLoss<double>(Row<double>::Constant(3, std::nan(""))), InvalidArgument);
  const MmdLoss<double> loss(Row<double>::LinSpaced(4, 0.0, 1.0));
  CHECK_THROWS_AS(loss.value_and_slopes(Row<double>::Zero(1), Row<double>(), slopes), InvalidArgument);
}

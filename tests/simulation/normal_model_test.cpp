#include "simulation/check_modes.hpp"
#include "variate/simulation/normal_model.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("Independent normals", "[simulation]") {
  Vector<double> theta(2);
  theta << 1.5, 0.7;
  check_modes(NormalModel<double>(10), theta, {});
  check_modes(NormalModel<double>(10), theta, 0);
  Rng rng(2);
  const Batch<double> run = simulate_and_observe(NormalModel<double>(4000), theta, rng);
  CHECK(run(0, 0) == 0);
  CHECK(std::abs(run.rightCols(4000).mean() - 1.5) < 4 * 0.7 / std::sqrt(4000.0));  // false alarm 6e-5
  theta[1] = -1;
  CHECK(std::isnan(simulate_and_observe(NormalModel<double>(4), theta, rng)(0, 2)));
  CHECK_THROWS_AS(NormalModel<double>(0), InvalidArgument);
}

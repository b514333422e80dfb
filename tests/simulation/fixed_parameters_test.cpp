#include "simulation/check_modes.hpp"
#include "variate/simulation/brock_hommes.hpp"
#include "variate/simulation/fixed_parameters.hpp"
#include "variate/simulation/random_walk.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("Some parameters are free", "[simulation]") {
  Vector<double> all(11), theta(2);
  all << 1.5, 0, 0.9, 0.9, 1.01, 0, 0.2, -0.2, 0, -3, -1.0;
  theta << 0.4, 0.8;
  const FixedParameters market(BrockHommes<double>(10), all, {7, 2});
  all[7] = 0.4;
  all[2] = 0.8;
  Rng a(1), b(1);
  CHECK(simulate_and_observe(market, theta, a) == simulate_and_observe(BrockHommes<double>(10), all, b));
  check_modes(market, theta, 0);
  const FixedParameters walk(RandomWalk<double>(10), Vector<double>::Zero(1), {0});
  Rng c(1), d(1);
  const Vector<double> one = Vector<double>::Constant(1, 0.5);
  CHECK(simulate_and_observe(walk, one, c) == simulate_and_observe(RandomWalk<double>(10), one, d));
  CHECK_THROWS_AS(simulate_and_observe(walk, theta, c), ShapeError);
  CHECK_THROWS_AS(FixedParameters(RandomWalk<double>(10), one, {1}), InvalidArgument);
  CHECK_THROWS_AS(FixedParameters(RandomWalk<double>(10), one, {0, 0}), InvalidArgument);
}

#include "simulation/check_modes.hpp"
#include "variate/simulation/random_walk.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("A random walk goes up as often as it should", "[simulation][statistical]") {
  const Index n = 20000;
  Rng rng(4);
  const Batch<double> run = simulate_and_observe(RandomWalk<double>(n), Vector<double>::Constant(1, -1.0).eval(), rng);
  const double p = 1 / (1 + std::exp(1.0)), steps = static_cast<double>(n);
  const double up = (run(0, n) + steps) / 2;
  CHECK(std::abs(up - p * steps) < 4 * std::sqrt(p * (1 - p) * steps));  // false alarm 6e-5
  for (Index t = 0; t < n; ++t) REQUIRE(std::abs(run(0, t + 1) - run(0, t)) == 1);
}

TEST_CASE("A random walk's derivatives", "[simulation]") {
  for (const std::optional<Index> horizon : {std::optional<Index>{}, std::optional<Index>{0}, std::optional<Index>{3}})
    check_modes(RandomWalk<double>(20, 0.5), Vector<double>::Constant(1, 0.3), horizon);
}

TEST_CASE("What is no random walk", "[simulation]") {
  CHECK_THROWS_AS(RandomWalk<double>(0), InvalidArgument);
  CHECK_THROWS_AS(RandomWalk<double>(5, 0.0), DomainError);
  Rng rng(1);
  CHECK_THROWS_AS(simulate_and_observe(RandomWalk<double>(5), Vector<double>::Ones(2).eval(), rng), ShapeError);
}

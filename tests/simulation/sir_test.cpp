#include "simulation/check_modes.hpp"
#include "variate/simulation/sir.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
Sir<double> small_epidemic(Index agents, Index steps) {
  Rng rng(1);
  return {watts_strogatz(rng, agents, 6, 0.2), steps, 0.5};
}
}  // namespace

TEST_CASE("An epidemic's derivatives", "[simulation]") {
  Vector<double> theta(3);
  theta << -0.8, -0.7, -1.0;
  for (const std::optional<Index> horizon : {std::optional<Index>{}, std::optional<Index>{0}, std::optional<Index>{2}})
    check_modes(small_epidemic(60, 8), theta, horizon);
}

TEST_CASE("An epidemic keeps its agents", "[simulation]") {
  Vector<double> theta(3);
  theta << -1.0, -1.0, -1.0;
  Rng rng(2);
  const Batch<double> run = simulate_and_observe(small_epidemic(300, 60), theta, rng);
  CHECK(run(0, 0) > 0);
  CHECK(run(1, 0) == 0);
  CHECK(run(1, 60) > 30);
  for (Index t = 0; t < 60; ++t) {
    CHECK(run(1, t + 1) >= run(1, t));                              // nobody falls ill again
    CHECK(run(0, t + 1) + run(1, t + 1) >= run(0, t) + run(1, t));  // nor unharmed
    CHECK(run(0, t) + run(1, t) <= 300);
  }
  theta[1] = std::numeric_limits<double>::quiet_NaN();
  CHECK(std::isnan(simulate_and_observe(small_epidemic(300, 60), theta, rng)(0, 5)));
  CHECK_THROWS_AS(small_epidemic(10, 0), InvalidArgument);
  CHECK_THROWS_AS(Sir<double>(Graph(2, {{0, 1}}), 5, -1.0), DomainError);
}

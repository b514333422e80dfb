#include "simulation/check_modes.hpp"
#include "variate/simulation/rama_cont.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("Rama Cont's market", "[simulation]") {
  Vector<double> theta(4);
  theta << -1.0, 0.5, 0.8, 0.5;
  const RamaCont<double> model(15, 12, 0.3, 2.0);
  for (const std::optional<Index> horizon : {std::optional<Index>{}, std::optional<Index>{0}, std::optional<Index>{2}})
    check_modes(model, theta, horizon);
  Rng rng(1);
  const Batch<double> run = simulate_and_observe(model, theta, rng);
  CHECK(run(0, 0) == 0);
  // orders are whole numbers: returns are multiples of 1 / (N eta)
  for (Index t = 1; t < run.cols(); ++t) CHECK(std::abs(run(0, t) * 7.5 - std::round(run(0, t) * 7.5)) < 1e-9);
  CHECK_THROWS_AS(RamaCont<double>(0, 5, 0.3, 2.0), InvalidArgument);
  CHECK_THROWS_AS(RamaCont<double>(5, 0, 0.3, 2.0), InvalidArgument);
  CHECK_THROWS_AS(RamaCont<double>(5, 5, 1.0, 2.0), DomainError);
  CHECK_THROWS_AS(RamaCont<double>(5, 5, 0.3, 0.0), DomainError);
}

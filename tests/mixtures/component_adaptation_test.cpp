#include "variate/mixtures/component_adaptation.hpp"

#include "support/catch.hpp"

using namespace variate;

namespace {
constexpr double lowest = std::numeric_limits<double>::lowest();
}

TEST_CASE("When components are added and deleted", "[mixtures]") {
  const AdaptiveComponents policy{.del_iters = 6, .add_iters = 3, .max_components = 5};
  CHECK_NOTHROW(policy.check());
  CHECK_FALSE(policy.deletes(6));
  CHECK(policy.deletes(7));
  CHECK_FALSE(AdaptiveComponents{.add_iters = 1}.adds(1, 1));  // never in the first iteration
  CHECK(AdaptiveComponents{.add_iters = 1}.adds(2, 1));
  CHECK(policy.adds(3, 4));
  CHECK_FALSE(policy.adds(4, 4));
  CHECK_FALSE(policy.adds(3, 5));
  CHECK(policy.threshold(1) == 1000);
  CHECK(policy.threshold(5) == 50);
  CHECK(policy.threshold(6) == 5000);
  CHECK(policy.history() == 12);
  CHECK(FixedComponents{}.history() == 2);
  CHECK_THROWS_AS(AdaptiveComponents{.del_iters = 2}.check(), InvalidArgument);
  CHECK_THROWS_AS(AdaptiveComponents{.add_iters = 0}.check(), InvalidArgument);
  CHECK_THROWS_AS(AdaptiveComponents{.thresholds_for_add_heuristic = {}}.check(), InvalidArgument);
}

TEST_CASE("Where a component is added", "[mixtures]") {
  Row<double> log_density(4), targets(4);
  log_density << -1, -20, -9, -9;
  targets << 0, 4, 1, 1;
  // Nothing is more absent than the threshold says.
  CHECK(AdaptiveComponents::best_candidate(log_density, targets, 100.0) == 1);
  CHECK(AdaptiveComponents::best_candidate(log_density, targets, 1.0) == 1);
  targets << 0, -4, 1, 1;
  CHECK(AdaptiveComponents::best_candidate(log_density, targets, 5.0) == 2);  // the first of equals
  targets << 1, lowest, std::nan(""), -std::numeric_limits<double>::infinity();
  CHECK(AdaptiveComponents::best_candidate(log_density, targets, 5.0) == 0);
  targets.setConstant(std::nan(""));
  CHECK(AdaptiveComponents::best_candidate(log_density, targets, 5.0) == -1);
  CHECK(AdaptiveComponents::best_candidate(Row<double>(0), Row<double>(0), 5.0) == -1);

  // A normal distribution in three dimensions with deviation 0.2 has this entropy.
  const double entropy = 1.5 * (std::log(2 * std::numbers::pi) + 1) + 3 * std::log(0.2);
  CHECK(AdaptiveComponents::deviation(entropy, 3) == Approx(0.2).epsilon(1e-14));
  CHECK(AdaptiveComponents::desired_entropy(0.25, 4.0, 8.0) == 7);
  CHECK(AdaptiveComponents::new_log_weight == Approx(std::log(1e-29)).epsilon(1e-15));
}

TEST_CASE("Which components are deleted", "[mixtures]") {
  const AdaptiveComponents policy{.del_iters = 6};
  const Index columns = policy.history();
  Batch<double> rewards(5, columns), weights(5, columns);
  for (Index j = 0; j < columns; ++j) {
    const auto x = static_cast<double>(j);
    rewards.col(j) << -1, -90, -90 + 7 * x, -90, j < columns - 4 ? lowest : -90;
    weights.col(j) << 1, 1e-9, 1e-9, j == 4 ? 0.1 : 1e-9, 1e-9;
  }
  const auto report = policy.deletable(rewards, weights);
  // The first is good, the third improves, the fourth has had weight, the fifth is young.
  CHECK(report.bad == std::vector<Index>{1});
  CHECK(report.reward_improvements[1] == Approx(0).margin(1e-15));
  CHECK(report.reward_improvements[4] == 1);
  CHECK(policy.kernel<double>().sum() == Approx(1));
  CHECK(policy.kernel<double>().size() == 4);
  weights.row(3).setConstant(1e-9);
  CHECK(policy.deletable(rewards, weights).bad == std::vector<Index>{3, 1});
  // One that would weigh by its rewards stays.
  rewards.row(1).setConstant(-2);
  CHECK(policy.deletable(rewards, weights).bad == std::vector<Index>{3});
  CHECK_THROWS_AS(policy.deletable(Batch<double>(rewards.leftCols(5)), weights), InvalidArgument);
  CHECK_THROWS_AS(policy.deletable(rewards, Batch<double>(weights.topRows(2))), ShapeError);
}

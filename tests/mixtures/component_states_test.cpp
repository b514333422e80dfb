/// What is remembered of components that come and go.
#include "variate/mixtures/component_states.hpp"

#include "support/catch.hpp"

using namespace variate;

TEST_CASE("components are remembered by row, and their numbers are not used again", "[mixtures]") {
  constexpr double least = std::numeric_limits<double>::lowest();
  ComponentStates<double> states(Vector<double>{{1, 2}}, 3, 0.5, 1e-6);
  CHECK(states.size() == 2);
  CHECK(states.ids == std::vector<Index>{0, 1});
  CHECK(states.initial_entropies == std::vector<double>{1, 2});
  CHECK(states.updates[1].l2_regularizer == 1e-6);
  CHECK(states.updates[1].eta == -1);
  CHECK(states.stepsizes[0] == 0.5);
  CHECK(states.reward_history.isConstant(least));
  CHECK(states.weight_history.isConstant(least));
  states.store_rewards(Vector<double>{{-1, -2}});
  states.store_rewards(Vector<double>{{-3, std::nan("")}});
  CHECK(states.reward_history.row(0) == Row<double>{{least, -1, -3}});
  CHECK(states.reward_history.row(1) == Row<double>{{least, -2, -2}});
  CHECK(states.rewards() == Vector<double>{{-3, -2}});
  states.add(1e-29, 1000, 7);
  CHECK(states.ids == std::vector<Index>{0, 1, 2});
  CHECK(states.adding_thresholds == std::vector<double>{-1, -1, 1000});
  CHECK(states.reward_history.row(2).isConstant(least));
  CHECK(states.weight_history.row(2).isConstant(1e-29));
  states.remove(0);
  CHECK(states.reward_history.row(0) == Row<double>{{least, -2, -2}});
  states.add(1e-29, 1, 1);
  CHECK(states.ids == std::vector<Index>{1, 2, 3});
  states.store_weights(Vector<double>{{0.5, 0.25, 0.25}});
  CHECK(states.weight_history.col(2) == Vector<double>{{0.5, 0.25, 0.25}});
  states.updates[2].l2_regularizer = 3;
  CHECK(states.regularizers() == Vector<double>{{1e-6, 1e-6, 3}});
  CHECK_THROWS_AS(ComponentStates<double>(Vector<double>::Ones(1), 1, 1.0, 1.0), InvalidArgument);
}

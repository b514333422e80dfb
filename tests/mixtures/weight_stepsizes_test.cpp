#include "variate/mixtures/weight_stepsizes.hpp"

#include "support/catch.hpp"

using namespace variate;

TEST_CASE("Step sizes of weights", "[mixtures]") {
  const Vector<double> log_weights = Vector<double>::Constant(3, -std::log(3.0));
  Vector<double> rewards = Vector<double>::Constant(3, std::numeric_limits<double>::lowest());

  auto fixed = FixedWeightStepsize{0.3}.start<double>();
  CHECK(FixedWeightStepsize{0.3}(fixed, log_weights, rewards) == 0.3);
  const DecayingWeightStepsize decaying{.initial_stepsize = 2, .annealing_exponent = 1};
  auto slower = decaying.start<double>();
  CHECK(decaying(slower, log_weights, rewards) == 2);
  CHECK(decaying(slower, log_weights, rewards) == 1);
  CHECK(slower.calls == 2);

  const ImprovementWeightStepsize rule{
      .max_stepsize = 4, .stepsize_inc_factor = 2, .stepsize_dec_factor = 0.5, .shrink_without_reward = true};
  auto state = rule.start<double>();
  CHECK(rule(state, log_weights, rewards) == 0.5);
  rewards << 1, 2, 3;
  CHECK(rule(state, log_weights, rewards) == 1);
  CHECK(state.elbo == Approx(2 + std::log(3.0)));
  CHECK(rule(state, log_weights, rewards) == 0.5);  // no better
  rewards << 1, 2, 4;
  CHECK(rule(state, log_weights, rewards) == 1);
  Vector<double> sure(3);  // weights of zero count for nothing
  sure << 0, -std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity();
  rewards[0] = 100;
  CHECK(rule(state, sure, rewards) == 2);
  CHECK(state.elbo == 100);
  // It never grows above its limit, nor shrinks below.
  auto far = ImprovementWeightStepsize{.initial_stepsize = 5, .max_stepsize = 4}.start<double>();
  CHECK(far.stepsize == 5);
  for (int i = 0; i < 30; ++i) {
    rewards.array() -= 1;
    rule(state, log_weights, rewards);
  }
  CHECK(state.stepsize == rule.min_stepsize);
  CHECK_THROWS_AS(rule(state, log_weights, Vector<double>(2)), ShapeError);
}

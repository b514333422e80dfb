#include "variate/mixtures/component_stepsizes.hpp"

#include <limits>

#include "support/catch.hpp"

using namespace variate;

TEST_CASE("Step sizes of components", "[mixtures]") {
  CHECK(FixedComponentStepsize{}(0.25, 7, 1.0, 2.0) == 0.25);
  const DecayingComponentStepsize decaying{.initial_stepsize = 2, .annealing_exponent = 1};
  CHECK(decaying(9.0, 0, 0.0, 0.0) == 2);
  CHECK(decaying(9.0, 3, 0.0, 0.0) == 0.5);
  CHECK(DecayingComponentStepsize{.annealing_exponent = 0}(9.0, 0, 0.0, 0.0) == 0.5);

  const ImprovementComponentStepsize rule{
      .min_stepsize = 0.1, .max_stepsize = 0.5, .stepsize_inc_factor = 2, .stepsize_dec_factor = 0.5};
  CHECK(rule(0.2, 1, 1.0, 2.0) == 0.4);
  CHECK(rule(0.4, 1, 1.0, 2.0) == 0.5);
  CHECK(rule(0.4, 1, 2.0, 1.0) == 0.2);
  CHECK(rule(0.15, 1, 2.0, 2.0) == 0.1);
  constexpr double none = std::numeric_limits<double>::lowest();
  CHECK(rule(0.4, 0, none, none) == 0.2);
  CHECK(rule(0.2, 1, none, -1e9) == 0.4);
  CHECK(rule(0.2f, 1, 1.0f, 2.0f) == 0.4f);
}

/// Modules chosen when the program runs.
#include "variate/mixtures/any_modules.hpp"

#include "support/catch.hpp"
#include "variate/mixtures/codename.hpp"
#include "variate/random/rng.hpp"

using namespace variate;

namespace {
struct Target {
  Row<double> value_and_gradient(const Batch<double>& x, Batch<double>& gradient) const {
    gradient = -x;
    return -0.5 * x.colwise().squaredNorm();
  }
};
Gaussians<double> start() {
  Batch<double> means(1, 2);
  means << -1, 2;
  return {Vector<double>::Ones(2), means, {Batch<double>::Ones(1, 1), Batch<double>::Ones(1, 1)}};
}
}  // namespace

TEST_CASE("modules chosen at run time do what those chosen at compile time do", "[mixtures]") {
  const ModulesOf<"SAPTRON"> named{.components = {.del_iters = 6, .add_iters = 4},
                                   .selector = {.desired_samples_per_component = 10, .ratio_reused_samples_to_desired = 1}};
  AnyModules<> any;
  any.components = named.components;
  any.selector = named.selector;
  GmmVi a(Target{}, start(), named);
  GmmVi b(Target{}, start(), any);
  for (std::uint64_t i = 0; i < 12; ++i) {
    Rng first(3, i), second(3, i);
    const GmmViStep x = a.step(first), y = b.step(second);
    CHECK(x.value == y.value);
    CHECK(x.components == y.components);
  }
  CHECK(a.mixture().log_weights() == b.mixture().log_weights());
  CHECK(a.mixture().size() > 2);
}

TEST_CASE("a choice keeps the options that all choices share", "[mixtures]") {
  const AnyModules<> m{.natural_gradient = More{.initial_l2_regularizer = 1e-3},
                       .components = FixedComponents{},
                       .component_stepsize = DecayingComponentStepsize{.initial_stepsize = 0.25},
                       .weight_update = DirectWeightUpdate{.use_self_normalized_importance_weights = false},
                       .weight_stepsize = FixedWeightStepsize{.initial_stepsize = 0.5}};
  CHECK(m.natural_gradient.initial_l2_regularizer == 1e-3);
  CHECK(m.components.history() == 2);
  CHECK_FALSE(m.components.adds(30, 1));
  CHECK_FALSE(m.components.deletes(1000));
  CHECK(m.component_stepsize.initial_stepsize == 0.25);
  CHECK_FALSE(m.weight_update.use_self_normalized_importance_weights);
  CHECK(m.weight_stepsize.initial_stepsize == 0.5);
  CHECK(m.weight_stepsize.start<double>().stepsize == 0.5);
  CHECK(AnyComponents(AdaptiveComponents{}).adds(30, 1));
}

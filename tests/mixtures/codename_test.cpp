/// GMMVI by codename.
#include "variate/mixtures/codename.hpp"

#include <cmath>
#include <type_traits>

#include "support/catch.hpp"
#include "variate/autodiff/functions.hpp"
#include "variate/autodiff/operators.hpp"
#include "variate/autodiff/reductions.hpp"
#include "variate/inference/fit.hpp"
#include "variate/random/rng.hpp"

using namespace variate;

static_assert(Codename("SAMTRON").complete());
static_assert(Codename("norTmaS").complete());
static_assert(!Codename("SAMTRO").complete());
static_assert(!Codename("SAMTROO").complete());
static_assert(!Codename("SAMTRONN").complete());
static_assert(!Codename("SAMTROB").complete());
static_assert(std::is_same_v<ModulesOf<"SAMTRON">, GmmViModules<>>);
static_assert(std::is_same_v<ModulesOf<"oNtRams">, GmmViModules<>>);
static_assert(
    std::is_same_v<ModulesOf<"ZEPYFUX">, GmmViModules<More, FixedComponents, MixtureBasedSelector, IblrComponentUpdate,
                                                      FixedComponentStepsize, DirectWeightUpdate, FixedWeightStepsize>>);
static_assert(
    std::is_same_v<ModulesOf<"SAMIDUG">, GmmViModules<Stein, AdaptiveComponents, ComponentBasedSelector, DirectComponentUpdate,
                                                      DecayingComponentStepsize, DirectWeightUpdate, DecayingWeightStepsize>>);

namespace {
template <Covariance C>
Gaussians<double, C> start() {
  Batch<double> means(2, 2);
  means << -1, 1, 0, 0.5;
  FactorOf<double, C> factor;
  if constexpr (C == Covariance::full) factor = 2 * Batch<double>::Identity(2, 2);
  else factor = Vector<double>::Constant(2, 2);
  return {Vector<double>::Ones(2), means, {factor, factor}};
}
const double log_2_pi = std::log(2 * 3.14159265358979323846);
}  // namespace

TEST_CASE("a generic function as target, by its codename", "[mixtures]") {
  ModulesOf<"SAMTRON"> modules;
  modules.selector.desired_samples_per_component = 20;
  modules.components.add_iters = 1000;
  const auto result =
      fit(build<"SAMTRON">([](const auto& z) { return -0.5 * sum(square(z - 1.0)); }, start<Covariance::full>(), modules), Rng(1),
          {.max_steps = 40, .draws = 1000});
  CHECK(result.diagnosis.elbo == Approx(log_2_pi).epsilon(1e-3));
  CHECK(result.stepper.modules().selector.desired_samples_per_component == 20);
}

TEST_CASE("a target by value is enough for zero-order codenames, diagonal ones too", "[mixtures]") {
  ModulesOf<"ZEPYFUX"> modules;
  modules.selector.desired_samples_per_component = 40;
  modules.component_stepsize.initial_stepsize = 0.1;
  modules.weight_stepsize.initial_stepsize = 0.1;
  const auto result = fit(build<"zepyfux">([](const Batch<double>& x) { return Row<double>(-0.5 * x.colwise().squaredNorm()); },
                                           start<Covariance::diagonal>(), modules),
                          Rng(1), {.max_steps = 150, .draws = 1000});
  CHECK(result.diagnosis.elbo == Approx(log_2_pi).epsilon(1e-3));
}

namespace {
/// Terms of a sum, of which a step sees one, times their number; log p by all is that of N(1.5, 1/2 I) up to a constant.
struct Halves {
  struct Half {
    double centre;
    Row<double> value_and_gradient(const Batch<double>& x, Batch<double>& gradient) const {
      gradient = -2 * (x.array() - centre);
      return -(x.array() - centre).matrix().colwise().squaredNorm();
    }
  };
  template <class R>
  Half minibatch(R& rng) const {
    return {uniforms<double>(rng, 1, 1)(0, 0) < 0.5 ? 1.0 : 2.0};
  }
};
}  // namespace

TEST_CASE("a target by minibatches", "[mixtures]") {
  ModulesOf<"SEMYFUX"> modules;
  modules.selector = {.desired_samples_per_component = 20, .ratio_reused_samples_to_desired = 0};
  modules.component_stepsize.initial_stepsize = 0.02;
  modules.weight_stepsize.initial_stepsize = 0.02;
  const auto result = fit(build<"SEMYFUX">(Halves{}, start<Covariance::full>(), modules), Rng(1), {.max_steps = 600, .draws = 100});
  const auto& q = result.stepper.mixture();
  // the mean of the last 1/0.02 steps' choices of 1 or 2: standard deviation 0.05
  for (Index k = 0; k < 2; ++k) {
    CHECK(std::abs(q[k].mean[0] - 1.5) < 0.3);
    CHECK(q[k].factor(0, 0) == Approx(std::sqrt(0.5)).epsilon(0.05));
  }
  CHECK(result.diagnosis.draws == 100);
}

#include "variate/mixtures/build_from_config.hpp"

#include "support/catch.hpp"
#include "variate/random/rng.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
template <class F>
void refused(F f, const std::string& words) {
  try {
    f();
    FAIL("no error that says " << words);
  } catch (const InvalidArgument& error) {
    INFO(error.what());
    CHECK(says(error.what(), words));
  }
}
Config some() {
  Config config = experiment_config("gmm20");
  config.merge(codename_config("SAMTRON"));
  return config;
}
}  // namespace

TEST_CASE("Modules from settings", "[mixtures]") {
  Config config = codename_config("ZAMTRON");
  config["ng_estimator_config"].set({"initial_l2_regularizer", 1e-5});
  config["num_component_adapter_config"].set({"thresholds_for_add_heuristic", {3, 2}});
  config["num_component_adapter_config"].set({"max_components", 7});
  config["sample_selector_config"].set({"desired_samples_per_component", 33});
  config["ng_based_updater_config"].set({"exact", true});
  config["component_stepsize_adapter_config"].set({"max_stepsize", 0.5});
  config["weight_updater_config"].set({"use_self_normalized_importance_weights", false});
  config["weight_stepsize_adapter_config"].set({"shrink_without_reward", true});
  const auto m = build_from_config<AnyModules<>>(config);
  CHECK(std::get<More>(m.natural_gradient.choice).initial_l2_regularizer == 1e-5);
  CHECK(m.natural_gradient.initial_l2_regularizer == 1e-5);
  CHECK(m.components.thresholds_for_add_heuristic == std::vector<double>{3, 2});
  CHECK(m.components.max_components == 7);
  CHECK(m.components.add_iters == 30);
  CHECK_FALSE(m.components.fixed);
  CHECK(std::get<ComponentBasedSelector>(m.selector.choice).desired_samples_per_component == 33);
  CHECK(std::get<TrustRegionComponentUpdate>(m.component_update.choice).exact);
  CHECK(std::get<ImprovementComponentStepsize>(m.component_stepsize.choice).max_stepsize == 0.5);
  CHECK_FALSE(m.weight_update.use_self_normalized_importance_weights);
  CHECK(std::get<ImprovementWeightStepsize>(m.weight_stepsize.choice).shrink_without_reward);

  Config other = codename_config("SEPYFUG");
  other["weight_stepsize_adapter_config"].set({"annealing_exponent", 0.7});
  const auto o = build_from_config<AnyModules<>>(other);
  CHECK(std::holds_alternative<Stein>(o.natural_gradient.choice));
  CHECK(o.components.fixed);
  CHECK(std::holds_alternative<MixtureBasedSelector>(o.selector.choice));
  CHECK(std::holds_alternative<IblrComponentUpdate>(o.component_update.choice));
  CHECK(o.component_stepsize.initial_stepsize == 1e-5);
  CHECK(std::holds_alternative<DirectWeightUpdate>(o.weight_update.choice));
  CHECK(std::get<DecayingWeightStepsize>(o.weight_stepsize.choice).annealing_exponent == 0.7);
  CHECK(std::holds_alternative<DirectComponentUpdate>(build_from_config<AnyComponentUpdate>(codename_config("I")).choice));
  // A module without options has its defaults.
  CHECK(build_from_config<AnyWeightStepsize>({{"weight_stepsize_adapter_type", "fixed"}}).initial_stepsize == 1);
}

TEST_CASE("Settings that are refused", "[mixtures]") {
  refused([] { build_from_config<AnyModules<>>(codename_config("SEMTFOG")); },
          "weight_stepsize_adapter_config.annealing_exponent is TODO, expected a number");
  refused([] { build_from_config<AnyComponents>({{"num_component_adapter_type", "VIPS"}}); },
          "num_component_adapter_type is VIPS, expected adaptive or fixed");
  refused([] { build_from_config<AnyEstimator<>>({}); }, "there is no ng_estimator_type");
  refused([] { build_from_config<AnyEstimator<>>({{"ng_estimator_type", 3}}); }, "ng_estimator_type is 3, expected a text");
  refused([] { build_from_config<AnyEstimator<false>>({{"ng_estimator_type", "Stein"}}); }, "no gradients");
  refused([] { build_from_config<AnySelector>({{"sample_selector_type", "all"}}); }, "component-based or mixture-based");
  refused([] { build_from_config<AnyComponentUpdate>({{"ng_based_updater_type", "iblr"}}); }, "direct, iBLR or trust-region");
  refused([] { build_from_config<AnyWeightUpdate>({{"weight_updater_type", "x"}}); }, "direct or trust-region");
  refused(
      [] {
        build_from_config<AnyComponentStepsize>({{"component_stepsize_adapter_type", "improvement_based"}});
      },
      "improvement-based");
  refused(
      [] {
        build_from_config<AnyWeightStepsize>({{"weight_stepsize_adapter_type", "improvement-based"}});
      },
      "improvement_based");

  Config config = some();
  config["sample_selector_config"].set({"desired_samples", 3});
  refused([&] { build_from_config<AnySelector>(config); }, "sample_selector_config.desired_samples is an unknown setting");
  config = some();
  config["sample_selector_config"].set({"desired_samples_per_component", 3.5});
  refused([&] { build_from_config<AnySelector>(config); }, "3.5, expected a whole number");
  config = some();
  config["ng_estimator_config"].set({"only_use_own_samples", 1});
  refused([&] { build_from_config<AnyEstimator<>>(config); }, "expected true or false");
  config = some();
  config.set({"ng_estimator_config", 1});
  refused([&] { build_from_config<AnyEstimator<>>(config); }, "expected names with values");
  config = some();
  config["num_component_adapter_config"].set({"thresholds_for_add_heuristic", "five"});
  refused([&] { build_from_config<AnyComponents>(config); }, "five, expected numbers");
  config = codename_config("E");
  config["num_component_adapter_config"].set({"del_iters", 3});
  refused([&] { build_from_config<AnyComponents>(config); }, "unknown setting, expected none");
  config = some();
  config.set({"temperatur", 1});
  refused([&] { options_from_config(config, 2); }, "temperatur is an unknown setting");
  config = some();
  config["model_initialization"].set({"prior", 1});
  refused([&] { options_from_config(config, 2); }, "model_initialization.prior is an unknown setting");
  Rng rng(1);
  config = some();
  config["model_initialization"].set({"use_diagonal_covs", true});
  refused([&] { mixture_from_config(config, rng, 2); }, "use_diagonal_covs is true");
  refused([&] { mixture_from_config<Covariance::diagonal>(some(), rng, 2); }, "use_diagonal_covs is false");
  refused([&] { mixture_from_config(codename_config("SAMTRON"), rng, 2); }, "there is no model_initialization.prior_mean");
  config = experiment_config("planar_robot_4");
  CHECK_THROWS_AS(mixture_from_config(config, rng, 3), ShapeError);
}

TEST_CASE("The first mixture", "[mixtures]") {
  Rng rng(1);
  const auto one = mixture_from_config(experiment_config("gmm20"), rng, 3);
  CHECK(one.size() == 1);
  CHECK(one[0].mean == Vector<double>::Zero(3));
  CHECK(one[0].factor(1, 1) == Approx(std::sqrt(1000)));
  const auto many = mixture_from_config(experiment_config("planar_robot_4"), rng, 10);
  CHECK(many.size() == 300);
  CHECK(many[7].factor(9, 9) == Approx(0.05));
  double squares = 0;  // of 300 * 9 normal numbers, a deviation of 2.7 %
  for (Index k = 0; k < 300; ++k) squares += many[k].mean.tail(9).squaredNorm();
  CHECK(squares / 2700 == Approx(0.04).epsilon(0.14));
  Config config = experiment_config("gmm20");
  config["model_initialization"] = Config{{"use_diagonal_covs", true}, {"prior_mean", 2}, {"prior_scale", 3}};
  const auto diagonal = mixture_from_config<Covariance::diagonal, float>(config, rng, 2);
  CHECK(diagonal[0].factor == Vector<float>::Constant(2, 3.0f));
  CHECK(options_from_config(config, 2).prior_mean.size() == 0);
  CHECK(options_from_config(some(), 2).prior_variances == Vector<double>::Constant(2, 1000));
}

/// Runs whose modules are chosen by settings.
#include "support/catch.hpp"
#include "variate/mixtures/build_from_config.hpp"
#include "variate/mixtures/targets/gaussian_mixture_target.hpp"
#include "variate/random/rng.hpp"

using namespace variate;

TEST_CASE("A run from settings", "[mixtures]") {
  const auto target = simple_gaussian_mixture();
  Config config{
      {"model_initialization", Config{{"prior_mean", 0}, {"prior_scale", 3}, {"initial_cov", 9}, {"num_initial_components", 4}}}};
  config.merge(codename_config("semtruX"));
  config["sample_selector_config"].set({"desired_samples_per_component", 50});
  Rng rng(5);
  // Values alone will do for MORE, and then all seven modules are one type.
  config.merge(codename_config("Z"));
  const auto value = [&](const Batch<double>& x) -> Row<double> { return target(x); };
  auto gmmvi = build_from_config(config, value, rng, 2);
  double elbo = 0;
  for (int i = 0; i < 40; ++i) elbo = gmmvi.step(rng).value;
  CHECK(elbo > -0.05);
}

/// Who draws how many samples.
#include "variate/mixtures/sample_selectors.hpp"

#include <algorithm>

#include "support/catch.hpp"
#include "variate/random/rng.hpp"

using namespace variate;

namespace {
Gaussians<double> two() {
  Batch<double> means(1, 2);
  means << 0, 100;
  return {Vector<double>{{0.25, 0.75}}, means, {Batch<double>::Ones(1, 1), Batch<double>::Ones(1, 1)}};
}
}  // namespace

TEST_CASE("components draw what they lack", "[mixtures]") {
  const auto model = two();
  const ComponentBasedSelector selector{.desired_samples_per_component = 10, .ratio_reused_samples_to_desired = 0.79};
  CHECK(selector.reused(3) == 21);
  Rng rng(1);
  // seven samples from around the first component, which they serve fully; the second has none
  const Batch<double> x = normals<double>(rng, 1, 7), densities = model.component_log_densities(x);
  const Row<double> background = densities.row(0);
  const auto draws = selector.draw(model, densities, background, rng);
  CHECK(std::count(draws.components.begin(), draws.components.end(), 0) == 3);
  // all weights underflow together, and are worth one sample
  CHECK(std::count(draws.components.begin(), draws.components.end(), 1) == 9);
  REQUIRE(draws.x.cols() == 12);
  for (Index i = 0; i < 12; ++i)
    CHECK(std::abs(draws.x(0, i) - (draws.components[static_cast<std::size_t>(i)] == 0 ? 0 : 100)) < 10);
  const auto all = selector.draw(model, Batch<double>(2, 0), Row<double>(0), rng);
  CHECK(all.x.cols() == 20);
  CHECK(ComponentBasedSelector{.desired_samples_per_component = 2}.draw(model, densities, background, rng).components ==
        std::vector<Index>{0, 1});
}

TEST_CASE("the mixture draws what it lacks", "[mixtures]") {
  const auto model = two();
  Rng rng(1);
  MixtureBasedSelector selector{.desired_samples_per_component = 400, .ratio_reused_samples_to_desired = 0.5};
  CHECK(selector.reused(3) == 600);
  selector.reuse_whatever_components = true;
  CHECK(selector.reused(3) == 200);
  const auto draws = selector.draw(model, Batch<double>(2, 0), Row<double>(0), rng);
  REQUIRE(draws.x.cols() == 400);
  const Index first = std::count(draws.components.begin(), draws.components.end(), 0);
  for (Index i = 0; i < 400; ++i) CHECK((draws.x(0, i) < 50) == (i < first));
  CHECK_FALSE(std::is_sorted(draws.components.begin(), draws.components.end()));
  selector.aligned_mapping = true;
  const auto aligned = selector.draw(model, Batch<double>(2, 0), Row<double>(0), rng);
  CHECK(std::is_sorted(aligned.components.begin(), aligned.components.end()));
  for (Index i = 0; i < 400; ++i) CHECK((aligned.x(0, i) < 50) == (aligned.components[static_cast<std::size_t>(i)] == 0));
  // draws of the mixture itself are worth their number: one more is drawn
  const Batch<double> x = aligned.x, densities = model.component_log_densities(x);
  CHECK(selector.draw(model, densities, model.log_density(x), rng).x.cols() <= 2);
}

#include "variate/mixtures/natural_gradient.hpp"

#include <cmath>
#include <vector>

#include "support/catch.hpp"

namespace natural_gradient {
using namespace variate;

/// Two components in one dimension, three samples; the numbers are made up.
MixtureSamples<double> three_samples() {
  MixtureSamples<double> samples;
  samples.stored.x = Batch<double>{{0.0, 1.0, 2.0}};
  samples.stored.target = Row<double>{{-1.0, -2.0, -3.0}};
  samples.stored.mapping = {7, 8, 8};
  samples.background = Row<double>{{-1.0, -1.5, -2.0}};
  samples.densities = Batch<double>{{-0.5, -1.5, -900.0}, {-2.0, -1.0, -0.5}};
  return samples;
}
}  // namespace natural_gradient

TEST_CASE("weights of samples are ratios of densities up to a factor that is told", "[mixtures]") {
  const auto samples = natural_gradient::three_samples();
  const variate::detail::ComponentWeights<double> of(samples, 2, false);
  variate::detail::RatioWeights<double> weights;
  for (variate::Index k = 0; k < 2; ++k) {
    REQUIRE(of.look_at(k, weights));
    CHECK(of.used(weights) == 3);
    for (variate::Index i = 0; i < 3; ++i)
      CHECK(weights.weights[i] * std::exp(weights.shift) ==
            Approx(std::exp(samples.densities(k, i) - samples.background[i])).margin(1e-30));
    CHECK(weights.sum == Approx(weights.weights.sum()));
  }
}

TEST_CASE("a component's own samples are those of the newest distributions", "[mixtures]") {
  const auto samples = natural_gradient::three_samples();
  const variate::detail::ComponentWeights<double> of(samples, 2, true);
  variate::detail::RatioWeights<double> weights;
  REQUIRE(of.look_at(1, weights));
  CHECK(of.used(weights) == 2);
  CHECK(weights.weights == variate::Row<double>{{0.0, 1.0, 1.0}});
  REQUIRE(of.look_at(0, weights));
  CHECK(weights.weights == variate::Row<double>{{1.0, 0.0, 0.0}});
  const variate::detail::ComponentWeights<double> of_three(samples, 3, true);
  CHECK_FALSE(of_three.look_at(0, weights));  // nobody drew for it
}

TEST_CASE("an estimate given up is no number", "[mixtures]") {
  variate::NaturalGradients<double, variate::Covariance::full> estimates;
  estimates.resize(2, 3);
  for (auto& h : estimates.hessians) h.setZero();
  for (auto& g : estimates.gradients) g.setZero();
  estimates.give_up(1);
  CHECK(estimates.hessians[0].isZero());
  CHECK(estimates.gradients[0].isZero());
  CHECK(estimates.hessians[1].array().isNaN().all());
  CHECK(estimates.gradients[1].array().isNaN().all());
}

#include "variate/mixtures/weight_updates.hpp"

#include <limits>

#include "support/catch.hpp"
#include "variate/distributions/mixture.hpp"
#include "variate/distributions/poisson.hpp"
#include "variate/mixtures/gaussians.hpp"
#include "variate/random/rng.hpp"

using namespace variate;

namespace {
Vector<double> numbers(std::initializer_list<double> all) {
  Vector<double> v(static_cast<Index>(all.size()));
  std::copy(all.begin(), all.end(), v.data());
  return v;
}
Vector<double> logs(std::initializer_list<double> all) { return numbers(all).array().log(); }
}  // namespace

TEST_CASE("Expected log ratios are importance-weighted means", "[mixtures]") {
  const Vector<double> log_weights = logs({0.25, 0.75});
  Batch<double> densities(2, 3);
  densities << -1, -2, -3, -2, -1, -4;
  Row<double> background(3), targets(3);
  background << -1.5, -1, -2;
  targets << 1, 5, -2;
  for (const bool self : {true, false}) {
    const Vector<double> got = expected_log_ratios(log_weights, densities, background, targets, 0.7, self);
    for (Index k = 0; k < 2; ++k) {
      double sum = 0, total = 0;
      for (Index i = 0; i < 3; ++i) {
        const double w = std::exp(densities(k, i) - background[i]);
        const double q = std::log(0.25 * std::exp(densities(0, i)) + 0.75 * std::exp(densities(1, i)));
        sum += w * (targets[i] - 0.7 * q);
        total += w;
      }
      CHECK(got[k] == Approx(sum / (self ? total : 3)).epsilon(1e-13));
    }
  }
  // Weights that underflow: the nearest sample counts.
  background.array() += 5000;
  CHECK(expected_log_ratios(log_weights, densities, background, targets, 0.7).allFinite());
  CHECK(expected_log_ratios(log_weights, densities, background, targets, 0.7, false) == numbers({0, 0}));
  CHECK_THROWS_AS(expected_log_ratios(log_weights, densities, Row<double>(2), targets, 1.0), ShapeError);
  CHECK_THROWS_AS(expected_log_ratios(log_weights, Batch<double>(2, 0), Row<double>(0), Row<double>(0), 1.0), InvalidArgument);
}

TEST_CASE("Direct weight updates", "[mixtures]") {
  const DirectWeightUpdate direct;
  const Vector<double> old = logs({0.5, 0.3, 0.2});
  const auto step = direct(old, numbers({0, 1, 2}), 0.5, 2.0);
  CHECK(step.log_weights[1] - step.log_weights[0] == Approx(std::log(0.6) + 0.25));
  CHECK(step.log_weights.array().exp().sum() == Approx(1));
  CHECK(step.eta == -1);
  const auto far = direct(old, numbers({0, -1e6, 0}), 1.0, 1.0);
  CHECK(far.log_weights[1] == Approx(-69.07));
  CHECK(direct(old, numbers({0, std::nan(""), 0}), 1.0, 1.0).log_weights == old);
  CHECK(direct(numbers({0.0}), numbers({7.0}), 1.0, 1.0).log_weights == numbers({0.0}));
  CHECK_THROWS_AS(direct(old, numbers({0, 1}), 1.0, 1.0), ShapeError);
  CHECK_THROWS_AS(direct(old, numbers({0, 1, 2}), -1.0, 1.0), DomainError);
  CHECK_THROWS_AS(direct(old, numbers({0, 1, 2}), 1.0, 0.0), DomainError);
}

TEST_CASE("Trust-region weight updates", "[mixtures]") {
  const TrustRegionWeightUpdate literal, exact{.exact = true};
  const Vector<double> old = logs({0.5, 0.3, 0.2}), ratios = numbers({0, 9, -4});
  const double full = exact.kl(0.0, old, ratios, 1.0).kl;
  for (const double temperature : {0.5, 1.0, 3.0})
    for (const double bound : {1e-9, 1e-4, 0.01, 0.3}) {
      const auto step = exact(old, ratios, bound, temperature);
      CHECK(std::abs(step.kl - bound) < 1e-8);
      CHECK(std::abs(step.kl / bound - 1) < 1e-5);
      CHECK((step.log_weights.array().exp() * (step.log_weights - old).array()).sum() == Approx(step.kl).margin(1e-15));
      CHECK(literal(old, ratios, bound, temperature).kl < 1.1 * bound);
    }
  CHECK(exact(old, ratios, full * 1.01, 1.0).eta == 0);
  using variate_tests::infinity;
  CHECK(exact(old, ratios, infinity, 1.0).eta == 0);
  CHECK(literal(old, ratios, infinity, 1.0).eta < 1e-8);
  CHECK(exact(old, ratios, 0.0, 1.0).eta == -1);
  CHECK((exact(old, ratios, 0.0, 1.0).log_weights - old).norm() < 1e-15);
  CHECK(literal(old, numbers({0, infinity, 0}), 0.1, 1.0).kl == -1);
  CHECK(literal(numbers({0.0}), numbers({7.0}), 1.0, 1.0).log_weights == numbers({0.0}));
  CHECK_THROWS_AS(literal(old, ratios, -1.0, 1.0), DomainError);
  CHECK_THROWS_AS(literal(old, numbers({0, 1}), 1.0, 1.0), ShapeError);
  CHECK_THROWS_AS(literal(old, ratios, 1.0, -1.0), DomainError);
  // Between ends that no multiplier satisfies, the old weights.
  CHECK(literal.bracketing_search(old, ratios, 1.0, 1e-9, -10.0, 3.0).eta == -1);
}

TEST_CASE("Weights of any mixture can be updated", "[mixtures]") {
  // Two rates of arrivals; the target is the first of them.
  const std::vector<Poisson<double>> rates{Poisson<double>(Vector<double>::Constant(1, 2.0)),
                                           Poisson<double>(Vector<double>::Constant(1, 9.0))};
  Mixture q(rates);
  Rng rng(3);
  const auto learn = [&](auto&& updater, double stepsize) {
    for (int i = 0; i < 20; ++i) {
      const Batch<double> x = q.sample(rng, 200);
      updater.update_weights(x, q.log_prob(x), rates[0].log_prob(x), stepsize);
    }
    return q.weights()(0, 0);
  };
  CHECK(learn(WeightUpdater(q, TrustRegionWeightUpdate{}), 0.1) > 0.99);
  q = Mixture(rates);
  CHECK(learn(WeightUpdater(q, DirectWeightUpdate{}), 0.5) > 0.99);

  Batch<double> means(1, 2);
  means << 0, 5;
  Gaussians<double> normals(logs({0.5, 0.5}).array().exp(), means,
                            {Batch<double>::Identity(1, 1), Batch<double>::Identity(1, 1)});
  WeightUpdater updater(normals, TrustRegionWeightUpdate{});
  const Batch<double> x = normals.sample(rng, 500).x;
  const Row<double> background = normals.log_density(x), targets = normals.component_log_densities(x).row(1);
  const Vector<double> ratios = updater.expected_log_ratios(x, background, targets);
  const auto wanted = updater.bracketing_search(ratios, 0.1);
  CHECK(updater.kl(wanted.eta, ratios).kl == wanted.kl);
  CHECK(normals.weights()[0] == Approx(0.5));
  const auto step = updater.update_weights(x, background, targets, 0.1);
  CHECK(step.log_weights == wanted.log_weights);
  CHECK(normals.weights()[1] > 0.6);
  CHECK((normals.log_weights() - step.log_weights).norm() < 1e-15);
  CHECK_THROWS_AS(WeightUpdater(normals, DirectWeightUpdate{}, 0.0), DomainError);
}

TEST_CASE("Weight updates in float", "[mixtures]") {
  const Vector<float> old = logs({0.5, 0.3, 0.2}).cast<float>(), ratios = numbers({0, 3, -4}).cast<float>();
  CHECK(TrustRegionWeightUpdate{.exact = true}(old, ratios, 0.1f, 1.0f).kl == Approx(0.1).epsilon(1e-5));
  CHECK(TrustRegionWeightUpdate{}(old, ratios, 0.1f, 1.0f).kl == Approx(0.1).epsilon(0.11));
  CHECK(DirectWeightUpdate{}(old, ratios, 0.1f, 1.0f).log_weights.array().exp().sum() == Approx(1).epsilon(1e-6));
}

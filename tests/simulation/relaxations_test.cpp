#include "support/catch.hpp"
#include "variate/core/error.hpp"
#include "variate/random/rng.hpp"
#include "variate/simulation/relaxations.hpp"

using namespace variate;

namespace {
using Slope = Dual<double, 1>;
/// df/dx by central differences.
template <class F>
double difference(F f, double x) {
  return (f(x + 1e-5) - f(x - 1e-5)) / 2e-5;
}
}  // namespace

TEST_CASE("A straight-through coin is hard and has the soft one's slope", "[simulation]") {
  for (const double odds : {-1.3, 0.2, 2.0})
    for (const double noise : {-2.0, -0.1, 0.3, 1.9}) {
      const Slope choice = straight_through_bernoulli(Slope::variable(odds), noise, 0.5);
      CHECK(choice.value == (odds + noise > 0 ? 1 : 0));
      CHECK(choice.tangent[0] == Approx(difference([&](double x) { return 1 / (1 + std::exp(-(x + noise) / 0.5)); }, odds)).epsilon(1e-6));
      CHECK(straight_through_bernoulli(odds, noise, 0.5) == choice.value);
      const double p = 1 / (1 + std::exp(-odds));
      const Slope of_p = straight_through_bernoulli_of(Slope::variable(p), noise, 0.5);
      CHECK(of_p.value == choice.value);
      CHECK(of_p.tangent[0] == Approx(choice.tangent[0] / (p * (1 - p))));
    }
  CHECK(straight_through_bernoulli_of(Slope::variable(0.0), 30.0).tangent[0] == 0);
  CHECK(straight_through_bernoulli_of(Slope::variable(1.0), -20.0).value == 1);
  CHECK(std::isnan(straight_through_bernoulli(std::nan(""), 0.0)));
}

TEST_CASE("A straight-through coin has its probability", "[simulation][statistical]") {
  Rng rng(3);
  const Index n = 40000;
  const Batch<double> u = uniforms<double>(rng, 1, n);
  double sum = 0;
  for (Index i = 0; i < n; ++i) sum += straight_through_bernoulli_of(0.3, logistic_from_uniform(u(0, i)));
  const double z = (sum - 0.3 * static_cast<double>(n)) / std::sqrt(0.21 * static_cast<double>(n));
  CHECK(std::abs(z) < 4);  // false alarm 6e-5
}

TEST_CASE("A straight-through choice is one-hot with the softmax's slopes", "[simulation]") {
  const std::vector<double> gumbels{0.1, -0.4, 0.9};
  const double temperature = 0.7, at = 0.5;
  const auto soft = [&](double x, int which) {
    const double logits[3] = {x, 0.3, -0.2};
    double sum = 0;
    for (std::size_t i = 0; i < 3; ++i) sum += std::exp((logits[i] + gumbels[i]) / temperature);
    const auto k = static_cast<std::size_t>(which);
    return std::exp((logits[k] + gumbels[k]) / temperature) / sum;
  };
  const std::vector<Slope> log_weights{Slope::variable(at), Slope(0.3), Slope(-0.2)};
  const auto choice = straight_through_categorical(log_weights, gumbels, temperature);
  const double hard[3] = {0, 0, 1};
  for (int k = 0; k < 3; ++k) {
    const auto i = static_cast<std::size_t>(k);
    CHECK(choice[i].value == hard[i]);
    CHECK(choice[i].tangent[0] == Approx(difference([&](double x) { return soft(x, k); }, at)).epsilon(1e-6));
  }
  CHECK(straight_through_categorical(std::vector<double>{0.5, 0.3, -0.2}, gumbels)[2] == 1);
  CHECK_THROWS_AS(straight_through_categorical(std::vector<double>{0.5}, gumbels), ShapeError);
  CHECK_THROWS_AS(straight_through_categorical(std::vector<double>{}, std::vector<double>{}), InvalidArgument);
}

TEST_CASE("Clips", "[simulation]") {
  CHECK(clip(Slope::variable(0.5), 0.0, 1.0).tangent[0] == 1);
  CHECK(clip(Slope::variable(1.0), 0.0, 1.0).tangent[0] == 1);
  CHECK(clip(Slope::variable(1.5), 0.0, 1.0).tangent[0] == 0);
  CHECK(clip(-1.0, 0.0, 1.0) == 0);
  for (const double x : {-2.0, 0.4, 3.0}) {
    const Slope soft = soft_clip(Slope::variable(x), 0.0, 1.0, 5.0);
    CHECK(soft.value > 0);
    CHECK(soft.value < 1.15);
    CHECK(soft.tangent[0] == Approx(difference([](double y) { return soft_clip(y, 0.0, 1.0, 5.0); }, x)).epsilon(1e-6).margin(1e-9));
  }
}

TEST_CASE("Soft maxima do not overflow", "[simulation]") {
  CHECK(soft_maximum(1e4, -1e4) == 1e4);
  CHECK(soft_minimum(1e4, -1e4) == -1e4);
  CHECK(soft_maximum(2.0, 2.0, 4.0) == Approx(2 + std::log(2.0) / 4));
  const Slope x = soft_maximum(Slope::variable(0.3), Slope(0.5), 3.0);
  CHECK(x.tangent[0] == Approx(difference([](double y) { return soft_maximum(y, 0.5, 3.0); }, 0.3)).epsilon(1e-6));
}

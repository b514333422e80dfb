#include "variate/estimators/annealed.hpp"

#include <cmath>

#include "estimators/bernoulli_checks.hpp"
#include "variate/estimators/gumbel_rao.hpp"
#include "variate/estimators/gumbel_softmax.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("a temperature falls with the steps taken, to its floor", "[estimators]") {
  Annealed annealed{GumbelSoftmax{1.2}, TemperatureDecay{.rate = 0.01, .every = 10}, 0.4};
  const auto f = differentiable(Bumpy{});
  const Bernoulli<double> q(Vector<double>{{0.4, -1.2, 2.0}});
  const Rng rng(3);
  for (int t = 0; t < 150; ++t) {
    const double tau = std::max(0.4, 1.2 * std::exp(-0.01 * 10 * (t / 10)));
    CHECK(annealed.steps() == t);
    CHECK(annealed.temperature() == Approx(tau));
    Rng first = rng, second = rng;
    const auto e = annealed(q, f, first, 2);
    CHECK((e.q - GumbelSoftmax{tau}(q, f, second, 2).q).norm() < 1e-13);
    annealed(q, f, first, 2);  // looking does not cool
    annealed.learn(e.own);
  }
  CHECK(annealed.temperature() == Approx(0.4));
  static_assert(LearningEstimator<decltype(annealed), double>);
}

TEST_CASE("a temperature's schedule: other estimators, schedules, refusals", "[estimators]") {
  const auto f = differentiable(Bumpy{});
  const Bernoulli<float> q(Vector<float>{{0.4f, -1.2f, 2.0f}});
  Rng rng(1);
  Annealed other{GumbelRao{2.0, 3}, ExponentialDecay{.steps = 2, .factor = 0.25}, 0.1};
  CHECK(other(q, f, rng, 3).finite());
  other.learn(Vector<float>());
  CHECK(other.temperature() == Approx(1));
  CHECK(Annealed{GumbelSoftmax{0.7}, ConstantRate{}}.temperature() == Approx(0.7));
  CHECK(Annealed{GumbelSoftmax{0.3}, ConstantRate{}}.temperature() == Approx(0.5));
  CHECK_THROWS_AS(Annealed{GumbelSoftmax{0.0}}, DomainError);
  CHECK_THROWS_AS((Annealed{GumbelSoftmax{1.0}, TemperatureDecay{}, 0.0}), DomainError);
  CHECK_THROWS_AS((Annealed{GumbelSoftmax{1.0}, TemperatureDecay{.rate = -1}}), DomainError);
  CHECK_THROWS_AS((Annealed{GumbelSoftmax{1.0}, TemperatureDecay{.every = 0}}), InvalidArgument);
  check_data_points(Annealed{GumbelSoftmax{1.0}}, 3, 1, 3);
  check_dropping(Annealed{GumbelSoftmax{1.0}}, 1);
}

#include "variate/integration/weighted_trainer.hpp"

#include <cmath>

#include "support/catch.hpp"
#include "variate/distributions/gaussian_mixture.hpp"
#include "variate/flows/coupling_flow.hpp"
#include "variate/inference/fit.hpp"
#include "variate/optimizers/adam.hpp"
#include "variate/parallel/thread_pool.hpp"
#include "variate/random/rng.hpp"

namespace {
namespace weighted_trainer {

using namespace variate;
using namespace variate_tests;

/// Two bumps on the unit square, at uniform points.
WeightedPoints<double> camel(Index n) {
  Rng rng(11);
  const Batch<double> x = uniforms<double>(rng, 2, n);
  Row<double> f(n);
  for (Index c = 0; c < n; ++c) {
    const auto bump = [&](double m) { return std::exp(-(x.col(c).array() - m).square().sum() / 0.02); };
    f[c] = bump(0.3) + bump(0.7);
  }
  return weighted_points<double>(x, Row<double>::Ones(n), f);
}
/// Relative variance of f/q over draws from q, in terms of the weights on the data: E_p[f^2/(p q)] / I^2 - 1.
template <class Q>
double relative_variance(const Q& q, const WeightedPoints<double>& data) {
  const Row<double> p = data.log_p.array().exp(), log_q = q.log_prob(data.x);
  const double integral = data.f.cwiseQuotient(p).mean();
  return weighted_variance_loss(data.f, p, log_q) / (integral * integral) - 1;
}

static_assert(GradientStepper<WeightedTrainer<RationalQuadraticFlow<>, ForwardKl<>, Adam<>>>);
static_assert(Stepper<StatefulTrainer<GaussianMixture<>, VarianceLoss<>, Adam<>>>);

TEST_CASE("a flow learns an integrand from frozen points", "[integration]") {
  Rng rng(1);
  const auto q = coupling_flow(2, RationalQuadratic<double>(8), rng, {.masks = checkerboard_masks(2), .hidden = {12}});
  const WeightedPoints<double> data = camel(2000), fresh = camel(4000);
  const double before = relative_variance(q, fresh);
  StatefulTrainer trainer(q, ForwardKl<double>{}, Adam<double>({.rate = 0.01}),
                          {.minibatch = 500, .shuffle = true, .normalize = true});
  trainer.set_data(data);
  const TrainingRecord& record = trainer.train(rng, 40);
  CHECK(record.steps == 160);
  CHECK(record.refused == 0);
  CHECK(record.best_loss < 0);
  CHECK(trainer.restore_best());
  CHECK(relative_variance(trainer.q(), fresh) < 0.1 * before);
  CHECK(trainer.trainer().loss().integral == Approx(data.f.mean()));
}

TEST_CASE("a Gaussian mixture learns the same, by fit", "[integration]") {
  const WeightedPoints<double> data = camel(1500);
  const Batch<double> size = 0.2 * Batch<double>::Identity(2, 2);
  std::vector<MultivariateNormal<double>> parts;
  for (const double at : {0.25, 0.8}) parts.emplace_back(Vector<double>::Constant(2, at), size);
  const GaussianMixture<> q(Vector<double>{{0.5, 0.5}}, parts);
  const double before = relative_variance(q, data);
  WeightedTrainer trainer(q, VarianceLoss<double>{}, Adam<double>({.rate = 0.05}), {.normalize = true});
  trainer.set_data(data);
  const auto result = fit(trainer, Rng(3), {.max_steps = 200, .window = 10, .draws = 0});
  CHECK(result.status == Status::completed);
  CHECK(relative_variance(result.q(), data) < 0.1 * before);
}

TEST_CASE("a copy of a trainer goes on alike", "[integration]") {
  Rng rng(2);
  const auto q = coupling_flow(2, PiecewiseQuadratic<double>(4), rng, {.hidden = {5}});
  WeightedTrainer trainer(q, AlternatingLoss<double>{}, Adam<double>({.rate = 0.01}), {.minibatch = 70, .shuffle = true});
  trainer.set_data(camel(200));
  const Rng seed(5);
  auto whole = trainer;
  for (Index i = 0; i < 7; ++i) {
    auto stream = seed.split(static_cast<std::uint64_t>(i));
    const auto step = whole.step(stream);
    CHECK(step.epoch == i / 3);
  }
  for (Index i = 0; i < 4; ++i) {
    auto stream = seed.split(static_cast<std::uint64_t>(i));
    trainer.step(stream);
  }
  auto copy = trainer;
  for (Index i = 4; i < 7; ++i) {
    auto stream = seed.split(static_cast<std::uint64_t>(i)), look = stream;
    const double seen = copy.estimate(look).value;
    CHECK(copy.step(stream).value == seen);
  }
  CHECK((copy.q().params() - whole.q().params()).norm() == 0);
  CHECK(copy.steps_per_epoch() == 3);
}

TEST_CASE("threads change nothing of a step", "[integration]") {
  Rng rng(6);
  const auto q = coupling_flow(2, PiecewiseQuadratic<double>(4), rng, {.hidden = {5}, .zero_last = false});
  ThreadPool pool(2);
  const auto run = [&](auto trainer) {
    trainer.set_data(camel(3000));
    Rng unused(1);
    trainer.step(unused);
    trainer.step(unused);
    return Vector<double>(trainer.q().params());
  };
  using Loss = AlternatingLoss<double>;
  const Vector<double> serial = run(WeightedTrainer(q, Loss{}, Adam<double>()));
  CHECK((serial - run(WeightedTrainer(q, Loss{}, Adam<double>(), {}, pool))).norm() == 0);
  CHECK((serial - run(StatefulTrainer(WeightedTrainer(q, Loss{}, Adam<double>(), {}, pool)))).norm() == 0);
  CHECK((serial - q.params()).norm() > 0);
}

/// A loss that is not finite at some steps.
struct Sick {
  ForwardKl<double> loss{};
  Index from, to;
  template <class Q>
  Estimate<double> operator()(const Q& q, const WeightedPoints<double>& data, Index step) const {
    auto estimate = loss(q, data);
    if (step >= from && step < to) estimate.q[0] = std::nan("");
    return estimate;
  }
};

TEST_CASE("minibatches that are not finite are skipped, and the best parameters put back", "[integration]") {
  Rng rng(3);
  const auto q = coupling_flow(2, PiecewiseQuadratic<double>(4), rng, {.hidden = {5}});
  StatefulTrainer trainer(q, Sick{.from = 5, .to = 8}, Adam<double>({.rate = 0.01}), {.minibatch = 50}, {.refused_limit = 3});
  trainer.set_data(camel(200));
  Vector<double> best, now;
  double lowest = infinity;
  trainer.train(rng, 2, [&](const TrainingStep& step) {
    CHECK(step.taken == (step.index < 5));
    CHECK(step.restored == (step.index == 7));
    if (step.taken && trainer.record().best_loss < lowest) {
      lowest = trainer.record().best_loss;
      best = trainer.q().params();
    }
    now = trainer.q().params();
    return step.index < 7;
  });
  CHECK(trainer.record().refused == 3);
  CHECK(trainer.record().restored == 1);
  CHECK(trainer.trainer().refused() == 3);
  CHECK((now - best).norm() == 0);
  trainer.set_data(camel(100));
  CHECK(trainer.record().steps == 0);
  CHECK_FALSE(trainer.restore_best());
}

TEST_CASE("what trainers refuse", "[integration]") {
  Rng rng(4);
  const auto q = coupling_flow(2, PiecewiseQuadratic<double>(2), rng, {.hidden = {3}});
  using Trainer = WeightedTrainer<std::remove_cvref_t<decltype(q)>, ForwardKl<double>, Adam<double>>;
  CHECK_THROWS_AS(Trainer(q, {}, Adam<double>(), {.minibatch = -1}), InvalidArgument);
  Trainer trainer(q, {}, Adam<double>());
  CHECK_THROWS_AS(trainer.step(rng), InvalidArgument);
  CHECK_THROWS_AS(trainer.set_data({Batch<double>(2, 0), Row<double>(0), Row<double>(0)}), InvalidArgument);
  CHECK_THROWS_AS(trainer.set_data({Batch<double>::Zero(3, 1), Row<double>::Zero(1), Row<double>::Zero(1)}), ShapeError);
}

}  // namespace weighted_trainer
}  // namespace

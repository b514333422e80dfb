#include "variate/estimators/baselines/nvil.hpp"

#include <cmath>

#include "estimators/fixture_model.hpp"
#include "support/catch.hpp"
#include "support/moments.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/distributions/conditional.hpp"
#include "variate/estimators/baselines/leave_one_out.hpp"
#include "variate/estimators/baselines/none.hpp"
#include "variate/estimators/exact.hpp"
#include "variate/estimators/reinforce.hpp"
#include "variate/networks/mlp.hpp"
#include "variate/optimizers/sgd.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
/// Bernoulli logits of their own for each data point, which has inputs.
struct Own {
  const Batch<double>* x;
  const Batch<double>& inputs() const { return *x; }
  Vector<double> pullback(const Batch<double>& g) const { return Eigen::Map<const Vector<double>>(g.data(), g.size()); }
};
using BoundBits = Bound<Bernoulli<double>, Own>;
/// C(x) = theta.
struct Level {
  auto operator()(const auto& x, const auto& theta) const { return 0.0 * row(x, 0) + reshape(theta, 0, 1, 1); }
};
/// C(x) = theta_0 + theta_1 x_0.
struct Line {
  auto operator()(const auto& x, const auto& theta) const {
    return reshape(theta, 1, 1, 1) * row(x, 0) + reshape(theta, 0, 1, 1);
  }
};
using LineNvil = decltype(Nvil(differentiable(Line{}, Vector<double>())));
}  // namespace

static_assert(BaselineFor<Nvil<double>, Bernoulli<double>> && LearningEstimator<Nvil<double>, double>);
static_assert(BaselineFor<LineNvil, BoundBits> && !BaselineFor<LineNvil, Bernoulli<double>>);

TEST_CASE("NVIL step by step", "[fixtures][estimators]") {
  const auto file = fixture("estimators/nvil.json");
  const auto f = differentiable(Cost(file.at("f")));
  const Batch<double> nothing = Batch<double>::Zero(1, 1);
  const BoundBits q(Bernoulli<double>(matrix(file.at("logits"))), Own{&nothing});
  const NvilOptions<double> options{.decay = number(file.at("decay")), .update_first = true};
  const double level = number(file.at("input_baseline"));
  // rate so small that C stays where it is
  Reinforce reinforce{Nvil(differentiable(Level{}, Vector<double>{{level}}), options, Sgd<double>({.rate = 1e-300}))};
  Reinforce without{Nvil(options)};
  REQUIRE(file.at("steps").size() > 0);
  double worst = 0;
  for (const auto& step : file.at("steps")) {
    const Batch<double> u = matrix(step.at("u")).transpose();
    auto rng = recorded({u});
    const auto e = reinforce(q, f, rng, u.cols());
    reinforce.learn(e.own);
    const Batch<double> bits = (u.array() > (1 - q.distribution().mean().array()).replicate(1, u.cols())).cast<double>();
    worst = std::max(worst, worst_relative_error(Vector<double>((f(bits).array() - level).matrix().transpose()),
                                                 matrix(step.at("signal")), 1e-12));
    worst = std::max(worst, worst_relative_error(e.q, matrix(step.at("grad")), 1e-12));
    worst = std::max(worst, relative_error(reinforce.baseline.mean(), number(step.at("running_mean")), 1e-12));
    worst = std::max(worst, relative_error(reinforce.baseline.variance(), number(step.at("running_variance")), 1e-12));
    // no network is a network that says 0: of f - level the same follows
    const auto shifted = [&](const Batch<double>& x) -> Row<double> { return f(x).array() - level; };
    auto again = recorded({u});
    const auto plain = without(q.distribution(), shifted, again, u.cols());
    without.learn(plain.own);
    worst = std::max(worst, worst_relative_error(plain.q, matrix(step.at("grad")), 1e-12));
    for (const auto& [name, value] : step.items())
      if (name != "u" && name != "signal" && name != "grad" && name != "running_mean" && name != "running_variance")
        FAIL("unknown field " << name);
  }
  INFO(worst);
  CHECK(worst < 1e-10);
}

TEST_CASE("NVIL by hand: two data points, a sample left out, the lesson of the network", "[estimators]") {
  const Batch<double> x{{1.0, 3.0}};
  const BoundBits q(Bernoulli<double>(Batch<double>{{0.2, -0.4}}), Own{&x});
  const Row<double> values{{10.0, 2.0, 4.0, 900.0, 6.0, 8.0}}, keep{{1.0, 1.0, 1.0, 0.0, 1.0, 1.0}};
  Nvil nvil(differentiable(Line{}, Vector<double>{{0.5, 1.0}}), {.decay = 0.5}, Sgd<double>({.rate = 0.1}));
  // C is 1.5 and 3.5, l = 8.5, -1.5, 2.5, ., 4.5, 4.5
  const Vector<double> lesson = nvil.lesson(values, keep, q);
  CHECK(lesson(0) == Approx(18.5 / 5));
  CHECK(lesson(1) == Approx((8.5 * 8.5 + 1.5 * 1.5 + 2.5 * 2.5 + 2 * 4.5 * 4.5) / 5 - 3.7 * 3.7));
  CHECK(lesson(2) == Approx(18.5 / 5));
  CHECK(lesson(3) == Approx((8.5 + 2.5 + 4.5 + 3 * (-1.5 + 4.5)) / 5));
  CHECK(nvil(values, keep, q)(1) == Approx(-1.5));
  nvil.learn(lesson);
  CHECK(nvil.mean() == Approx(lesson(0) / 2));
  CHECK(nvil.variance() == Approx(lesson(1) / 2));
  CHECK(nvil.network().params()(1) == Approx(1 + 0.1 * lesson(3)));
  const double at_three = nvil.network()(x)(1), scale = std::sqrt(nvil.variance());
  CHECK(scale > 1);
  CHECK(nvil(values, keep, q)(5) == Approx((8 - at_three - nvil.mean()) / scale));
  Nvil<> unscaled({.decay = 0.5, .scale = false});
  unscaled.learn(unscaled.lesson(values, keep, q));
  CHECK(unscaled(values, keep, q)(0) == Approx(10 - 3.0));  // mean of the kept is 6
}

TEST_CASE("NVIL refuses a decay outside [0, 1), and compiles for float", "[estimators]") {
  CHECK_THROWS_AS(Nvil<>({.decay = 1.0}), DomainError);
  CHECK_THROWS_AS(Nvil<>({.decay = -0.1}), DomainError);
  CHECK_THROWS_AS(Nvil<>({.decay = std::nan("")}), DomainError);
  CHECK_NOTHROW(Nvil<>({.decay = 0.0}));
  Nvil<float> single({.update_first = true});
  const Row<float> values{{1.0f, 5.0f}}, keep{{1.0f, 1.0f}};
  CHECK(single(values, keep, 0)(0) == Approx(1 - 0.2f * 3));
  single.learn(single.lesson(values, keep, 0));
  CHECK(single.mean() == Approx(0.2f * 3));
}

TEST_CASE("NVIL learns the level of each data point; unbiased without the scale", "[estimators][statistical]") {
  // f of data point b is far from that of the others: only what knows x can take it away with one sample each
  const Batch<double> x{{-1.0, 0.0, 2.0}};
  const BoundBits q(Bernoulli<double>(Batch<double>{{0.3, -0.5, 0.9}, {0.1, 0.7, -0.2}}), Own{&x});
  const auto f = [&](const Batch<double>& b) {
    Row<double> v = b.row(0) - 0.5 * b.row(1).cwiseProduct(b.row(0));
    for (Index c = 0; c < v.size(); ++c) v(c) += 4 * x(0, c % 3) * x(0, c % 3);
    return v;
  };
  Rng rng(15);
  const Vector<double> exact = Exact{}(q, f, rng, 1).q;
  const auto spread = [&](const auto& estimator) {
    Moments moments;
    for (int i = 0; i < 6000; ++i) moments.add(estimator(q, f, rng, 1).q);
    CHECK(moments.worst_z(exact) < 4.5);
    return moments.variance().sum();
  };
  const Mlp<> net({1, 8, 1});
  Reinforce nvil{Nvil(differentiable(net, net.initialise(rng)), {.decay = 0.9, .scale = false}, Adam<double>({.rate = 0.03}))};
  Reinforce level{Nvil<>({.decay = 0.9, .scale = false})};
  const double none = spread(Reinforce{NoBaseline{}});
  for (int i = 0; i < 3000; ++i) {
    nvil.learn(nvil(q, f, rng, 1).own);
    level.learn(level(q, f, rng, 1).own);
  }
  const double with_level = spread(level), with_network = spread(nvil);
  CHECK(with_level < none);
  CHECK(with_network < 0.1 * with_level);
}

#include "variate/inference/fit.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>

#include "support/catch.hpp"
#include "variate/distributions/multivariate_normal.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/estimators/reinforce.hpp"
#include "variate/inference/elbo_rule.hpp"
#include "variate/inference/learner.hpp"
#include "variate/optimizers/adam.hpp"
#include "variate/parallel/parallel_integrand.hpp"
#include "variate/parallel/thread_pool.hpp"
#include "variate/random/rng.hpp"

using variate::Batch;
using variate::Index;
using variate::Row;
using variate::Vector;

namespace {

/// log N(x | 1, 0.5^2) in each coordinate, without its constant: the best ELBO is d log(0.5 sqrt(2 pi)).
struct Target {
  Row<double> value_and_gradient(const Batch<double>& x, Batch<double>& g) const {
    g = -4 * (x.array() - 1);
    return -2 * (x.array() - 1).square().colwise().sum();
  }
};

double best_elbo(Index d) { return static_cast<double>(d) * (std::log(0.5) + 0.5 * std::log(2 * 3.14159265358979323846)); }

auto learner(Index d, Index samples = 4) {
  return variate::Learner(variate::Normal<double>::standard(d), Target{}, variate::ElboRule<>{.samples = samples},
                          variate::Adam<double>({.rate = 0.05}));
}

}  // namespace

TEST_CASE("fit finds a normal target, also in one dimension", "[inference]") {
  for (const Index d : {1, 3}) {
    const variate::Rng rng(1);
    const auto result = variate::fit(learner(d), rng, {.max_steps = 600});
    CHECK(result.status == variate::Status::completed);
    CHECK(result.stepper.index() == 600);
    CHECK(result.history.size() == 600);
    CHECK(result.evaluations == 600 * 4);
    CHECK(result.dropped == 0);
    CHECK(result.skipped == 0);
    const auto q = result.averaged_q();
    CHECK((q.mean().array() - 1).abs().maxCoeff() < 0.01);
    CHECK((q.stddev().array() - 0.5).abs().maxCoeff() < 0.01);
    CHECK(result.diagnosis.elbo == Approx(best_elbo(d)).margin(0.005));
    CHECK(result.diagnosis.error < 0.01);
    CHECK(result.diagnosis.pareto_k < 0.5);
    CHECK(result.diagnosis.effective_sample_size > 9000);
    CHECK(result.best_value == Approx(best_elbo(d)).margin(0.02));
    CHECK(std::isfinite(result.diagnosis.signal_to_noise));
  }
}

TEST_CASE("the score function finds it too", "[inference]") {
  const variate::Rng rng(2);
  const variate::Learner scored(variate::Normal<double>::standard(2), Target{},
                                variate::ElboRule{.estimator = variate::Reinforce{}, .samples = 16},
                                variate::Adam<double>({.rate = 0.02}));
  const auto result = variate::fit(scored, rng, {.max_steps = 1500});
  CHECK(result.diagnosis.elbo == Approx(best_elbo(2)).margin(0.01));
}

TEST_CASE("the same engine gives the same run, and a copy continues it", "[inference]") {
  const variate::Rng rng(3);
  const auto whole = variate::fit(learner(2), rng, {.max_steps = 80, .draws = 0});
  const auto again = variate::fit(learner(2), rng, {.max_steps = 80, .draws = 0});
  CHECK(whole.history == again.history);
  const auto half = variate::fit(learner(2), rng, {.max_steps = 30, .draws = 0});
  const auto rest = variate::fit(half.stepper, rng, {.max_steps = 80, .draws = 0});
  CHECK(rest.history.size() == 50);
  CHECK(whole.q().params() == rest.q().params());
  CHECK(whole.averaged_q().params() == rest.averaged_q().params());
}

TEST_CASE("one, two and three threads give the same bits", "[inference]") {
  const auto run = [](int threads) {
    variate::ThreadPool pool(threads);
    const variate::Rng rng(3);
    return variate::fit(variate::Learner(variate::Normal<double>::standard(2), variate::parallel(Target{}, pool, 8),
                                         variate::ElboRule<>{.samples = 50}, variate::Adam<double>({.rate = 0.05})),
                        rng, {.max_steps = 30, .draws = 1000});
  };
  const auto one = run(1);
  for (const int threads : {2, 3}) {
    const auto more = run(threads);
    CHECK(one.history == more.history);
    CHECK(one.averaged_q().params() == more.averaged_q().params());
    CHECK(one.diagnosis.elbo == more.diagnosis.elbo);
    CHECK(one.diagnosis.pareto_k == more.diagnosis.pareto_k);
  }
}

TEST_CASE("an observer sees each step and may end the run", "[inference]") {
  const variate::Rng rng(4);
  struct Watcher {
    Index seen = 0, last = -1, first = -1, finished = 0;
    void start(Index at, Index) { first = at; }
    bool operator()(const variate::Step& step) {
      ++seen;
      last = step.index;
      return seen < 10;
    }
    void finish() { ++finished; }
  } watcher;
  int silent = 0;
  const auto result = variate::fit(learner(1), rng, {.max_steps = 50, .draws = 0}, watcher,
                                   [&](const variate::Step& step, const auto& stepper) { silent += stepper.index() == step.index + 1; });
  CHECK(result.status == variate::Status::stopped);
  CHECK(watcher.seen == 10);
  CHECK(watcher.last == 9);
  CHECK(watcher.first == 0);
  CHECK(watcher.finished == 1);
  CHECK(silent == 10);
}

TEST_CASE("a density that is never finite ends the run and leaves the start as it was", "[inference]") {
  for (const double bad : {-std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
    const auto density = [bad](const Batch<double>& x) -> Row<double> { return Row<double>::Constant(x.cols(), bad); };
    const variate::Rng rng(5);
    const auto q = variate::Normal<double>::standard(2);
    const auto result =
        variate::fit(variate::Learner(q, density, variate::ElboRule{.estimator = variate::Reinforce{}, .samples = 4},
                                      variate::Adam<double>()),
                     rng, {.max_steps = 500, .refused_limit = 20});
    CHECK(result.status == variate::Status::not_finite);
    CHECK(result.skipped == 20);
    CHECK(result.dropped == 80);
    CHECK(result.history.size() == 20);
    CHECK(result.q().params() == q.params());
    CHECK_FALSE(result.best.has_value());
    CHECK(std::isnan(result.diagnosis.elbo));
    CHECK(result.diagnosis.dropped == result.diagnosis.draws);
  }
}

TEST_CASE("a density that is finite only in places is fitted from the good samples, and the others are counted", "[inference]") {
  struct Half {
    Row<double> value_and_gradient(const Batch<double>& x, Batch<double>& g) const {
      Row<double> v = Target{}.value_and_gradient(x, g);
      for (Index c = 0; c < x.cols(); ++c)
        if (x(0, c) < -1) v(c) = -std::numeric_limits<double>::infinity();
      return v;
    }
  };
  const variate::Rng rng(6);
  const variate::Learner half(variate::Normal<double>::standard(1), Half{}, variate::ElboRule<>{.samples = 4},
                              variate::Adam<double>({.rate = 0.05}));
  const auto result = variate::fit(half, rng, {.max_steps = 600});
  CHECK(result.status == variate::Status::completed);
  CHECK(result.dropped > 0);
  CHECK(result.averaged_q().mean()(0) == Approx(1).margin(0.02));
}

TEST_CASE("when user code throws, it propagates and the stepper is as it was", "[inference]") {
  struct Throws {
    Index* calls;
    Row<double> operator()(const Batch<double>& x) const {
      if (++*calls == 4) throw std::runtime_error("the user's own");
      return -x.colwise().squaredNorm();
    }
  };
  Index calls = 0;
  variate::Learner broken(variate::Normal<double>::standard(1), Throws{&calls},
                          variate::ElboRule{.estimator = variate::Reinforce{}, .samples = 2}, variate::Adam<double>());
  const variate::Rng rng(7);
  for (int i = 0; i < 3; ++i) {
    auto stream = rng.split(static_cast<std::uint64_t>(i));
    broken.step(stream);
  }
  const Vector<double> before = broken.q().params();
  auto stream = rng.split(3);
  CHECK_THROWS_AS(broken.step(stream), std::runtime_error);
  CHECK(broken.q().params() == before);
  CHECK(broken.index() == 3);
  CHECK(broken.step(stream).taken);
}

TEST_CASE("options out of range are refused", "[inference]") {
  const variate::Rng rng(8);
  CHECK_THROWS_AS(variate::fit(learner(1), rng, {.max_steps = -1}), variate::InvalidArgument);
  CHECK_THROWS_AS(variate::fit(learner(1), rng, {.window = 0}), variate::InvalidArgument);
  CHECK_THROWS_AS(variate::fit(learner(1, 0), rng, {.max_steps = 1}), variate::InvalidArgument);
  CHECK(variate::fit(learner(1), rng, {.max_steps = 0, .draws = 0}).history.empty());
}

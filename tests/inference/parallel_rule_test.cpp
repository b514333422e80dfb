#include "variate/inference/parallel_rule.hpp"

#include <cmath>

#include "support/catch.hpp"
#include "variate/generative/layered_guide.hpp"
#include "variate/generative/layered_sbn.hpp"
#include "variate/inference/learner.hpp"
#include "variate/inference/memoised_wake_sleep.hpp"
#include "variate/inference/wake_sleep.hpp"
#include "variate/optimizers/adam.hpp"
#include "variate/parallel/thread_pool.hpp"
#include "variate/random/rng.hpp"

using namespace variate;

TEST_CASE("chunks of data points: the same bits on any number of threads, and the mean of the parts", "[inference]") {
  Rng rng(1);
  const auto net = LayeredSbn<double>::random({5, 4, 3}, rng, {}, 0.7);
  const auto guide = LayeredGuide<double>::random({5, 4, 3}, rng, 0.7);
  const Batch<double> x = (uniforms<double>(rng, 5, 11).array() > 0.5).cast<double>();
  const WakeSleep<Mixed> rule{.n_samples = 3};
  const auto run = [&](Index threads) {
    ThreadPool pool(threads);
    Rng fresh(7);
    return in_chunks(rule, pool, 4)(guide, net, x, fresh);
  };
  const auto one = run(1), three = run(3);
  CHECK(one.value == three.value);
  CHECK(one.q == three.q);
  CHECK(one.f == three.f);
  CHECK(one.evaluations == 33);
  Vector<double> of_q = Vector<double>::Zero(one.q.size()), of_p = Vector<double>::Zero(one.f.size());
  const Rng fresh(7);
  for (Index i = 0; i < 3; ++i) {
    const Index begin = 4 * i, length = i == 2 ? 3 : 4;
    Rng stream = fresh.split(static_cast<std::uint64_t>(i));
    const Batch<double> some = x.middleCols(begin, length);
    const auto e = rule(guide, net, some, stream);
    of_q += e.q * static_cast<double>(length) / 11;
    of_p += e.f * static_cast<double>(length) / 11;
  }
  CHECK((one.q - of_q).norm() < 1e-12);
  CHECK((one.f - of_p).norm() < 1e-12);
  SerialExecutor here;
  CHECK_THROWS_AS(in_chunks(rule, here, 0), InvalidArgument);
  using Memory = ParallelRule<MemoisedWakeSleep<double>, SerialExecutor>;
  static_assert(!detail::accepts<Memory, LayeredGuide<double>, LayeredSbn<double>>);
}

TEST_CASE("a learner of long vectors makes the same steps on any number of threads", "[inference]") {
  Rng rng(3);
  const auto net = LayeredSbn<float>::random({200, 90}, rng);
  const auto guide = LayeredGuide<float>::random({200, 90}, rng);
  const Batch<float> x = (uniforms<float>(rng, 200, 30).array() > 0.5f).cast<float>();
  const auto run = [&](Index threads) {
    ThreadPool pool(threads);
    const Adam<float, ConstantRate, ThreadPool> adam({.rate = 0.01f}, {}, pool);
    Learner learner(guide, net, in_chunks(WakeSleep<Wake>{.n_samples = 2}, pool, 3), adam, adam, x, Batches(10));
    for (std::uint64_t i = 0; i < 5; ++i) {
      Rng stream = Rng(9).split(i);
      CHECK(learner.step(stream).taken);
    }
    return learner;
  };
  const auto one = run(1), two = run(2);
  CHECK(one.q().params() == two.q().params());
  CHECK(one.p().params() == two.p().params());
  CHECK(one.averaged_q().params() == two.averaged_q().params());
  // the same without an executor for the optimizers: they only cut vectors up
  SerialExecutor here;
  Learner plain(guide, net, in_chunks(WakeSleep<Wake>{.n_samples = 2}, here, 3), Adam<float>({.rate = 0.01f}),
                Adam<float>({.rate = 0.01f}), x, Batches(10));
  for (std::uint64_t i = 0; i < 5; ++i) {
    Rng stream = Rng(9).split(i);
    plain.step(stream);
  }
  CHECK(plain.q().params() == two.q().params());
  CHECK(plain.averaged_q().params() == two.averaged_q().params());
}

TEST_CASE("a step that is not finite is refused on threads too", "[inference]") {
  Rng rng(4);
  ThreadPool pool(2);
  const auto net = LayeredSbn<double>::random({200, 90}, rng);
  const auto guide = LayeredGuide<double>::random({200, 90}, rng);
  const Batch<double> x = (uniforms<double>(rng, 200, 6).array() > 0.5).cast<double>();
  const Adam<double, ConstantRate, ThreadPool> adam({.rate = 0.01}, {}, pool);
  Learner learner(guide, net, in_chunks(WakeSleep<Wake>{.n_samples = 2}, pool, 3), adam, adam, x);
  Rng stream(5);
  const Estimate<double> good = learner.estimate(stream);
  for (const double value : {std::nan(""), HUGE_VAL, 1e200})
    for (const Index at : {Index{0}, Index{16384}, good.q.size() - 1}) {
      Estimate<double> bad = good;
      bad.q(at) = value;
      CHECK_FALSE(learner.apply(bad).taken);
      bad = good;
      bad.f(at) = value;
      CHECK_FALSE(learner.apply(bad).taken);
    }
  CHECK(learner.q().params() == guide.params());
  CHECK(learner.p().params() == net.params());
  CHECK(learner.apply(good).taken);
  CHECK(learner.q().params() != guide.params());
}

TEST_CASE("long gradients are summed in stretches: the same bits again", "[inference]") {
  Rng rng(2);
  const auto net = LayeredSbn<float>::random({200, 90}, rng);
  const auto guide = LayeredGuide<float>::random({200, 90}, rng);
  const Batch<float> x = (uniforms<float>(rng, 200, 6).array() > 0.5f).cast<float>();
  const WakeSleep<Wake> rule{.n_samples = 2};
  const auto run = [&](Index threads) {
    ThreadPool pool(threads);
    Rng fresh(7);
    return in_chunks(rule, pool, 3)(guide, net, x, fresh);
  };
  const auto one = run(1), two = run(2);
  CHECK(one.q == two.q);
  CHECK(one.f == two.f);
  Vector<float> sum = Vector<float>::Zero(one.q.size());
  for (Index i = 0; i < 2; ++i) {
    Rng stream = Rng(7).split(static_cast<std::uint64_t>(i));
    sum += rule(guide, net, Batch<float>(x.middleCols(3 * i, 3)), stream).q / 2;
  }
  CHECK((one.q - sum).norm() <= 1e-6f * sum.norm());
}

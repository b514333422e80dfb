#include "variate/estimators/rebar.hpp"

#include "estimators/bernoulli_checks.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("REBAR: data points, unbiased for any setting, what is dropped and refused", "[estimators][statistical]") {
  check_data_points(Rebar<>(), 3, 2, 3);
  CHECK(unbiased_z(Rebar<>(), 1) < 4.5);
  CHECK(unbiased_z(Rebar<>({.temperature = 2, .eta = 3, .improved = true}), 2) < 4.5);
  check_dropping(Rebar<>(), 1);
  CHECK_THROWS_AS(Rebar<>({.temperature = 0}), DomainError);
  CHECK_THROWS_AS(Rebar<>({.decay = 1}), DomainError);
}

TEST_CASE("REBAR learns to lose to nobody", "[estimators][statistical]") {
  const auto f = differentiable(Bumpy{});
  const Bernoulli<double> q(Vector<double>{{0.4, -1.2, 2.0}});
  Rng rng(9);
  const auto spread = [&](const auto& estimator) {
    Moments moments;
    for (int i = 0; i < 3000; ++i) moments.add(estimator(q, f, rng, 1).q);
    CHECK(moments.worst_z(Exact{}(q, f, rng, 1).q) < 4.5);
    return moments.variance().sum();
  };
  Rebar<> tuned({.temperature = 4, .eta = 0.1}), scale_only({.temperature = 4, .eta = 0.1, .tune_temperature = false});
  const double before = spread(tuned);
  for (int i = 0; i < 2000; ++i) {
    tuned.learn(tuned(q, f, rng, 1).own);
    scale_only.learn(scale_only(q, f, rng, 1).own);
  }
  const double after = spread(tuned), with_scale = spread(scale_only);
  CHECK(after < 0.5 * before);
  CHECK(after < 0.9 * with_scale);  // a variance is known to about 3 %
  CHECK(tuned.temperature() < 3);
  CHECK(scale_only.temperature() == Approx(4));
}

#include "variate/estimators/reinforce.hpp"

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/moments.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/estimators/baselines/learned_constant.hpp"
#include "variate/estimators/baselines/moving_average.hpp"
#include "variate/estimators/baselines/none.hpp"
#include "variate/estimators/exact.hpp"
#include "variate/random/rng.hpp"

using variate::Batch;
using variate::Index;
using variate::Row;
using variate::Vector;

namespace {

/// Not additive, so that no coordinate's gradient is independent of the others.
template <class T>
Row<T> cost(const Batch<T>& x) {
  Row<T> v(x.cols());
  for (Index c = 0; c < x.cols(); ++c) v(c) = (x(0, c) - T(0.3)) * (x(1, c) + T(0.5)) + std::exp(x(2, c)) * x(0, c);
  return v;
}

template <class T>
variate::Bernoulli<T> bernoulli() {
  return variate::Bernoulli<T>(Vector<T>{{T(0.4), T(-1.1), T(0.2)}});
}

const auto f = [](const Batch<double>& x) { return cost(x); };

}  // namespace

TEMPLATE_TEST_CASE("a draw of REINFORCE is the mean of (f - baseline) times the score", "[estimators]", float, double) {
  using T = TestType;
  const auto q = bernoulli<T>();
  const auto g = [](const Batch<T>& x) { return cost(x); };
  const variate::Rng rng(5);
  variate::Rng first = rng, second = rng, third = rng;
  const Index n = 7;
  const Batch<T> x = q.sample(first, n);
  const Row<T> v = cost(x);
  const Vector<T> probability = q.mean();

  Vector<T> plain = Vector<T>::Zero(3), leave_one_out = Vector<T>::Zero(3);
  for (Index s = 0; s < n; ++s) {
    const Vector<T> score = x.col(s) - probability;
    plain += v(s) * score / T(n);
    leave_one_out += (v(s) - (v.sum() - v(s)) / T(n - 1)) * score / T(n);
  }
  const auto a = variate::Reinforce{variate::NoBaseline{}}(q, g, second, n);
  const auto b = variate::Reinforce{}(q, g, third, n);
  const T tolerance = std::numeric_limits<T>::epsilon() * T(20);
  CHECK((a.q - plain).norm() <= tolerance);
  CHECK((b.q - leave_one_out).norm() <= tolerance);
  CHECK(std::abs(a.value - v.mean()) <= tolerance);
  CHECK(b.value == a.value);
  CHECK(b.evaluations == n);
  CHECK(b.dropped == 0);
  CHECK(b.f.size() == 0);
  CHECK(b.own.size() == 0);
}

TEST_CASE("REINFORCE is unbiased with every baseline", "[estimators][statistical]") {
  const auto q = bernoulli<double>();
  variate::Rng rng(11);
  // far from zero, so that every baseline has something to take away
  const auto shifted = [](const Batch<double>& x) -> Row<double> { return cost(x).array() + 4; };
  const Vector<double> exact = variate::Exact{}(q, shifted, rng, 0).q;
  const auto check = [&](auto estimator) {
    variate_tests::Moments moments;
    for (std::uint64_t i = 0; i < 20000; ++i) {
      auto stream = rng.split(i);
      const auto estimate = estimator(q, shifted, stream, 2);
      moments.add(estimate.q);
      if constexpr (requires { estimator.learn(estimate.own); }) estimator.learn(estimate.own);
    }
    CHECK(moments.worst_z(exact) < 4.5);
    return moments.variance().sum();
  };
  const double none = check(variate::Reinforce{variate::NoBaseline{}});
  CHECK(check(variate::Reinforce{variate::LeaveOneOut{}}) < none);
  CHECK(check(variate::Reinforce{variate::MovingAverage<double>{0.9}}) < none);
  CHECK(check(variate::Reinforce{variate::LearnedConstant<double>{0.05}}) < none);
}

TEST_CASE("REINFORCE on a normal agrees with the known gradient of a quadratic", "[estimators][statistical]") {
  // E[(x - 1)^2] = (mu - 1)^2 + sigma^2: d/dmu = 2 (mu - 1), d/dlog sigma = 2 sigma^2
  const variate::Normal<double> q(Vector<double>{{0.5}}, Vector<double>{{0.8}});
  const auto square = [](const Batch<double>& x) -> Row<double> { return (x.row(0).array() - 1).square(); };
  const Vector<double> exact{{-1.0, 2 * 0.64}};
  const variate::Rng rng(3);
  variate_tests::Moments moments;
  for (std::uint64_t i = 0; i < 4000; ++i) {
    auto stream = rng.split(i);
    moments.add(variate::Reinforce{}(q, square, stream, 8).q);
  }
  CHECK(moments.worst_z(exact) < 4.5);
}

TEST_CASE("a sample whose value is not finite is dropped from the mean and from everybody's baseline", "[estimators]") {
  const auto q = bernoulli<double>();
  using variate_tests::infinity;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const double bad : {nan, infinity, -infinity}) {
    const auto g = [bad](const Batch<double>& x) {
      Row<double> v = cost(x);
      for (Index c = 0; c < x.cols(); ++c)
        if (x(1, c) == 1) v(c) = bad;
      return v;
    };
    const variate::Rng rng(8);
    variate::Rng first = rng, second = rng;
    const Index n = 40;
    const Batch<double> x = q.sample(first, n);
    const Row<double> v = cost(x);
    double kept = 0, mean = 0;
    for (Index s = 0; s < n; ++s)
      if (x(1, s) == 0) {
        ++kept;
        mean += v(s);
      }
    mean /= kept;
    Vector<double> expected = Vector<double>::Zero(3);
    for (Index s = 0; s < n; ++s)
      if (x(1, s) == 0) expected += (v(s) - mean) / (kept - 1) * (Vector<double>(x.col(s)) - Vector<double>(q.mean()));
    const auto estimate = variate::Reinforce{}(q, g, second, n);
    CHECK(estimate.dropped == n - static_cast<Index>(kept));
    CHECK(estimate.dropped > 0);
    CHECK(estimate.evaluations == 2 * n);
    CHECK(estimate.value == Approx(mean));
    CHECK((estimate.q - expected).norm() < 1e-14);
  }
}

TEST_CASE("with too few good samples the estimate is refused, not averaged", "[estimators]") {
  const auto q = bernoulli<double>();
  const auto all_bad = [](const Batch<double>& x) -> Row<double> { return Row<double>::Constant(x.cols(), -INFINITY); };
  variate::Rng rng(1);
  const auto none = variate::Reinforce{variate::NoBaseline{}}(q, all_bad, rng, 5);
  CHECK_FALSE(none.finite());
  CHECK(none.dropped == 5);

  const auto one_good = [](const Batch<double>& x) {
    Row<double> v = Row<double>::Constant(x.cols(), NAN);
    v(0) = 1;
    return v;
  };
  CHECK_FALSE(variate::Reinforce{}(q, one_good, rng, 5).finite());
}

TEST_CASE("REINFORCE refuses fewer samples than its baseline needs", "[estimators]") {
  const auto q = bernoulli<double>();
  variate::Rng rng(1);
  CHECK_THROWS_AS(variate::Reinforce{}(q, f, rng, 1), variate::InvalidArgument);
  CHECK_THROWS_AS(variate::Reinforce{variate::NoBaseline{}}(q, f, rng, 0), variate::InvalidArgument);
  CHECK(variate::Reinforce{variate::NoBaseline{}}(q, f, rng, 1).finite());
  try {
    variate::Reinforce{}(q, f, rng, 1);
  } catch (const variate::Error& error) {
    CHECK(std::string(error.what()) == "Reinforce: n is 1, expected at least 2");
  }
}

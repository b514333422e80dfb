#include "variate/estimators/baselines/composed.hpp"

#include "support/catch.hpp"
#include "support/moments.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/estimators/baselines/constant.hpp"
#include "variate/estimators/baselines/learned_constant.hpp"
#include "variate/estimators/baselines/leave_one_out.hpp"
#include "variate/estimators/baselines/moving_average.hpp"
#include "variate/estimators/baselines/none.hpp"
#include "variate/estimators/exact.hpp"
#include "variate/estimators/reinforce.hpp"
#include "variate/random/rng.hpp"

using namespace variate;

namespace {
using Q = Bernoulli<double>;
const Q q(Vector<double>{{0.4, -1.1}});
const auto f = [](const Batch<double>& x) -> Row<double> {
  return (5 + x.row(0).array() * 2 - x.row(1).array() * x.row(0).array()).matrix();
};
template <class B>
constexpr bool learns = LearningEstimator<B, double>;
}  // namespace

static_assert(BaselineFor<Composed<Constant<double>, LeaveOneOut>, Q>);
static_assert(BaselineFor<Composed<MovingAverage<double>, NoBaseline>, Q>);
static_assert(!learns<Composed<NoBaseline, LeaveOneOut>> && learns<Composed<NoBaseline, MovingAverage<double>>>);
static_assert(Composed<NoBaseline, LeaveOneOut>::least == 2 && Composed<NoBaseline, NoBaseline>::least == 1);

TEST_CASE("the second baseline sees what the first has left", "[estimators]") {
  const Row<double> values{{3.0, 7.0, 1000.0}}, keep{{1.0, 1.0, 0.0}};
  const Composed both{Constant(2.0), LeaveOneOut{}};
  CHECK(both(values, keep, q)(0) == Approx(1 - 5.0));
  CHECK(both(values, keep, q)(1) == Approx(5 - 1.0));

  Composed learned{LearnedConstant<double>(0.5, 1.0), Composed{Constant(2.0), MovingAverage<double>(0.5)}};
  const Vector<double> lesson = learned.lesson(values, keep, q);
  CHECK(lesson(0) == 1);
  CHECK(lesson(1) == Approx(4));              // mean(3, 7) - 1
  learned.learn(lesson);
  CHECK(learned.first.value() == Approx(3));  // 1 + 4/2
  CHECK(learned.second.second.value() == Approx(5 - 1 - 2.0));
  CHECK(learned(values, keep, q)(0) == Approx(3 - 3 - 2 - 2.0));
}

TEST_CASE("compositions leave REINFORCE unbiased, and learn through it", "[estimators][statistical]") {
  Rng rng(21);
  const Vector<double> exact = Exact{}(q, f, rng, 1).q;
  const auto check = [&](auto estimator) {
    variate_tests::Moments moments;
    for (int i = 0; i < 8000; ++i) {
      const auto e = estimator(q, f, rng, 2);
      moments.add(e.q);
      if constexpr (requires { estimator.learn(e.own); }) estimator.learn(e.own);
    }
    CHECK(moments.worst_z(exact) < 4.5);
    return moments.variance().sum();
  };
  const double none = check(Reinforce{NoBaseline{}});
  CHECK(check(Reinforce{Composed{Constant(4.0), MovingAverage<double>(0.9)}}) < none);
  CHECK(check(Reinforce{Composed{MovingAverage<double>(0.9), LeaveOneOut{}}}) < none);
  CHECK(check(Reinforce{Composed{LeaveOneOut{}, LearnedConstant<double>(0.05)}}) < none);
}

/// A normal number, a bit that depends on it, and a normal number that depends on both; bound to data as well.
#include "estimators/nodes_checks.hpp"
#include "variate/estimators/baselines/moving_average.hpp"
#include "variate/estimators/disarm.hpp"
#include "variate/estimators/nodewise.hpp"
#include "variate/estimators/pathwise.hpp"
#include "variate/estimators/reinforce.hpp"

using namespace variate;
using namespace variate_tests;

namespace {

template <class First>
auto three(First first, Index data) {
  return Hierarchy(std::move(first), then<ThenBits>({data + 1, 1}), then<ThenNormal>({data + 2, 2}));
}
using Three = decltype(three(std::declval<Normal<double>>(), 0));
using Amortised = decltype(three(std::declval<ThenNormal>(), 2));
static_assert(EstimatorFor<Nodewise<Pathwise, Disarm, Pathwise>, Three, Wavy>);
static_assert(EstimatorFor<Nodewise<Pathwise, Disarm, Pathwise>, detail::BoundTo<Amortised>, Wavy>);

/// E f of one data point (or none), the nodes bound to the data and what is before.
template <class First, class Rest>
double mean(const First& first, const Rest& rest, const Batch<double>& data, const Wavy& f) {
  Batch<double> x(0, 1);
  Row<double> p = Row<double>::Ones(1);
  integrate(first, x, p);
  const Batch<double> before = detail::beneath(data, x);
  enumerate(std::get<0>(rest).at(before), x, p);
  const Batch<double> both = detail::beneath(data, x);
  integrate(std::get<1>(rest).at(both), x, p);
  return f.evaluate(x).value.dot(p);
}

}  // namespace

TEST_CASE("three nodes: the path of the first goes through the bit and the last", "[estimators][statistical]") {
  const Three q = three(Normal<double>(Vector<double>{{0.2}}, Vector<double>{{0.8}}), 0);
  const Wavy f;
  const Batch<double> nothing(0, 1);
  const auto of = [&](const Vector<double>& params, const Wavy& cost) {
    Three other = q;
    other.set_params(params);
    return mean(other.first(), other.rest(), nothing, cost);
  };
  const double value = of(q.params(), f);
  const Vector<double> of_q = slope([&](const Vector<double>& v) { return of(v, f); }, q.params());
  const Vector<double> of_f = slope([&](const Vector<double>& v) { return of(q.params(), with(f, v)); }, f.params());
  check_unbiased("three", Nodewise(Pathwise{}, Repeated{Disarm{}, 4}, Repeated{Pathwise{}, 2}), q, f, 2, value, of_q, of_f);
}

TEST_CASE("three nodes bound to data: each data point is alone", "[estimators][statistical]") {
  const Amortised q = three(then<ThenNormal>({2, 2}), 2);
  const Wavy f;
  const Batch<double> data{{0.3, -1.0}, {0.8, 0.1}};
  const auto of = [&](const Vector<double>& params, const Wavy& cost) {
    Amortised other = q;
    other.set_params(params);
    double sum = 0;
    for (Index b = 0; b < 2; ++b) {
      const Batch<double> one = data.col(b);
      sum += mean(other.first().at(one), other.rest(), one, cost) / 2;
    }
    return sum;
  };
  const auto bound = q.at(data);
  check_unbiased("bound", Nodewise(Pathwise{}, Repeated{Disarm{}, 2}, Pathwise{}), bound, f, 1, of(q.params(), f),
                 slope([&](const Vector<double>& v) { return of(v, f); }, q.params()),
                 slope([&](const Vector<double>& v) { return of(q.params(), with(f, v)); }, f.params()));
}

TEST_CASE("each node's estimator learns", "[estimators]") {
  const Three q = three(Normal<double>(Vector<double>{{0.2}}, Vector<double>{{0.8}}), 0);
  const Wavy f;
  Rng rng(3);
  Nodewise estimator(Pathwise{}, Reinforce{MovingAverage<double>{0.5}}, Reinforce{MovingAverage<double>{0.9}});
  const auto estimate = estimator(q, f, rng, 3);
  REQUIRE(estimate.own.size() == 5);
  estimator.learn(estimate.own);
  const auto& [path, first, second] = estimator.estimators();
  CHECK(std::is_same_v<decltype(path), const Pathwise>);
  CHECK(first.baseline.value() == Approx(estimate.value));
  CHECK(second.baseline.value() == Approx(estimate.value));
}

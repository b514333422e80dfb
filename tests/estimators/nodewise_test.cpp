/// Bits, then a normal number that depends on them.
#include "variate/estimators/nodewise.hpp"

#include "estimators/nodes_checks.hpp"
#include "variate/estimators/disarm.hpp"
#include "variate/estimators/pathwise.hpp"
#include "variate/estimators/reinforce.hpp"
#include "variate/random/recorded.hpp"

using namespace variate;
using namespace variate_tests;

namespace {

static_assert(EstimatorFor<Nodewise<Reinforce<>, Pathwise>, Two, Wavy>);
static_assert(EstimatorFor<Nodewise<Disarm, Reinforce<>>, Two, detail::ElboIntegrand<Two, Wavy, SampledEntropy>>);

}  // namespace

TEST_CASE("bits, then a normal: a draw by hand", "[estimators]") {
  const Two q = two();
  const Wavy f;
  const Batch<double> u{{0.3, 0.9, 0.7}, {0.8, 0.2, 0.6}}, e{{-0.4, 1.1, 0.2}};
  const Index n = 3;
  const auto run = [&](const Two& hierarchy, const Wavy& cost) {
    Recorded<double> rng({e}, {u});
    const auto estimate = Nodewise(Reinforce{}, Pathwise{})(hierarchy, cost, rng, n);
    CHECK(rng.exhausted());
    return estimate;
  };
  const auto estimate = run(q, f);
  // by hand: f at the three draws, leave-one-out for the bits, the path for the rest
  Batch<double> x(3, n);
  Recorded<double> same({e}, {u});
  x.topRows(2) = q.first().sample(same, n);
  const Batch<double> bits = x.topRows(2), theta = std::get<0>(q.rest()).at(bits).distribution().theta();
  x.row(2) = theta.row(0).array() + theta.row(1).array().exp() * e.array();
  const Row<double> v = f.evaluate(x).value;
  Vector<double> of_bits = Vector<double>::Zero(2);
  for (Index s = 0; s < n; ++s)
    of_bits += (v(s) - (v.sum() - v(s)) / 2) / 3 * (x.col(s).head(2) - Vector<double>(q.first().mean().col(0)));
  CHECK(estimate.value == Approx(v.mean()));
  CHECK(estimate.evaluations == n);
  CHECK((estimate.q.head(2) - of_bits).norm() < 1e-14);
  CHECK((estimate.f - f.evaluate(x).pullback(Row<double>::Constant(n, 1.0 / 3))).norm() < 1e-14);
  // the bits do not depend on the second node's parameters, so with the noise held the value is smooth in these
  const Vector<double> by_difference = slope([&](const Vector<double>& v2) { return run(with(q, v2), f).value; }, q.params());
  CHECK((estimate.q.tail(6) - by_difference.tail(6)).norm() < 1e-7);
}

TEST_CASE("bits, then a normal: unbiased for both nodes and the cost", "[estimators][statistical]") {
  const Two q = two();
  const Wavy f;
  const double value = mean(q, f, false);
  const Vector<double> of_q = slope([&](const Vector<double>& v) { return mean(with(q, v), f, false); }, q.params());
  const Vector<double> of_f = slope([&](const Vector<double>& v) { return mean(q, with(f, v), false); }, f.params());
  const auto check = [&](const char* name, const auto& estimator, Index n) {
    return check_unbiased(name, estimator, q, f, n, value, of_q, of_f);
  };
  const double path = check("Reinforce, Pathwise", Nodewise(Reinforce{}, Pathwise{}), 2);
  const double averaged = check("Reinforce, Pathwise four times", Nodewise(Reinforce{}, Repeated{Pathwise{}, 4}), 2);
  const double scores = check("Reinforce, Reinforce", Nodewise(Reinforce{}, Repeated{Reinforce{}, 2}), 2);
  CHECK(averaged < 0.8 * path);
  CHECK(path < scores);
}

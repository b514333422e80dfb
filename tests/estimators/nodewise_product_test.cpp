/// Nodes that do not look at each other: a product of a normal number and two bits, also behind a link.
#include "estimators/nodes_checks.hpp"
#include "variate/distributions/one_hot_categorical.hpp"
#include "variate/distributions/product.hpp"
#include "variate/estimators/disarm.hpp"
#include "variate/estimators/exact.hpp"
#include "variate/estimators/nodewise.hpp"
#include "variate/estimators/pathwise.hpp"
#include "variate/random/recorded.hpp"

using namespace variate;
using namespace variate_tests;

namespace {

using Beside = Product<Normal<double>, Bernoulli<double>>;
Beside beside(Index points) {
  const Batch<double> loc{{0.3, -0.6}}, scale{{0.8, 1.1}}, logits{{0.4, -0.2}, {-0.9, 0.7}};
  return Product(Normal<double>(Batch<double>(loc.leftCols(points)), Batch<double>(scale.leftCols(points))),
                 Bernoulli<double>(Batch<double>(logits.leftCols(points))));
}
double mean(const Beside& q, const Wavy& f) {
  Batch<double> x(0, 1);
  Row<double> p = Row<double>::Ones(1);
  integrate(q.block<0>(), x, p);
  enumerate(q.block<1>(), x, p);
  return f.evaluate(x).value.dot(p);
}
struct Doubled {
  Vector<double> pullback(const Batch<double>& g) const { return 2 * detail::flattened(g); }
};

static_assert(EstimatorFor<Nodewise<Pathwise, Exact>, Product<Normal<double>, OneHotCategorical<double>>, Wavy>);
static_assert(!detail::accepts<Nodewise<Disarm, Pathwise>, Product<Bernoulli<double>, Beside>, Wavy>);

}  // namespace

TEST_CASE("a product, each block with its own estimator", "[estimators][statistical]") {
  const Beside q = beside(1);
  const Wavy f;
  const auto of = [&](const Vector<double>& v) {
    Beside other = q;
    other.set_params(v);
    return mean(other, f);
  };
  const Vector<double> of_f = slope([&](const Vector<double>& v) { return mean(q, with(f, v)); }, f.params());
  check_unbiased("Pathwise, Disarm", Nodewise(Pathwise{}, Repeated{Disarm{}, 2}), q, f, 1, mean(q, f), slope(of, q.params()),
                 of_f);
}

TEST_CASE("a product of several data points, and one behind a link", "[estimators]") {
  const Beside q = beside(2);
  const Wavy f;
  const Nodewise estimator(Pathwise{}, Exact{});
  // the first node's noise is all there is: each data point alone is the same
  const Batch<double> e{{0.3, -1.2, 0.8, 0.1}};
  Recorded<double> rng({e}), again({e});
  const auto both = estimator(q, f, rng, 2);
  CHECK(both.evaluations == 16);
  double value = 0;
  for (Index b = 0; b < 2; ++b) {
    const Batch<double> own = e(Eigen::all, Eigen::seqN(b, 2, 2));
    const Product alone(Normal<double>(Batch<double>(q.block<0>().loc().col(b)), Batch<double>(q.block<0>().scale().col(b))),
                        Bernoulli<double>(Batch<double>(q.block<1>().logits().col(b))));
    Recorded<double> noise({own});
    const auto one = estimator(alone, f, noise, 2);
    value += one.value / 2;
    for (Index i = 0; i < 4; ++i) CHECK(both.q(2 * i + b) == Approx(one.q(i) / 2));
  }
  CHECK(both.value == Approx(value));
  const Bound<Beside, Doubled> bound(beside(2), Doubled{});
  const auto linked = estimator(bound, f, again, 2);
  CHECK((linked.q - 2 * both.q).norm() < 1e-14);
}

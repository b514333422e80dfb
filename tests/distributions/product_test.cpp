#include "variate/distributions/product.hpp"

#include "distributions/family_checks.hpp"
#include "variate/bijectors/exp.hpp"
#include "variate/distributions/categorical.hpp"
#include "variate/distributions/gamma.hpp"
#include "variate/distributions/kl.hpp"
#include "variate/distributions/multivariate_normal.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/distributions/transformed.hpp"
#include "variate/estimators/pathwise.hpp"
#include "variate/estimators/reinforce.hpp"
#include "variate/objectives/elbo.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
using Mixed = Product<Normal<>, Gamma<>, MultivariateNormal<>>;
using Discrete = Product<Normal<>, Categorical<>>;

Mixed random_mixed(Index batch, Rng& rng) {
  return Mixed(Normal<>::from_theta(0.4 * normals<double>(rng, 4, batch)),
               Gamma<>::from_theta((1 + 0.2 * normals<double>(rng, 6, batch).array()).matrix()),
               MultivariateNormal<>::from_theta(0.4 * normals<double>(rng, 5, batch)));
}
Discrete random_discrete(Index batch, Rng& rng) {
  return Discrete(Normal<>::from_theta(0.4 * normals<double>(rng, 4, batch)), Categorical<>(normals<double>(rng, 6, batch), 3));
}
}  // namespace

static_assert(Family<Mixed> && Reparameterizable<Mixed> && Linked<Mixed> && HasEntropy<Mixed> && !Enumerable<Mixed>);
static_assert(Family<Discrete> && !Reparameterizable<Discrete> && HasEntropy<Discrete> && !Enumerable<Discrete>);
static_assert(!DifferentiableIntegrand<Discrete, double> && DifferentiableIntegrand<Mixed, double>);
static_assert(Enumerable<Product<Categorical<>, Categorical<>>>);
static_assert(HasKl<Mixed, Mixed> && !HasKl<Mixed, Discrete> && HasKl<Product<Normal<>>, Product<MultivariateNormal<>>>);

TEST_CASE("Product is its blocks side by side", "[distributions]") {
  Rng rng(1);
  for (const Index batch : {1, 3}) {
    const Mixed q = random_mixed(batch, rng);
    REQUIRE(q.event_size() == 7);
    REQUIRE(q.batch_size() == batch);
    const Rng start = rng;
    const Batch<double> x = q.sample(rng, 4);
    Rng again = start;
    CHECK(x.topRows(2) == q.block<0>().sample(again, 4));
    CHECK(x.middleRows(2, 3) == q.block<1>().sample(again, 4));
    CHECK(x.bottomRows(2) == q.block<2>().sample(again, 4));
    const Row<double> sum =
        q.block<0>().log_prob(x.topRows(2)) + q.block<1>().log_prob(x.middleRows(2, 3)) + q.block<2>().log_prob(x.bottomRows(2));
    CHECK((q.log_prob(x) - sum).cwiseAbs().maxCoeff() < 1e-13);
    Batch<double> theta(15, batch);
    theta << q.block<0>().theta(), q.block<1>().theta(), q.block<2>().theta();
    CHECK(q.theta() == theta);
    CHECK(q.mean().bottomRows(2) == q.block<2>().mean());
    CHECK(q.variance().topRows(2) == q.block<0>().variance());
    CHECK(q.mode().middleRows(2, 3) == q.block<1>().mode());
    CHECK(q.stddev() == q.variance().cwiseSqrt());
    CHECK((q.entropy() - q.block<0>().entropy() - q.block<1>().entropy() - q.block<2>().entropy()).cwiseAbs().maxCoeff() < 1e-13);
  }
}

TEST_CASE("Product: gradients are those of its values", "[distributions]") {
  Rng rng(2);
  for (const Index batch : {1, 3}) {
    const Mixed q = random_mixed(batch, rng);
    check_score(q, q.sample(rng, 2), rng);
    check_entropy(q, rng);
    const Discrete r = random_discrete(batch, rng);
    check_score(r, r.sample(rng, 5), rng);
    check_entropy(r, rng);
    // Gamma's path is implicit: only the blocks that move with their noise can be told by differences.
    const Product<Normal<>, MultivariateNormal<>> smooth(q.block<0>(), q.block<2>());
    check_path(smooth, 3, rng);
    const auto draw = q.rsample(rng, 3);
    const Batch<double> g = normals<double>(rng, 7, 3 * batch);
    CHECK(draw.theta_pullback(g).rows() == 15);
    CHECK(q.link_pullback(draw.theta_pullback(g)) == draw.pullback(g));
  }
}

TEST_CASE("Product: a block outside its support silences all", "[distributions]") {
  Rng rng(3);
  const Mixed q = random_mixed(1, rng);
  Batch<double> x = q.sample(rng, 2);
  x(3, 0) = -1;  // no Gamma
  const auto e = q.evaluate(x);
  CHECK(e.value(0) == -std::numeric_limits<double>::infinity());
  CHECK(std::isfinite(e.value(1)));
  Batch<double> g;
  CHECK(e.pullback(Row<double>{{1, 0}}, g).cwiseAbs().maxCoeff() == 0);
  CHECK(g.cwiseAbs().maxCoeff() == 0);
  const Batch<double> second = x.col(1);
  CHECK((e.pullback(Row<double>::Ones(2)) - q.evaluate(second).pullback(Row<double>::Ones(1))).cwiseAbs().maxCoeff() < 1e-13);
}

TEST_CASE("Product: every combination of points", "[distributions]") {
  Rng rng(4);
  const Product q(Categorical<>(normals<double>(rng, 4, 2), 2), Categorical<>(normals<double>(rng, 3, 2)));
  const Batch<double> points = q.support();
  REQUIRE(points.rows() == 3);
  REQUIRE(points.cols() == 12);
  CHECK(points.col(1) == Vector<double>{{0, 0, 1}});
  CHECK(points.col(11) == Vector<double>{{1, 1, 2}});
  Batch<double> twice(3, 24);
  for (Index c = 0; c < 24; ++c) twice.col(c) = points.col(c / 2);
  Row<double> total = Row<double>::Zero(2);
  const Row<double> p = q.log_prob(twice).array().exp().matrix();
  for (Index c = 0; c < 24; ++c) total(c % 2) += p(c);
  CHECK((total.array() - 1).abs().maxCoeff() < 1e-14);
  const Categorical<> wide(Batch<double>::Zero(22, 1), 2);
  CHECK(says(message_of<InvalidArgument>([&] { Product(wide, wide).support(); }),
             "Product: number of points of support() is 4194304, expected at most 2^20"));
}

TEST_CASE("Product: KL is block by block", "[distributions]") {
  Rng rng(5);
  const Mixed p = random_mixed(3, rng), q = random_mixed(1, rng);
  const Row<double> want = kl(p.block<0>(), q.block<0>()) + kl(p.block<1>(), q.block<1>()) + kl(p.block<2>(), q.block<2>());
  CHECK((kl(p, q) - want).cwiseAbs().maxCoeff() < 1e-14);
  const Row<double> w = normals<double>(rng, 1, 3);
  CHECK(gradient_error(kl_pullback(p, q, w), p.params(), [&](const Vector<double>& v) { return kl(moved(p, v), q).dot(w); }) <
        gradient_tolerance);
}

TEST_CASE("Product of families without their own theta, and of floats", "[distributions]") {
  Rng rng(6);
  const Product q(Transformed(Normal<>::standard(2), Exp<>()), Normal<>::standard(1));
  const Batch<double> x = q.sample(rng, 3);
  CHECK((q.evaluate(x).value - q.log_prob(x)).cwiseAbs().maxCoeff() == 0);
  CHECK(q.params().size() == 6);
  const auto draw = q.rsample(rng, 2);
  CHECK(draw.pullback(Batch<double>::Ones(3, 2)).size() == 6);
  const Product f(Normal<float>::standard(2), Categorical<float>(Batch<float>::Zero(3, 1)));
  CHECK(f.log_prob(Batch<float>::Zero(3, 1))(0) == Approx(-1.8378770664 - std::log(3)).epsilon(1e-6));
}

TEST_CASE("Product in the ELBO: both estimators agree with the exact gradient", "[distributions][statistical]") {
  // f = -|x - 1|^2/2 on two normals and two Gammas of mean m and variance v each: E f has a closed form.
  Rng rng(7);
  const Product q(Normal<>::from_theta(0.3 * normals<double>(rng, 4, 1)), Gamma<>::from_theta(Batch<double>::Ones(4, 1)));
  struct Quadratic {
    Row<double> value_and_gradient(const Batch<double>& x, Batch<double>& g) const {
      g = (1 - x.array()).matrix();
      return -0.5 * g.colwise().squaredNorm();
    }
  };
  const auto exact = [&](const Vector<double>& v) {
    const auto p = moved(q, v);
    return -0.5 * ((p.mean().array() - 1).square() + p.variance().array()).sum() + p.entropy()(0);
  };
  Vector<double> want(q.params().size());
  for (Index i = 0; i < want.size(); ++i) {
    Vector<double> up = q.params(), down = up;
    up(i) += 1e-5;
    down(i) -= 1e-5;
    want(i) = (exact(up) - exact(down)) / 2e-5;
  }
  const auto objective = Elbo<ClosedFormEntropy>{}(q, Quadratic{});
  const auto worst = [&](const auto& estimator) {
    const int runs = 400;
    Batch<double> g(want.size(), runs);
    for (int r = 0; r < runs; ++r) g.col(r) = estimator(q, objective, rng, 20).q;
    const Vector<double> mean = g.rowwise().mean();
    const Vector<double> error = ((g.colwise() - mean).rowwise().squaredNorm() / (runs * (runs - 1.0))).cwiseSqrt();
    return ((mean - want).array().abs() / (error.array() + 1e-9)).maxCoeff();
  };
  CHECK(worst(Pathwise{}) < 4.5);
  CHECK(worst(Reinforce<LeaveOneOut>{}) < 4.5);
}

TEST_CASE("Product: what is refused, and how", "[distributions]") {
  Rng rng(8);
  CHECK(message_of<ShapeError>([&] { Product(Normal<>::standard(2), Categorical<>(normals<double>(rng, 3, 2))); }) ==
        "Product: data points of block 1 is 2, expected 1");
  check_bad_calls(random_mixed(2, rng), "Product");
  check_bad_calls(random_discrete(1, rng), "Product");
}

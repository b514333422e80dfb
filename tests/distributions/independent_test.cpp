#include "variate/distributions/independent.hpp"

#include "distributions/family_checks.hpp"
#include "variate/distributions/categorical.hpp"
#include "variate/distributions/kl.hpp"
#include "variate/distributions/multivariate_normal.hpp"
#include "variate/distributions/normal.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
using Blocks = Independent<MultivariateNormal<>>;
using Rows = Independent<Categorical<>>;

Blocks random_blocks(Index copies, Index batch, Rng& rng) {
  return Blocks(MultivariateNormal<>::from_theta(0.4 * normals<double>(rng, 5, copies * batch)), copies);
}
Rows random_rows(Index copies, Index batch, Rng& rng) {
  return Rows(Categorical<>(normals<double>(rng, 6, copies * batch), 3), copies);
}
}  // namespace

static_assert(Family<Blocks> && Reparameterizable<Blocks> && Linked<Blocks> && HasEntropy<Blocks> && HasKl<Blocks, Blocks>);
static_assert(Family<Rows> && Enumerable<Rows> && !Reparameterizable<Rows> && HasKl<Rows, Rows> && !HasKl<Rows, Blocks>);

TEST_CASE("Independent: blocks of coordinates, each with its covariance", "[distributions]") {
  Rng rng(1);
  const Index copies = 3, batch = 2, n = 4;
  const Blocks q = random_blocks(copies, batch, rng);
  REQUIRE(q.event_size() == 6);
  REQUIRE(q.batch_size() == batch);
  REQUIRE(q.copies() == copies);
  const Batch<double> x = q.sample(rng, n);
  Batch<double> mean(6, batch), variance(6, batch);
  Row<double> value = Row<double>::Zero(n * batch), entropy = Row<double>::Zero(batch);
  for (Index j = 0; j < copies; ++j)
    for (Index b = 0; b < batch; ++b) {
      const auto alone = MultivariateNormal<>::from_theta(q.base().theta().col(j * batch + b));
      mean.col(b).segment(2 * j, 2) = alone.mean();
      variance.col(b).segment(2 * j, 2) = alone.variance();
      entropy(b) += alone.entropy()(0);
      for (Index s = 0; s < n; ++s) value(s * batch + b) += alone.log_prob(x.col(s * batch + b).segment(2 * j, 2))(0);
      for (Index k = 0; k < 5; ++k) CHECK(q.theta()(k * copies + j, b) == alone.theta()(k, 0));
    }
  CHECK((q.log_prob(x) - value).cwiseAbs().maxCoeff() < 1e-13);
  CHECK(q.mean() == mean);
  CHECK(q.mode() == mean);
  CHECK(q.variance() == variance);
  CHECK(q.stddev() == variance.cwiseSqrt());
  CHECK((q.entropy() - entropy).cwiseAbs().maxCoeff() < 1e-13);
}

TEST_CASE("Independent: gradients are those of its values", "[distributions]") {
  Rng rng(2);
  for (const Index batch : {1, 3}) {
    const Blocks q = random_blocks(2, batch, rng);
    check_score(q, q.sample(rng, 3), rng);
    check_path(q, 3, rng);
    check_entropy(q, rng);
    const Rows r = random_rows(2, batch, rng);
    check_score(r, r.sample(rng, 3), rng);
    check_entropy(r, rng);
  }
}

TEST_CASE("Independent: samples have its moments", "[distributions][statistical]") {
  Rng rng(3);
  CHECK(worst_moment_z(random_blocks(3, 2, rng), 30000, rng) < 4.5);
  CHECK(worst_moment_z(random_rows(3, 2, rng), 30000, rng) < 4.5);
}

TEST_CASE("Independent normals are a Normal", "[distributions]") {
  Rng rng(4);
  const Batch<double> theta = normals<double>(rng, 2, 5);
  const Independent q(Normal<>::from_theta(theta));
  const Normal<> p(theta.row(0).transpose(), theta.row(1).transpose().array().exp().matrix());
  const Batch<double> x = normals<double>(rng, 5, 7);
  CHECK((q.log_prob(x) - p.log_prob(x)).cwiseAbs().maxCoeff() < 1e-13);
  CHECK(q.batch_size() == 1);
  const auto eq = q.evaluate(x);
  const auto ep = p.evaluate(x);
  CHECK((eq.pullback(Row<double>::Ones(7)) - ep.pullback(Row<double>::Ones(7))).cwiseAbs().maxCoeff() < 1e-12);
  const Independent<Normal<float>> f(Normal<float>::from_theta(theta.cast<float>()));
  CHECK((f.log_prob(x.cast<float>()).cast<double>() - q.log_prob(x)).cwiseAbs().maxCoeff() <
        1e-4 * (1 + q.log_prob(x).cwiseAbs().maxCoeff()));
}

TEST_CASE("Independent: every combination of the copies' points", "[distributions]") {
  Rng rng(5);
  const Rows q = random_rows(2, 1, rng);  // 2 copies of 2 variables of 3 classes
  const Batch<double> points = q.support();
  REQUIRE(points.rows() == 4);
  REQUIRE(points.cols() == 81);
  CHECK(q.log_prob(points).array().exp().sum() == Approx(1).epsilon(1e-13));
}

TEST_CASE("Independent: KL is the sum over copies", "[distributions]") {
  Rng rng(6);
  const Blocks p = random_blocks(3, 2, rng), q = random_blocks(3, 2, rng);
  const Row<double> each = kl(p.base(), q.base()), w = normals<double>(rng, 1, 2);
  const Row<double> want{{each(0) + each(2) + each(4), each(1) + each(3) + each(5)}};
  CHECK((kl(p, q) - want).cwiseAbs().maxCoeff() < 1e-13);
  CHECK(gradient_error(kl_pullback(p, q, w), p.params(), [&](const Vector<double>& v) { return kl(moved(p, v), q).dot(w); }) <
        gradient_tolerance);
  CHECK(says(message_of<ShapeError>([&] { kl(p, random_blocks(2, 2, rng)); }), "copies of q is 2, expected 3"));
}

TEST_CASE("Independent: a copy outside its support silences all", "[distributions]") {
  Rng rng(7);
  const Rows q = random_rows(2, 1, rng);
  Batch<double> x = q.sample(rng, 1);
  x(3, 0) = 0.5;
  const auto e = q.evaluate(x);
  CHECK(e.value(0) == -std::numeric_limits<double>::infinity());
  CHECK(e.pullback(Row<double>::Ones(1)).cwiseAbs().maxCoeff() == 0);
}

TEST_CASE("Independent: what is refused, and how", "[distributions]") {
  Rng rng(8);
  CHECK(message_of<InvalidArgument>([&] { Blocks(random_blocks(1, 6, rng).base(), 4); }) ==
        "Independent: number of copies is 4, expected a divisor of the 6 data points");
  CHECK(says(message_of<InvalidArgument>([&] { Blocks(random_blocks(1, 6, rng).base(), -1); }), "number of copies is -1"));
  check_bad_calls(random_blocks(2, 2, rng), "Independent");
}

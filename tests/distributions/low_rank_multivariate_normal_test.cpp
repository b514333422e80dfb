#include "variate/distributions/low_rank_multivariate_normal.hpp"

#include <limits>

#include "distributions/family_checks.hpp"
#include "support/fixtures.hpp"
#include "variate/distributions/multivariate_normal.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
using LowRank = LowRankMultivariateNormal<>;
LowRank random_low_rank(Index d, Index rank, Index batch, Rng& rng) {
  return LowRank::from_theta(0.4 * normals<double>(rng, d * (rank + 2), batch), rank);
}
}  // namespace

TEST_CASE("LowRankMultivariateNormal against mpmath", "[fixtures][distributions]") {
  const auto file = fixture("distributions/lowrankmultivariatenormal.json");
  REQUIRE(!file.at("cases").empty());
  for (const auto& one : file.at("cases")) {
    const auto& params = one.at("params");
    const Vector<double> loc = matrix(params.at("loc")), diag = matrix(params.at("cov_diag"));
    const Batch<double> factor = matrix(params.at("cov_factor"));
    const LowRank q(loc, factor, diag);
    const Index d = loc.size(), rank = factor.cols();
    INFO("d " << d << " rank " << rank);
    CHECK(relative_error(q.entropy()(0), number(one.at("entropy"))) < 1e-12);
    CHECK(worst_relative_error(q.covariance().diagonal(), q.variance().col(0)) < 1e-14);
    for (const auto& point : one.at("points")) {
      const Batch<double> x = matrix(point.at("x"));
      const auto e = q.evaluate(x);
      Batch<double> dx;
      const Vector<double> score = e.pullback(Row<double>::Ones(1), dx);
      CHECK(relative_error(e.value(0), number(point.at("log_prob"))) < 1e-12);
      // Entries are differences of numbers as large as the largest of their kind: 1e-12 of that one.
      const auto close = [](const Batch<double>& got, const Batch<double>& want) {
        return (got - want).cwiseAbs().maxCoeff() <= 1e-12 * (1e-2 + want.cwiseAbs().maxCoeff());
      };
      CHECK(close(dx, matrix(point.at("d_x"))));
      CHECK(close(score.head(d), matrix(point.at("d_loc"))));
      CHECK(close(Eigen::Map<const Batch<double>>(score.data() + d, d, rank), matrix(point.at("d_cov_factor"))));
      CHECK(close(score.tail(d).cwiseQuotient(diag), matrix(point.at("d_cov_diag"))));
    }
  }
}

TEST_CASE("LowRankMultivariateNormal is MultivariateNormal with its covariance", "[distributions]") {
  Rng rng(1);
  for (const Index rank : {1, 3, 7}) {  // also more columns than rows
    const LowRank q = random_low_rank(5, rank, 1, rng);
    const auto p = MultivariateNormal<>::from_covariance(q.loc().col(0), q.covariance());
    const Batch<double> x = 3 * normals<double>(rng, 5, 20);
    CHECK((p.log_prob(x) - q.log_prob(x)).cwiseAbs().maxCoeff() < 1e-12 * p.log_prob(x).cwiseAbs().maxCoeff());
    CHECK(q.entropy()(0) == Approx(p.entropy()(0)).epsilon(1e-12));
    CHECK((p.variance() - q.variance()).cwiseAbs().maxCoeff() < 1e-12);
    CHECK(q.mode() == q.mean());
    CHECK((q.stddev().array().square().matrix() - q.variance()).cwiseAbs().maxCoeff() < 1e-12);
  }
}

TEST_CASE("LowRankMultivariateNormal: a direction 1e8 times the diagonal costs no digits", "[distributions]") {
  // Along w the density is N(0, |w|^2 + 1e-4), across it N(0, 1e-4).
  const double large = 1e6;
  const LowRank q(Vector<double>{{0, 0}}, Batch<double>{{large}, {0}}, Vector<double>{{1e-4, 1e-4}});
  const Batch<double> x{{3.0e6}, {0.02}};
  const double along = large * large + 1e-4;
  CHECK(relative_error(q.log_prob(x)(0), -0.5 * (9e12 / along + 4) - 0.5 * std::log(along) - 0.5 * std::log(1e-4) -
                                             std::log(2 * 3.14159265358979323846)) < 1e-14);
}

TEST_CASE("LowRankMultivariateNormal: gradients are those of its values", "[distributions]") {
  Rng rng(2);
  for (const Shape& shape : {Shape{1, 1, 1}, Shape{4, 1, 7}, Shape{3, 2, 1}, Shape{3, 5, 4}})
    for (const Index rank : {1, 2}) {
      INFO("d " << shape.d << " B " << shape.batch << " S " << shape.samples << " rank " << rank);
      const LowRank q = random_low_rank(shape.d, rank, shape.batch, rng);
      check_score(q, q.sample(rng, shape.samples), rng);
      check_path(q, shape.samples, rng);
      check_entropy(q, rng);
    }
  const LowRank q = random_low_rank(4, 2, 3, rng);
  check_by_point(q, q.sample(rng, 5), rng, [](Batch<double> theta) { return LowRank::from_theta(std::move(theta), 2); });
}

TEST_CASE("LowRankMultivariateNormal: samples have its moments", "[distributions][statistical]") {
  Rng rng(3);
  CHECK(worst_moment_z(random_low_rank(4, 2, 1, rng), 50000, rng) < 4.5);
  CHECK(worst_moment_z(random_low_rank(2, 1, 3, rng), 20000, rng) < 4.5);
  const LowRank q = random_low_rank(3, 2, 1, rng);
  const Index n = 50000;
  Batch<double> x = q.sample(rng, n);
  x.colwise() -= Vector<double>(q.mean().col(0));
  const Batch<double> sample = x * x.transpose() / static_cast<double>(n), c = q.covariance();
  for (Index i = 0; i < 3; ++i)
    for (Index j = 0; j < i; ++j)
      CHECK(std::abs(sample(i, j) - c(i, j)) < 4.5 * std::sqrt((c(i, i) * c(j, j) + c(i, j) * c(i, j)) / static_cast<double>(n)));
}

TEST_CASE("LowRankMultivariateNormal: float agrees with double", "[distributions]") {
  Rng rng(4);
  const LowRank q = random_low_rank(5, 2, 2, rng);
  const auto f = LowRankMultivariateNormal<float>::from_theta(q.theta().cast<float>(), 2);
  const Batch<double> x = q.sample(rng, 3);
  const Batch<float> xf = x.cast<float>();
  CHECK((f.log_prob(xf).cast<double>() - q.log_prob(x)).cwiseAbs().maxCoeff() < 1e-4);
  const Batch<double> score = q.evaluate(x).theta_pullback(Row<double>::Ones(6));
  CHECK((f.evaluate(xf).theta_pullback(Row<float>::Ones(6)).cast<double>() - score).cwiseAbs().maxCoeff() <
        1e-4 * (1 + score.cwiseAbs().maxCoeff()));
}

TEST_CASE("LowRankMultivariateNormal: what is refused, and how", "[distributions]") {
  const Vector<double> two = Vector<double>::Ones(2);
  const auto message = [&](Batch<double> factor, Vector<double> diag) {
    return message_of<Error>([&] { LowRank(two, factor, diag); });
  };
  CHECK(message(Batch<double>::Ones(2, 1), Vector<double>{{1, 0}}) ==
        "LowRankMultivariateNormal: cov_diag(1) is 0, expected a positive finite number");
  CHECK(says(message(Batch<double>::Constant(2, 1, std::numeric_limits<double>::quiet_NaN()), two), "cov_factor(0) is nan"));
  CHECK(says(message(Batch<double>::Ones(3, 1), two), "rows of cov_factor is 3, expected 2"));
  CHECK(says(message(Batch<double>(2, 0), two), "columns of cov_factor is 0, expected at least 1"));
  CHECK(says(message(Batch<double>::Ones(2, 1), Vector<double>::Ones(3)), "size of cov_diag is 3, expected 2"));
  CHECK(says(message_of<ShapeError>([] { LowRank::from_theta(Batch<double>::Zero(7, 1), 2); }), "rows of theta is 7"));
  CHECK(says(message_of<InvalidArgument>([] { LowRank::from_theta(Batch<double>::Zero(8, 1), 0); }), "rank is 0"));
  Rng rng(5);
  check_bad_calls(random_low_rank(2, 1, 3, rng), "LowRankMultivariateNormal");
}

#include "variate/distributions/multivariate_normal.hpp"

#include <limits>

#include "distributions/family_checks.hpp"
#include "support/fixtures.hpp"
#include "variate/distributions/normal.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
MultivariateNormal<> random_normal(Index d, Index batch, Rng& rng) {
  return MultivariateNormal<>::from_theta(0.4 * normals<double>(rng, d * (d + 3) / 2, batch));
}
}  // namespace

TEST_CASE("MultivariateNormal against mpmath", "[fixtures][distributions]") {
  const auto file = fixture("distributions/multivariatenormal.json");
  REQUIRE(!file.at("cases").empty());
  for (const auto& one : file.at("cases")) {
    const Vector<double> loc = matrix(one.at("params").at("loc"));
    const Batch<double> scale_tril = matrix(one.at("params").at("scale_tril"));
    const MultivariateNormal q(loc, scale_tril);
    const Index d = loc.size();
    INFO("d " << d);
    CHECK(worst_relative_error(q.covariance(), matrix(one.at("covariance"))) < 1e-13);
    CHECK(worst_relative_error(q.variance(), matrix(one.at("covariance")).diagonal()) < 1e-13);
    CHECK(relative_error(q.entropy()(0), number(one.at("entropy"))) < 1e-13);
    // README: 1e-12 in the bulk. A factor that shrinks 200 times down its diagonal loses digits of x - loc and of what it
    // cancels with; there the file itself was disputed at 4e-12.
    const double tolerance = scale_tril.diagonal().minCoeff() < 5e-3 * scale_tril.diagonal().maxCoeff() ? 1e-10 : 1e-12;
    for (const auto& point : one.at("points")) {
      const Batch<double> x = matrix(point.at("x"));
      const auto e = q.evaluate(x);
      Batch<double> dx;
      const Vector<double> score = e.pullback(Row<double>::Ones(1), dx);
      CHECK(relative_error(e.value(0), number(point.at("log_prob"))) < tolerance);
      CHECK(worst_relative_error(dx, matrix(point.at("d_x"))) < tolerance);
      CHECK(worst_relative_error(score.head(d), matrix(point.at("d_loc"))) < tolerance);
      const Batch<double> want = matrix(point.at("d_scale_tril"));
      const double size = want.cwiseAbs().maxCoeff();
      for (Index i = 0, at = d; i < d; ++i)
        for (Index j = 0; j <= i; ++j, ++at)  // d/dlog L_ii = L_ii d/dL_ii; small entries are differences of large ones
          CHECK(std::abs(score(at) - want(i, j) * (i == j ? scale_tril(i, i) : 1)) <
                1e-12 * size + tolerance * std::abs(want(i, j)));
    }
  }
}

TEST_CASE("MultivariateNormal: gradients are those of its values", "[distributions]") {
  Rng rng(1);
  for (const Shape& shape : {Shape{1, 1, 1}, Shape{4, 1, 1}, Shape{4, 1, 7}, Shape{3, 2, 1}, Shape{3, 5, 4}}) {
    INFO("d " << shape.d << " B " << shape.batch << " S " << shape.samples);
    const MultivariateNormal<> q = random_normal(shape.d, shape.batch, rng);
    const Batch<double> x = q.sample(rng, shape.samples);
    check_score(q, x, rng);
    check_path(q, shape.samples, rng);
    check_entropy(q, rng);
  }
}

TEST_CASE("MultivariateNormal: many data points are each alone", "[distributions]") {
  Rng rng(2);
  for (const Index n : {1, 6}) {
    const MultivariateNormal<> q = random_normal(5, 4, rng);
    const Batch<double> x = q.sample(rng, n);
    check_by_point(q, x, rng, [](Batch<double> theta) { return MultivariateNormal<>::from_theta(std::move(theta)); });
  }
}

TEST_CASE("MultivariateNormal: samples have its moments", "[distributions][statistical]") {
  Rng rng(3);
  CHECK(worst_moment_z(random_normal(4, 1, rng), 100000, rng) < 4.5);
  CHECK(worst_moment_z(random_normal(2, 3, rng), 30000, rng) < 4.5);
  // Products of coordinates: variance of x_i x_j about its mean is C_ii C_jj + C_ij^2.
  const MultivariateNormal<> q = random_normal(3, 1, rng);
  const Index n = 100000;
  Batch<double> x = q.sample(rng, n);
  x.colwise() -= Vector<double>(q.mean().col(0));
  const Batch<double> sample = x * x.transpose() / static_cast<double>(n), c = q.covariance();
  for (Index i = 0; i < 3; ++i)
    for (Index j = 0; j < i; ++j)
      CHECK(std::abs(sample(i, j) - c(i, j)) < 4.5 * std::sqrt((c(i, i) * c(j, j) + c(i, j) * c(i, j)) / static_cast<double>(n)));
}

TEST_CASE("MultivariateNormal: one column and many go different ways to the same place", "[distributions]") {
  Rng rng(4);
  const MultivariateNormal<> q = random_normal(23, 1, rng);
  const auto draw = q.rsample(rng, 9);
  const Batch<double> g = normals<double>(rng, 23, 9);
  Vector<double> pulled = Vector<double>::Zero(q.params().size()), score = pulled;
  const auto e = q.evaluate(draw.value);
  for (Index c = 0; c < 9; ++c) {
    const Batch<double> x = draw.value.col(c);
    const auto alone = q.evaluate(x);
    CHECK(alone.value(0) == Approx(e.value(c)).epsilon(1e-12));
    score += alone.pullback(Row<double>::Constant(1, g(0, c)));
  }
  CHECK((score - e.pullback(Row<double>(g.row(0)))).cwiseAbs().maxCoeff() < 1e-9 * (1 + score.cwiseAbs().maxCoeff()));
}

TEST_CASE("MultivariateNormal with a diagonal factor is Normal", "[distributions]") {
  Rng rng(5);
  const Vector<double> loc = normals<double>(rng, 6, 1), scale = uniforms<double>(rng, 6, 1);
  const Normal p(loc, scale);
  const MultivariateNormal q(loc, Batch<double>(scale.asDiagonal()));
  const Batch<double> x = p.sample(rng, 20);
  CHECK((p.log_prob(x) - q.log_prob(x)).cwiseAbs().maxCoeff() < 1e-12);
  CHECK((p.variance() - q.variance()).cwiseAbs().maxCoeff() < 1e-14);
  CHECK(q.entropy()(0) == Approx(p.entropy()(0)).epsilon(1e-13));
  CHECK((MultivariateNormal<>::standard(3).covariance() - Batch<double>::Identity(3, 3)).cwiseAbs().maxCoeff() == 0);
}

TEST_CASE("MultivariateNormal: float agrees with double", "[distributions]") {
  Rng rng(6);
  const MultivariateNormal<> q = random_normal(5, 2, rng);
  const auto f = MultivariateNormal<float>::from_theta(q.theta().cast<float>());
  const Batch<double> x = q.sample(rng, 3);
  const Batch<float> xf = x.cast<float>();
  CHECK((f.log_prob(xf).cast<double>() - q.log_prob(x)).cwiseAbs().maxCoeff() <
        1e-3);  // 6e-8 times squares up to 100, conditioned
  const Batch<double> score = q.evaluate(x).theta_pullback(Row<double>::Ones(6));
  CHECK((f.evaluate(xf).theta_pullback(Row<float>::Ones(6)).cast<double>() - score).cwiseAbs().maxCoeff() <
        1e-4 * (1 + score.cwiseAbs().maxCoeff()));
}

TEST_CASE("MultivariateNormal from a covariance", "[distributions]") {
  Rng rng(7);
  const Batch<double> a = normals<double>(rng, 6, 9);
  const Batch<double> covariance = a * a.transpose();
  const Vector<double> loc = Vector<double>::Ones(6);
  const auto q = MultivariateNormal<>::from_covariance(loc, covariance);
  CHECK((q.covariance() - covariance).cwiseAbs().maxCoeff() < 1e-12 * covariance.cwiseAbs().maxCoeff());
  CHECK(q.mean() == Batch<double>(loc));
  CHECK(q.mode() == q.loc());
  CHECK((q.stddev().array().square().matrix() - covariance.diagonal()).cwiseAbs().maxCoeff() < 1e-12);

  const auto message = [](Batch<double> c) {
    return message_of<Error>([&] { MultivariateNormal<>::from_covariance(Vector<double>::Zero(2), c); });
  };
  CHECK(message((Batch<double>(2, 2) << 1, 2, 2, 1).finished()) ==
        "MultivariateNormal: pivot 1 of covariance is -3, expected a positive number: the covariance is not positive definite");
  CHECK(says(message(Batch<double>::Zero(2, 2)), "pivot 0 of covariance is 0"));
  CHECK(message((Batch<double>(2, 2) << 1, 0.5, 0.25, 1).finished()) ==
        "MultivariateNormal: covariance(1, 0) is 0.25, expected the same as covariance(0, 1), 0.5");
  CHECK(says(message(Batch<double>::Zero(2, 3)), "columns of covariance is 3, expected 2"));
}

TEST_CASE("MultivariateNormal: what is refused, and how", "[distributions]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto message = [](Batch<double> l) {
    return message_of<Error>([&] { MultivariateNormal<>(Vector<double>::Zero(2), l); });
  };
  CHECK(message((Batch<double>(2, 2) << 1, 0, 1, -2).finished()) ==
        "MultivariateNormal: scale_tril(1, 1) is -2, expected a positive number");
  CHECK(message((Batch<double>(2, 2) << 1, 3, 1, 2).finished()) ==
        "MultivariateNormal: scale_tril(0, 1) is 3, expected 0 above the diagonal");
  CHECK(says(message((Batch<double>(2, 2) << 1, 0, nan, 2).finished()), "scale_tril(1, 0) is nan"));
  CHECK(says(message(Batch<double>::Identity(3, 3)), "rows of scale_tril is 3, expected 2"));
  CHECK(says(message_of<InvalidArgument>([] { MultivariateNormal<>(Vector<double>(), Batch<double>()); }), "size of loc is 0"));
  CHECK(says(message_of<InvalidArgument>([] { MultivariateNormal<>::standard(0); }), "event size is 0"));
  CHECK(says(message_of<ShapeError>([] { MultivariateNormal<>::from_theta(Batch<double>::Zero(4, 1)); }), "rows of theta is 4"));
  check_bad_calls(MultivariateNormal<>::standard(1), "MultivariateNormal");
  check_bad_calls(MultivariateNormal<>::from_theta(Batch<double>::Zero(5, 3)), "MultivariateNormal");
}

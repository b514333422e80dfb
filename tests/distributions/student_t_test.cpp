#include "variate/distributions/student_t.hpp"

#include <cmath>
#include <limits>

#include "distributions/sampler_checks.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
constexpr double infinity = std::numeric_limits<double>::infinity();
StudentT<> random_t(Index d, Index batch, Rng& rng) {
  Batch<double> theta = 0.5 * normals<double>(rng, 3 * d, batch);
  theta.topRows(d).array() += 2.0;
  return StudentT<>::from_theta(theta);
}
StudentT<> single(double df, double loc, double scale) { return StudentT<>(one(df), one(loc), one(scale)); }
}  // namespace

TEST_CASE("StudentT against mpmath", "[fixtures][distributions]") {
  check_fixture(
      "studentt.json", 5, {{"df"}, {"loc", false}, {"scale"}},
      [](const auto& p) { return single(number(p.at("df")), number(p.at("loc")), number(p.at("scale"))); },
      [](const StudentT<>& q, double x) { return path_of(q, (x - q.loc()(0, 0)) / q.scale()(0, 0), x); });
}

TEST_CASE("StudentT: gradients are those of its values", "[distributions]") {
  Rng rng(1);
  for (const Shape& shape : shapes) {
    INFO("d " << shape.d << " B " << shape.batch << " S " << shape.samples);
    const StudentT<> q = random_t(shape.d, shape.batch, rng);
    check_score(q, q.sample(rng, shape.samples), rng);
    check_entropy(q, rng);
  }
  const StudentT<> q = random_t(3, 4, rng);
  const auto draw = q.rsample(rng, 5);
  const Batch<double> p = q.cdf(draw.value), g = normals<double>(rng, 3, 20);
  CHECK(gradient_error(draw.pullback(g), q.params(), [&](const Vector<double>& v) { return moved(q, v).icdf(p).cwiseProduct(g).sum(); }) <
        gradient_tolerance);
  CHECK(q.link_pullback(draw.theta_pullback(g)) == draw.pullback(g));
}

TEST_CASE("StudentT: many data points, moments, law", "[distributions][statistical]") {
  Rng rng(2);
  Batch<double> theta = 0.3 * normals<double>(rng, 9, 5);
  theta.topRows(3).array() += 3.0;
  const StudentT<> q = StudentT<>::from_theta(theta);
  check_by_point(q, q.sample(rng, 3), rng, [](Batch<double> of) { return StudentT<>::from_theta(std::move(of)); });
  CHECK(worst_moment_z(q, 20000, rng) < 4.5);
  for (const double df : {0.1, 1.0, 4.0, 1e5}) CHECK(sampler_p(single(df, 1, 2), 4000, rng) > 1e-3);
  CHECK(sampler_p(StudentT<float>(Batch<float>::Constant(1, 1, 3.0f), Batch<float>::Zero(1, 1), Batch<float>::Ones(1, 1)), 4000, rng) > 1e-3);
  // E x^2 = loc^2 + scale^2 df/(df - 2): by log df -2 scale^2 df/(df - 2)^2
  CHECK(path_z(StudentT<>(many(9, 5000), many(1, 5000), many(2, 5000)), rng, [](double x) { return 2 * x; },
               {-2 * 4 * 9 / 49.0, 2.0, 2 * 4 * 9 / 7.0}) < 4.5);
}

TEST_CASE("StudentT: edges, float, and what is refused", "[distributions]") {
  const StudentT<> q = single(3, 1, 2);
  for (const double x : {infinity, -infinity}) {
    const Batch<double> at = one(x);
    CHECK(q.log_prob(at)(0) == -infinity);
    Batch<double> slope;
    CHECK(q.evaluate(at).pullback(Row<double>::Ones(1), slope).cwiseAbs().maxCoeff() == 0);
    CHECK(slope(0, 0) == 0);
  }
  CHECK(std::isfinite(q.log_prob(one(1e200))(0)));
  CHECK(q.score(one(1e200), Row<double>::Ones(1)).allFinite());
  CHECK(q.score(one(1.0), Row<double>::Ones(1)).allFinite());
  CHECK(std::isnan(q.log_prob(one(std::nan("")))(0)));
  CHECK(q.cdf(one(-infinity))(0, 0) == Approx(0).margin(1e-300));
  CHECK(q.cdf(one(infinity))(0, 0) == 1);
  CHECK(std::abs(q.cdf(one(1.0))(0, 0) - 0.5) < 1e-15);
  CHECK(q.icdf(one(0.0))(0, 0) == -infinity);
  CHECK(q.icdf(one(1.0))(0, 0) == infinity);
  CHECK(std::abs(q.icdf(one(0.5))(0, 0) - 1) < 1e-14);
  CHECK(std::isnan(single(1, 0, 1).mean()(0, 0)));
  CHECK(single(2, 0, 1).variance()(0, 0) == infinity);
  const StudentT<float> f = StudentT<float>::from_theta(q.theta().cast<float>());
  for (const double x : {-30.0, 0.5, 4.0}) {
    const Batch<float> at = one(x).cast<float>();
    CHECK(static_cast<double>(f.log_prob(at)(0)) == Approx(q.log_prob(one(x))(0)).epsilon(1e-5));
    CHECK(static_cast<double>(f.cdf(at)(0, 0)) == Approx(q.cdf(one(x))(0, 0)).epsilon(1e-5));
  }
  CHECK(message_of<DomainError>([] { single(-1, 0, 1); }) == "StudentT: df(0) is -1, expected a positive finite number");
  CHECK(message_of<InvalidArgument>([] { single(1, infinity, 1); }) == "StudentT: loc(0) is inf, expected a finite number");
  CHECK(message_of<DomainError>([] { single(1, 0, 0); }) == "StudentT: scale(0) is 0, expected a positive finite number");
  check_bad_calls(StudentT<>(Batch<double>::Ones(2, 1), Batch<double>::Ones(2, 1), Batch<double>::Ones(2, 1)), "StudentT");
}

#include "variate/distributions/beta.hpp"

#include <cmath>
#include <limits>

#include "distributions/sampler_checks.hpp"
#include "variate/distributions/kl.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
constexpr double infinity = std::numeric_limits<double>::infinity();
Beta<> random_beta(Index d, Index batch, Rng& rng) { return Beta<>::from_theta(0.7 * normals<double>(rng, 2 * d, batch)); }
Beta<> single(double a, double b) { return Beta<>(one(a), one(b)); }
}  // namespace

TEST_CASE("Beta against mpmath", "[fixtures][distributions]") {
  check_fixture(
      "beta.json", 8, {{"a"}, {"b"}}, [](const auto& p) { return single(number(p.at("a")), number(p.at("b"))); },
      [](const Beta<>& q, double x) {
        return path_of(q, std::log(x) - std::log1p(-x) - std::log(q.a()(0, 0) / q.b()(0, 0)), x);
      });
}

TEST_CASE("Beta: gradients are those of its values", "[distributions]") {
  Rng rng(1);
  for (const Shape& shape : shapes) {
    INFO("d " << shape.d << " B " << shape.batch << " S " << shape.samples);
    const Beta<> q = random_beta(shape.d, shape.batch, rng);
    check_score(q, (0.5 * q.sample(rng, shape.samples)).array() + 0.2, rng);
    check_entropy(q, rng);
  }
}

TEST_CASE("Beta: a draw moves so that its probability stays", "[distributions]") {
  Rng rng(3);
  const Beta<> q = random_beta(3, 4, rng);
  const auto draw = q.rsample(rng, 5);
  const Batch<double> p = q.cdf(draw.value), g = normals<double>(rng, 3, 20);
  CHECK(gradient_error(draw.pullback(g), q.params(), [&](const Vector<double>& v) { return moved(q, v).icdf(p).cwiseProduct(g).sum(); }) <
        gradient_tolerance);
  CHECK(q.link_pullback(draw.theta_pullback(g)) == draw.pullback(g));
  Rng one_way(4), other_way(4);
  CHECK(q.rsample(one_way, 3).value == q.sample(other_way, 3));
}

TEST_CASE("Beta: many data points, moments, law", "[distributions][statistical]") {
  Rng rng(5);
  const Beta<> q = random_beta(3, 5, rng);
  check_by_point(q, q.sample(rng, 3), rng, [](Batch<double> theta) { return Beta<>::from_theta(std::move(theta)); });
  CHECK(worst_moment_z(q, 20000, rng) < 4.5);
  const double pairs[][2] = {{0.1, 3}, {1, 1}, {0.5, 40}, {3, 2}, {200, 0.9}, {1e4, 3e4}, {1e6, 1e5}};
  for (const auto& pair : pairs) {
    INFO("a " << pair[0] << " b " << pair[1]);
    CHECK(sampler_p(single(pair[0], pair[1]), 4000, rng) > 1e-3);
  }
  CHECK(sampler_p(Beta<float>(Batch<float>::Constant(1, 1, 2.0f), Batch<float>::Constant(1, 1, 3.0f)), 4000, rng) > 1e-3);
}

TEST_CASE("Beta: the pathwise gradient is that of the expectation", "[distributions][statistical]") {
  Rng rng(6);
  const double pairs[][2] = {{0.05, 0.2}, {1, 1}, {0.5, 40}, {3000, 2000}};
  for (const auto& pair : pairs) {  // E x = a / (a + b)
    const double a = pair[0], b = pair[1], by = a * b / ((a + b) * (a + b));
    INFO("a " << a << " b " << b);
    CHECK(path_z(Beta<>(many(a, 3000), many(b, 3000)), rng, [](double) { return 1.0; }, {by, -by}) < 4.5);
  }
}

TEST_CASE("Beta: float agrees with double", "[distributions]") {
  Rng rng(7);
  for (const double a : {0.3, 2.0, 5000.0}) {
    INFO("a " << a);
    const Beta<float> f(Batch<float>::Constant(3, 1, static_cast<float>(a)), Batch<float>::Constant(3, 1, 2.0f));
    const Beta<> q = Beta<>::from_theta(f.theta().cast<double>());
    const auto draw = f.rsample(rng, 21);
    const Batch<float> points = draw.value.cwiseMax(1e-6f).cwiseMin(1 - 1e-4f);
    const Batch<double> x = points.cast<double>();
    // a is exp of a rounded float: a a factor 5e-7 off moves log f by that times a log x.
    const double close = 1e-5 * std::max(1.0, std::sqrt(a));
    const Row<double> want = q.log_prob(x);
    CHECK(((f.log_prob(points).cast<double>() - want).array().abs() / (1 + want.array().abs())).maxCoeff() < close);
    CHECK((f.cdf(points).cast<double>() - q.cdf(x)).cwiseAbs().maxCoeff() < close);
    CHECK(draw.pullback(Batch<float>::Ones(3, 21)).allFinite());
  }
}

TEST_CASE("Beta: edges of the support", "[distributions]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const double a : {0.5, 1.0, 2.0}) {
    INFO("a " << a);
    const Beta<> q = single(a, 1.0), r = single(1.0, a);
    const double at_zero = a < 1 ? infinity : a == 1 ? 0.0 : -infinity;
    CHECK(q.log_prob(one(0.0))(0) == at_zero);
    CHECK(r.log_prob(one(1.0))(0) == at_zero);
    CHECK(std::abs(q.log_prob(one(1.0))(0) - std::log(a)) < 1e-15);
    CHECK(std::isnan(q.log_prob(one(nan))(0)));
    for (const double x : {-1.0, 0.0, 1.0, 1.5, infinity, -infinity}) {
      if (x < 0 || x > 1) CHECK(q.log_prob(one(x))(0) == -infinity);
      Batch<double> slope;
      const Batch<double> at = one(x);
      CHECK(q.evaluate(at).pullback(Row<double>::Ones(1), slope).cwiseAbs().maxCoeff() == 0);
      CHECK(slope(0, 0) == 0);
    }
    CHECK(q.cdf(one(-1.0))(0, 0) == 0);
    CHECK(q.cdf(one(0.0))(0, 0) == 0);
    CHECK(q.cdf(one(1.0))(0, 0) == 1);
    CHECK(q.cdf(one(2.0))(0, 0) == 1);
    CHECK(q.log_cdf(one(0.0))(0, 0) == -infinity);
    CHECK(q.icdf(one(0.0))(0, 0) == 0);
    CHECK(q.icdf(one(1.0))(0, 0) == 1);
  }
  CHECK(std::abs(single(3, 2).mode()(0, 0) - 2.0 / 3) < 1e-15);
  CHECK(single(0.5, 2).mode()(0, 0) == 0);
  CHECK(single(2, 0.5).mode()(0, 0) == 1);
  Rng rng(8);
  const Beta<> tiny = single(1e-4, 1e-4);
  const auto draw = tiny.rsample(rng, 50);
  CHECK(draw.pullback(Batch<double>::Ones(1, 50)).allFinite());
}

TEST_CASE("Beta: KL between any two", "[distributions]") {
  Rng rng(9);
  const Beta<> p = random_beta(3, 2, rng), q = random_beta(3, 2, rng);
  CHECK(kl(p, p).cwiseAbs().maxCoeff() < 1e-14);
  const Row<double> w = normals<double>(rng, 1, 2);
  CHECK(gradient_error(kl_pullback(p, q, w), p.params(), [&](const Vector<double>& v) { return kl(moved(p, v), q).dot(w); }) <
        gradient_tolerance);
  const auto sampled = kl_monte_carlo(single(3, 2), single(1.5, 0.5), rng, 20000);
  CHECK(std::abs(sampled.value(0) - kl(single(3, 2), single(1.5, 0.5))(0)) < 4.5 * sampled.standard_error(0));
}

TEST_CASE("Beta: what is refused, and how", "[distributions]") {
  const Vector<double> two = Vector<double>::Ones(2);
  CHECK(message_of<DomainError>([&] { Beta(Vector<double>(-two), two); }) == "Beta: a(0) is -1, expected a positive finite number");
  CHECK(message_of<ShapeError>([&] { Beta(two, Vector<double>::Ones(3)); }) == "Beta: size of b is 3, expected 2");
  CHECK(says(message_of<ShapeError>([] { Beta<>::from_theta(Batch<double>::Zero(3, 1)); }), "rows of theta is 3, expected a multiple of 2"));
  check_bad_calls(Beta(two, two), "Beta");
}

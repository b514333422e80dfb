#include "variate/distributions/gamma.hpp"

#include <cmath>
#include <limits>

#include "distributions/sampler_checks.hpp"
#include "variate/distributions/kl.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
constexpr double infinity = std::numeric_limits<double>::infinity();
Gamma<> random_gamma(Index d, Index batch, Rng& rng) { return Gamma<>::from_theta(0.7 * normals<double>(rng, 2 * d, batch)); }
Gamma<> single(double a, double rate) { return Gamma<>(one(a), one(rate)); }
}  // namespace

TEST_CASE("Gamma against mpmath", "[fixtures][distributions]") {
  check_fixture(
      "gamma.json", 9, {{"concentration"}, {"rate"}},
      [](const auto& p) { return single(number(p.at("concentration")), number(p.at("rate"))); },
      [](const Gamma<>& q, double x) {
        using V = detail::Packet<double>;
        const double a = q.concentration()(0, 0);
        return path_of(q, detail::GammaCore<double>::position(V(a), V(x * q.rate()(0, 0)))[0], x);
      });
}

TEST_CASE("Gamma: gradients are those of its values", "[distributions]") {
  Rng rng(1);
  for (const Shape& shape : shapes) {
    INFO("d " << shape.d << " B " << shape.batch << " S " << shape.samples);
    const Gamma<> q = random_gamma(shape.d, shape.batch, rng);
    const Batch<double> x = (0.3 * q.sample(rng, shape.samples)).array() + 0.5;  // away from 0, where differences are no derivatives
    check_score(q, x, rng);
    check_entropy(q, rng);
  }
}

TEST_CASE("Gamma: many data points are each alone", "[distributions]") {
  Rng rng(2);
  for (const Index batch : {2, 13}) {
    const Gamma<> q = random_gamma(5, batch, rng);
    check_by_point(q, q.sample(rng, 3), rng, [](Batch<double> theta) { return Gamma<>::from_theta(std::move(theta)); });
  }
}

TEST_CASE("Gamma: a draw moves so that its probability stays", "[distributions]") {
  Rng rng(3);
  const Gamma<> q = random_gamma(3, 4, rng);
  const auto draw = q.rsample(rng, 5);
  const Batch<double> p = q.cdf(draw.value), g = normals<double>(rng, 3, 20);
  CHECK(gradient_error(draw.pullback(g), q.params(), [&](const Vector<double>& v) { return moved(q, v).icdf(p).cwiseProduct(g).sum(); }) <
        gradient_tolerance);
  CHECK(q.link_pullback(draw.theta_pullback(g)) == draw.pullback(g));
  Rng one_way(4), other_way(4);
  CHECK(q.rsample(one_way, 3).value == q.sample(other_way, 3));
}

TEST_CASE("Gamma: samples have its moments and its law", "[distributions][statistical]") {
  Rng rng(5);
  CHECK(worst_moment_z(random_gamma(3, 1, rng), 50000, rng) < 4.5);
  CHECK(worst_moment_z(random_gamma(2, 3, rng), 20000, rng) < 4.5);
  for (const double a : {0.05, 0.5, 1.0, 3.0, 200.0, 1e4, 1e6}) {
    INFO("concentration " << a);
    CHECK(sampler_p(single(a, 2.0), 5000, rng) > 1e-3);
    if (a > 0.2) CHECK(sampler_p(Gamma<float>(Batch<float>::Constant(1, 1, static_cast<float>(a)), Batch<float>::Ones(1, 1)), 5000, rng) > 1e-3);
  }
}

TEST_CASE("Gamma: the pathwise gradient is that of the expectation", "[distributions][statistical]") {
  Rng rng(6);
  for (const double a : {0.02, 0.7, 4.0, 5000.0}) {  // E x^2 = a (a+1) / rate^2
    const double rate = 1.5;
    INFO("concentration " << a);
    const double known = a * (2 * a + 1) / (rate * rate), by_rate = -2 * a * (a + 1) / (rate * rate);
    CHECK(path_z(Gamma<>(many(a, 20000), many(rate, 20000)), rng, [](double x) { return 2 * x; }, {known, by_rate}) < 4.5);
  }
}

TEST_CASE("Gamma: float agrees with double", "[distributions]") {
  Rng rng(7);
  for (const double a : {0.3, 2.0, 5000.0}) {
    INFO("concentration " << a);
    const Gamma<float> f(Batch<float>::Constant(3, 1, static_cast<float>(a)), Batch<float>::Constant(3, 1, 2.0f));
    const Gamma<> q = Gamma<>::from_theta(f.theta().cast<double>());
    const auto draw = f.rsample(rng, 21);
    const Batch<double> x = draw.value.cast<double>();
    // x is rounded: a e^e of the front feels 6e-8 of it, times its standard deviation sqrt(a).
    const double close = 1e-5 * std::max(1.0, std::sqrt(a));
    const Row<double> want = q.log_prob(x);
    CHECK(((f.log_prob(draw.value).cast<double>() - want).array().abs() / (1 + want.array().abs())).maxCoeff() < close);
    CHECK((f.cdf(draw.value).cast<double>() - q.cdf(x)).cwiseAbs().maxCoeff() < close);
    const Row<float> w = Row<float>::LinSpaced(21, -1, 1);
    const Vector<double> score = q.score(x, w.cast<double>());
    CHECK((f.score(draw.value, w).cast<double>() - score).cwiseAbs().maxCoeff() < close * (1 + score.cwiseAbs().maxCoeff()));
    CHECK(draw.pullback(Batch<float>::Ones(3, 21)).allFinite());
  }
}

TEST_CASE("Gamma: edges of the support", "[distributions]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const double a : {0.5, 1.0, 2.0}) {
    INFO("concentration " << a);
    const Gamma<> q = single(a, 3.0);
    CHECK(q.log_prob(one(-1.0))(0) == -infinity);
    CHECK(q.log_prob(one(infinity))(0) == -infinity);
    CHECK(std::isnan(q.log_prob(one(nan))(0)));
    CHECK((a == 1 ? std::abs(q.log_prob(one(0.0))(0) - std::log(3.0)) < 1e-15 : q.log_prob(one(0.0))(0) == (a < 1 ? infinity : -infinity)));
    for (const double x : {-1.0, 0.0, infinity}) {
      Batch<double> slope;
      const Batch<double> at = one(x);
      CHECK(q.evaluate(at).pullback(Row<double>::Ones(1), slope).cwiseAbs().maxCoeff() == 0);
      CHECK(slope(0, 0) == 0);
    }
    CHECK(q.cdf(one(-1.0))(0, 0) == 0);
    CHECK(q.cdf(one(0.0))(0, 0) == 0);
    CHECK(q.cdf(one(infinity))(0, 0) == 1);
    CHECK(q.icdf(one(0.0))(0, 0) == 0);
    CHECK(q.icdf(one(1.0))(0, 0) == infinity);
    CHECK(std::abs(q.mode()(0, 0) - std::max(a - 1, 0.0) / 3) < 1e-15);
  }
  // Draws that underflow have no slope, and no NaN.
  Rng rng(8);
  const Gamma<> tiny = single(1e-4, 1.0);
  const auto draw = tiny.rsample(rng, 50);
  CHECK(draw.value.minCoeff() == 0);
  CHECK(draw.pullback(Batch<double>::Ones(1, 50)).allFinite());
}

TEST_CASE("Gamma: KL between any two", "[distributions]") {
  Rng rng(9);
  const Gamma<> p = random_gamma(3, 2, rng), q = random_gamma(3, 2, rng);
  CHECK(kl(p, p).cwiseAbs().maxCoeff() < 1e-14);
  const Row<double> w = normals<double>(rng, 1, 2);
  CHECK(gradient_error(kl_pullback(p, q, w), p.params(), [&](const Vector<double>& v) { return kl(moved(p, v), q).dot(w); }) <
        gradient_tolerance);
  const auto sampled = kl_monte_carlo(single(3, 2), single(1.5, 0.5), rng, 20000);
  CHECK(std::abs(sampled.value(0) - kl(single(3, 2), single(1.5, 0.5))(0)) < 4.5 * sampled.standard_error(0));
}

TEST_CASE("Gamma: what is refused, and how", "[distributions]") {
  const Vector<double> two = Vector<double>::Ones(2);
  CHECK(message_of<DomainError>([&] { Gamma(Vector<double>(-two), two); }) ==
        "Gamma: concentration(0) is -1, expected a positive finite number");
  CHECK(message_of<DomainError>([&] { Gamma(two, Vector<double>(0 * two)); }) == "Gamma: rate(0) is 0, expected a positive finite number");
  CHECK(message_of<ShapeError>([&] { Gamma(two, Vector<double>::Ones(3)); }) == "Gamma: size of rate is 3, expected 2");
  CHECK(says(message_of<ShapeError>([] { Gamma<>::from_theta(Batch<double>::Zero(3, 1)); }), "rows of theta is 3, expected a multiple of 2"));
  CHECK(says(message_of<DomainError>([] { single(1, 1).icdf(one(-0.5)); }), "p(0) is -0.5"));
  check_bad_calls(Gamma(two, two), "Gamma");
}

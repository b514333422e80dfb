#include "variate/distributions/bernoulli.hpp"

#include <cmath>
#include <limits>

#include "distributions/family_checks.hpp"
#include "support/fixtures.hpp"
#include "variate/random/recorded.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
constexpr double infinity = std::numeric_limits<double>::infinity();
Bernoulli<> random_bits(Index d, Index batch, Rng& rng) { return Bernoulli<>(Batch<double>(2 * normals<double>(rng, d, batch))); }
}  // namespace

TEST_CASE("Bernoulli against mpmath", "[distributions]") {
  const auto file = fixture("distributions/bernoulli.json");
  REQUIRE(file.at("cases").size() >= 5);
  for (const auto& one : file.at("cases")) {
    const double logit = number(one.at("params").at("logit"));
    INFO("logit " << logit);
    const Bernoulli<> q(Batch<double>::Constant(1, 1, logit));
    CHECK(relative_error(q.mean()(0, 0), number(one.at("mean")), 0) < 1e-14);
    CHECK(relative_error(q.variance()(0, 0), number(one.at("variance")), 0) < 1e-14);
    CHECK(relative_error(q.entropy()(0), number(one.at("entropy")), 0) < 1e-14);
    for (const auto& point : one.at("points")) {
      const Batch<double> x = Batch<double>::Constant(1, 1, number(point.at("x")));
      const auto e = q.evaluate(x);
      CHECK(relative_error(e.value(0), number(point.at("log_prob")), 0) < 1e-14);
      CHECK(relative_error(e.pullback(Row<double>::Ones(1))(0), number(point.at("d_params").at("logit")), 0) < 1e-14);
      if (point.contains("cdf")) CHECK(relative_error(q.cdf(x)(0, 0), number(point.at("cdf")), 0) < 1e-14);
    }
  }
}

TEST_CASE("Bernoulli: gradients are those of its values", "[distributions]") {
  Rng rng(1);
  for (const Shape& shape : shapes) {
    INFO("d " << shape.d << " B " << shape.batch << " S " << shape.samples);
    const Bernoulli<> q = random_bits(shape.d, shape.batch, rng);
    const Batch<double> x = q.sample(rng, shape.samples);
    check_score(q, x, rng);
    check_entropy(q, rng);
  }
}

TEST_CASE("Bernoulli: many data points are each alone", "[distributions]") {
  Rng rng(2);
  const Bernoulli<> q = random_bits(5, 13, rng);
  const Batch<double> x = q.sample(rng, 3);
  check_by_point(q, x, rng, [](Batch<double> theta) { return Bernoulli<>::from_theta(std::move(theta)); });
}

TEST_CASE("Bernoulli: samples have its moments", "[distributions][statistical]") {
  Rng rng(3);
  CHECK(worst_moment_z(random_bits(4, 1, rng), 100000, rng) < 4.5);
  CHECK(worst_moment_z(random_bits(2, 5, rng), 30000, rng) < 4.5);
}

TEST_CASE("Bernoulli: a bit is 1 where logit + logit(u) > 0", "[distributions]") {
  const double u[] = {0.2, 0.35, 0.7, 0.95};
  Batch<double> logits(2, 1), uniforms(2, 4);
  logits << 0.8, -2.2;
  for (Index c = 0; c < 4; ++c) uniforms(0, c) = uniforms(1, c) = u[c];
  Recorded<double> rng({}, {uniforms});
  const Batch<double> x = Bernoulli<>(logits).sample(rng, 4);
  for (Index i = 0; i < 2; ++i)
    for (Index c = 0; c < 4; ++c) CHECK(x(i, c) == (logits(i, 0) + std::log(u[c]) - std::log1p(-u[c]) > 0 ? 1 : 0));
}

TEMPLATE_TEST_CASE("Bernoulli: extreme logits and impossible values", "[distributions]", float, double) {
  using T = TestType;
  const T minus_infinity = -std::numeric_limits<T>::infinity(), nan = std::numeric_limits<T>::quiet_NaN();
  Batch<T> logits(3, 1);
  logits << T(1500), T(-1500), T(0);
  const Bernoulli<T> q(logits);
  CHECK(q.mean()(0, 0) == 1);
  CHECK(q.mean()(1, 0) == 0);
  CHECK(q.variance().allFinite());
  CHECK(q.entropy()(0) == Approx(std::log(2.0)));
  CHECK(q.entropy_pullback(Row<T>::Ones(1)).allFinite());
  Batch<T> x(3, 6);
  x << 1, 0, 1, 1, T(0.5), nan, 0, 1, 0, 0, 0, 0, 1, 0, -1, 2, 1, 1;
  const auto e = q.evaluate(x);
  CHECK(e.value(0) == Approx(-std::log(2.0)));
  CHECK(e.value(1) == Approx(-3000 - std::log(2.0)));
  for (Index c = 2; c < 6; ++c) CHECK(e.value(c) == minus_infinity);
  const Vector<T> score = e.pullback(Row<T>::Ones(6));
  CHECK(score(0) == -1);  // the one 0 under an all but certain 1; 0.5 and NaN are no bits and say nothing
  CHECK(score(1) == 1);
  CHECK(score(2) == T(0.5 * 3 - 0.5));

  Rng rng(4);
  const Batch<T> draws = q.sample(rng, 1000);
  CHECK((draws.row(0).array() == 1).all());
  CHECK((draws.row(1).array() == 0).all());
  const Batch<T> bits = Bernoulli<T>(Batch<T>::Constant(1, 1, T(0.3))).mode();
  CHECK(bits(0, 0) == 1);
}

TEST_CASE("Bernoulli: support and probabilities", "[distributions]") {
  Rng rng(5);
  const Bernoulli<> q = random_bits(4, 3, rng);
  const Batch<double> support = q.support();
  REQUIRE(support.rows() == 4);
  REQUIRE(support.cols() == 16);
  CHECK(support.col(6) == (Vector<double>(4) << 0, 1, 1, 0).finished());
  for (Index b = 0; b < 3; ++b) {
    const Bernoulli<> alone(Batch<double>(q.theta().col(b)));
    CHECK(alone.log_prob(support).array().exp().sum() == Approx(1).epsilon(1e-14));
  }
  const Vector<double> p = (Vector<double>(3) << 1e-12, 0.5, 0.999).finished();
  CHECK((Bernoulli<>::from_probs(p).probs() - p).cwiseQuotient(p).cwiseAbs().maxCoeff() < 1e-14);
  CHECK(Bernoulli(p).logits() == Batch<double>(p));
  CHECK(Bernoulli<>(Batch<double>::Zero(16, 1)).support().cols() == 65536);
  CHECK(message_of<InvalidArgument>([] { Bernoulli<>(Batch<double>::Zero(21, 1)).support(); }) ==
        "Bernoulli: support() has 2^21 points, expected at most 2^20; use an estimator that samples");
}

TEST_CASE("Bernoulli: what is refused, and how", "[distributions]") {
  const auto probability = [](double p) {
    return message_of<DomainError>([p] { Bernoulli<>::from_probs(Batch<double>::Constant(1, 1, p)); });
  };
  CHECK(probability(0) == "Bernoulli: probs(0) is 0, expected a probability inside (0, 1)");
  CHECK(says(probability(1), "probs(0) is 1"));
  CHECK(says(probability(std::numeric_limits<double>::quiet_NaN()), "probs(0) is nan"));
  CHECK(says(message_of<InvalidArgument>([] { Bernoulli<>(Batch<double>::Constant(2, 1, infinity)); }), "theta(0) is inf"));
  CHECK(says(message_of<InvalidArgument>([] { Bernoulli<>(Batch<double>(0, 1)); }), "rows of theta is 0"));
  CHECK(says(message_of<InvalidArgument>([] { Bernoulli<>(Batch<double>(1, 0)); }), "columns of theta is 0"));
  check_bad_calls(Bernoulli<>(Batch<double>::Zero(2, 1)), "Bernoulli");
  check_bad_calls(Bernoulli<>(Batch<double>::Zero(2, 3)), "Bernoulli");
}

#include "variate/distributions/bernoulli.hpp"

#include <cmath>
#include <limits>

#include "distributions/family_checks.hpp"
#include "distributions/family_suite.hpp"
#include "variate/random/recorded.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
using variate_tests::infinity;
const Kind bernoulli_kind = kind_of<Bernoulli, detail::BernoulliLaw>();
}  // namespace

TEST_CASE("Bernoulli against mpmath", "[fixtures][distributions]") {
  check_fixture("bernoulli.json", bernoulli_kind, {.names = {"logit"}});
}

TEST_CASE("Bernoulli: gradients, data points, moments, edges, float, what is refused", "[distributions]") {
  check_family(bernoulli_kind, {.spread = 2});
}

TEST_CASE("Bernoulli: samples follow the law", "[distributions][statistical]") { check_sampler(bernoulli_kind, {{0}, {-3}, {5}, {-800}}); }

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

  const Bernoulli<T> sure(Batch<T>::Constant(1, 1, T(40)));
  const T rare = T(4.248354255291589e-18), close = 8 * std::numeric_limits<T>::epsilon();  // e^-40
  CHECK(sure.log_prob(Batch<T>::Ones(1, 1))(0) == Approx(-rare).epsilon(close).margin(0));
  CHECK(sure.variance()(0, 0) == Approx(rare).epsilon(close).margin(0));
  CHECK(sure.entropy()(0) == Approx(41 * rare).epsilon(close).margin(0));

  Rng rng(4);
  const Batch<T> draws = q.sample(rng, 1000);
  CHECK((draws.row(0).array() == 1).all());
  CHECK((draws.row(1).array() == 0).all());
  const Batch<T> bits = Bernoulli<T>(Batch<T>::Constant(1, 1, T(0.3))).mode();
  CHECK(bits(0, 0) == 1);
}

TEST_CASE("Bernoulli: support and probabilities", "[distributions]") {
  Rng rng(5);
  const Bernoulli<> q(Batch<double>(2 * normals<double>(rng, 4, 3)));
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
  CHECK(says(message_of<InvalidArgument>([] { Bernoulli<>(Batch<double>::Constant(2, 1, infinity)); }), "logits(0) is inf"));
  CHECK(says(message_of<InvalidArgument>([] { Bernoulli<>(Batch<double>(0, 1)); }), "size of logits is 0"));
  CHECK(says(message_of<InvalidArgument>([] { Bernoulli<>(Batch<double>(1, 0)); }), "columns of logits is 0"));
  check_bad_calls(Bernoulli<>(Batch<double>::Zero(2, 3)), "Bernoulli");
}

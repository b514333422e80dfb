#include "variate/distributions/poisson.hpp"

#include <cmath>

#include "distributions/family_checks.hpp"
#include "distributions/family_suite.hpp"
#include "support/statistics.hpp"

using namespace variate_tests;

namespace {
const Kind poisson_kind = kind_of<variate::Poisson, variate::detail::PoissonLaw>();
}

TEST_CASE("Poisson against mpmath", "[fixtures][distributions]") {
  FixtureOf of{{"log_rate"}, {}, {}, {}};
  of.to_own = [](const std::vector<double>& v) { return std::vector<double>{std::exp(v[0])}; };
  of.chain = [](const std::vector<double>& slopes, const std::vector<double>&) { return slopes; };
  check_fixture("poisson.json", poisson_kind, of);
}

TEST_CASE("Poisson: gradients, data points, moments, edges, float, what is refused", "[distributions]") {
  check_family(poisson_kind, {.centre = {1.0}});
  CHECK(message_of<variate::DomainError>([] { variate::Poisson<>(one(0)); }) ==
        "Poisson: rate(0) is 0, expected a positive finite number");
}

TEST_CASE("Poisson: samples follow the law", "[distributions][statistical]") {
  check_sampler(poisson_kind, {{1e-3}, {0.7}, {9.999}, {10}, {57.3}, {1e4}});
  const AnyFamily q = single(poisson_kind, {1e6});  // steps of 4e-4 in the distribution function: all but continuous
  Rng rng(8);
  const Batch<double> u = q.cdf(q.sample(rng, 4000));
  CHECK(kolmogorov_smirnov_p(std::vector<double>(u.data(), u.data() + u.size()), [](double v) { return v; }) > 1e-3);
}

TEST_CASE("Poisson: large and impossible rates and counts", "[distributions]") {
  // mpmath, 50 digits; theta = log(1e9) carries a rounding that moves k - rate by 1e-6 of a standard deviation.
  const variate::Poisson<> q(one(1e9));
  CHECK(q.log_prob(one(1e9))(0) == Approx(-11.280571451761212).epsilon(1e-13));
  CHECK(q.log_prob(one(1e9 + 1e5))(0) == Approx(-16.280454790927537).epsilon(1e-10));
  CHECK(q.log_prob(one(3e9))(0) == Approx(-1295836877.8342067).epsilon(1e-13));
  for (const double log_rate : {-800.0, 800.0}) {
    const auto far = variate::Poisson<>::from_theta(one(log_rate));
    Rng rng(1);
    const Batch<double> x = far.sample(rng, 5);
    CHECK((log_rate < 0 ? x.maxCoeff() == 0 : x.minCoeff() > 1e299));
    CHECK(far.log_prob(one(3))(0) < -2000);
  }
  CHECK(variate::Poisson<>::from_theta(one(-800)).log_prob(one(3))(0) == Approx(-2400 - std::log(6.0)).epsilon(1e-15));
}

TEST_CASE("Poisson: the entropy is that of its probabilities", "[distributions]") {
  // mpmath, 30 digits: -sum f log f
  CHECK(single(poisson_kind, {0.01}).entropy()(0) == Approx(0.0560863113425910).epsilon(1e-11));
  CHECK(single(poisson_kind, {3.0}).entropy()(0) == Approx(1.93147019814857).epsilon(1e-12));
  // (log(2 pi e rate))/2 - 1/(12 rate) - 1/(24 rate^2) - 19/(360 rate^3) for large rates
  for (const double rate : {300.0, 1e6, 1e12})
    CHECK(single(poisson_kind, {rate}).entropy()(0) ==
          Approx(0.5 * std::log(2 * 3.14159265358979323846 * std::exp(1.0) * rate) - 1 / (12 * rate) - 1 / (24 * rate * rate)).epsilon(1e-9));
}

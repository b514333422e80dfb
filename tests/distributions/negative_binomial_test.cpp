#include "variate/distributions/negative_binomial.hpp"

#include <cmath>

#include "distributions/family_checks.hpp"
#include "distributions/family_suite.hpp"
#include "support/statistics.hpp"
#include "variate/distributions/kl.hpp"

using namespace variate_tests;

namespace {
const Kind negative_binomial_kind = kind_of<variate::NegativeBinomial, variate::detail::NegativeBinomialLaw>();
double same(double u) { return u; }
double log_prob(double r, double logit, double k) { return variate::NegativeBinomial<>(one(r), one(logit)).log_prob(one(k))(0); }
}  // namespace

TEST_CASE("NegativeBinomial against mpmath", "[fixtures][distributions]") {
  check_fixture("negativebinomial.json", negative_binomial_kind, {{"total_count", "logit"}, {}, {}, {}});
}

TEST_CASE("NegativeBinomial: gradients, data points, moments, edges, float, what is refused", "[distributions]") {
  check_family(negative_binomial_kind, {.centre = {1.0, 0.0}});
}

TEST_CASE("NegativeBinomial: samples follow the law", "[distributions][statistical]") {
  check_sampler(negative_binomial_kind, {{3, 0}, {1e-3, 2}, {0.2, 3}, {40, -1}, {1e6, -8}, {1e4, -30}});
  const AnyFamily q = single(negative_binomial_kind, {50, 14});  // all but continuous
  Rng rng(8);
  const Batch<double> u = q.cdf(q.sample(rng, 4000));
  CHECK(kolmogorov_smirnov_p(std::vector<double>(u.data(), u.data() + u.size()), same) > 1e-3);
}

TEST_CASE("NegativeBinomial: large and small everything", "[distributions]") {
  // mpmath, 60 digits; r is kept as its logarithm, whose rounding moves the mean of the third by 2e-6
  CHECK(log_prob(1000000000.0, -16, 100) == Approx(-3.9479665516161924).epsilon(1e-13));
  CHECK(log_prob(1000000000.0, 0, 1000000000) == Approx(-11.627145042082851).epsilon(1e-13));
  CHECK(log_prob(1000000000.0, 0, 1000100000) == Approx(-14.12709504624923).epsilon(1e-11));
  CHECK(log_prob(0.001, 0, 0) == Approx(-0.00069314718055994532).epsilon(1e-13));
  CHECK(log_prob(0.001, 0, 50) == Approx(-45.473352066215799).epsilon(1e-13));
  CHECK(log_prob(2.5, 800, 3) == Approx(-1998.1186283720823).epsilon(1e-13));
  CHECK(log_prob(2.5, -800, 3) == Approx(-2398.1186283720823).epsilon(1e-13));
  CHECK(log_prob(0.3, 20, 1000000000) == Approx(-23.66323770171829).epsilon(1e-13));
  Rng rng(1);
  const auto far = variate::NegativeBinomial<>::from_theta((Batch<double>(2, 3) << 700, -700, 0, 800, 0, -800).finished());
  CHECK(far.sample(rng, 4).allFinite());
}

TEST_CASE("NegativeBinomial: divergence", "[distributions]") {
  const variate::NegativeBinomial<> p(one(3.5), one(-0.6)), q(one(3.5), one(0.7)), other(one(3.6), one(0.7));
  Rng rng(2);
  const auto sampled = variate::kl_monte_carlo(p, q, rng, 20000);
  CHECK(std::abs(variate::kl(p, q)(0) - sampled.value(0)) < 4 * sampled.standard_error(0));
  CHECK(
      says(message_of<variate::InvalidArgument>([&] { variate::kl(p, other); }), "total_count of two NegativeBinomials differs"));
}

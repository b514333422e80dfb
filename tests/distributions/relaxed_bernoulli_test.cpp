#include "variate/distributions/relaxed_bernoulli.hpp"

#include <cmath>
#include <limits>

#include "distributions/family_checks.hpp"
#include "distributions/family_suite.hpp"

using namespace variate_tests;

namespace {
const Kind relaxed_bernoulli_kind = kind_of<variate::RelaxedBernoulli, variate::detail::RelaxedBernoulliLaw>();
using variate_tests::infinity;
variate::RelaxedBernoulli<> relaxed(double temperature, double logit) { return {one(temperature), one(logit)}; }
}  // namespace

TEST_CASE("RelaxedBernoulli against mpmath", "[fixtures][distributions]") {
  FixtureOf of{{"logit", "temperature"}, {}, {}, {}};
  of.noise = [](const AnyFamily& q, double y) {  // the logistic number is the logit of the cdf
    const double log_cdf = q.log_cdf(one(y))(0, 0);
    return log_cdf - std::log(-std::expm1(log_cdf));
  };
  // The file's moments come from a quadrature that stops short of the ends of (0, 1), where the density is infinite: most are
  // NaN, and those of temperature 0.1 are off by 1e-3 (1e8 draws say so by 30 standard errors; the numbers below are right).
  of.moments = false;
  check_fixture("relaxedbernoulli.json", relaxed_bernoulli_kind, of);
}

TEST_CASE("RelaxedBernoulli: gradients, data points, moments, edges, float, what is refused", "[distributions]") {
  check_family(relaxed_bernoulli_kind, {.settings = {0.6}});
  check_family(relaxed_bernoulli_kind, {.settings = {1.7}});
  const auto message = [](double t) { return message_of<variate::DomainError>([t] { relaxed(t, 0); }); };
  CHECK(message(0) == "RelaxedBernoulli: temperature(0) is 0, expected a positive finite number");
  CHECK(says(message(-1), "temperature(0) is -1"));
}

TEST_CASE("RelaxedBernoulli: samples follow the law", "[distributions][statistical]") {
  check_sampler(relaxed_bernoulli_kind, {{0, 1}, {-3, 0.5}, {1, 3}});
}

TEST_CASE("RelaxedBernoulli: the ends of the interval", "[distributions]") {
  for (const double y : {0.0, 1.0}) {
    CHECK(relaxed(0.5, 0.3).log_prob(one(y))(0) == infinity);
    CHECK(relaxed(1, 0.3).log_prob(one(y))(0) == Approx(y == 0 ? -0.3 : 0.3));
    CHECK(relaxed(2, 0.3).log_prob(one(y))(0) == -infinity);
    CHECK(relaxed(0.5, 0.3).score(one(y), Row<double>::Ones(1))(0) == (y == 0 ? -1 : 1));
  }
  CHECK(relaxed(1, 0.3).log_prob(one(1e-200))(0) == Approx(-0.3));
  const variate::RelaxedBernoulli<> cold(one(1e-3), (Batch<double>(1, 3) << -2, 0, 900).finished());
  Rng rng(1);
  const auto draw = cold.rsample(rng, 100);
  CHECK(draw.value.allFinite());
  CHECK(draw.pullback(Batch<double>::Ones(1, 300)).allFinite());
  CHECK_FALSE(cold.log_prob(draw.value).hasNaN());
  CHECK(cold.score(draw.value, Row<double>::Ones(300)).allFinite());
}

TEST_CASE("RelaxedBernoulli: moments that have no closed form", "[distributions]") {
  // Temperature 1: E y = e^l (e^l - 1 - l)/(e^l - 1)^2, and the uniform law where l = 0
  CHECK(relaxed(1, 0).mean()(0, 0) == Approx(0.5).epsilon(1e-14));
  CHECK(relaxed(1, 0).variance()(0, 0) == Approx(1.0 / 12).epsilon(1e-13));
  CHECK(std::abs(relaxed(1, 0).entropy()(0)) < 1e-13);
  for (const double l : {-30.0, -3.0, 2.0}) {
    const double odds = std::exp(l), off = std::expm1(l);
    CHECK(relaxed(1, l).mean()(0, 0) == Approx(odds * (off - l) / (off * off)).epsilon(1e-13));
    CHECK(relaxed(1 - 1e-9, l).mean()(0, 0) == Approx(relaxed(1, l).mean()(0, 0)).epsilon(1e-7));
  }
  // By mpmath: mean, variance, entropy
  CHECK(relaxed(0.1, -0.524224).mean()(0, 0) == Approx(0.3728300048153683).epsilon(1e-13));
  CHECK(relaxed(0.1, -0.524224).variance()(0, 0) == Approx(0.2106215697783104).epsilon(1e-13));
  CHECK(relaxed(0.1, -0.524224).entropy()(0) == Approx(-10.31615477570053).epsilon(1e-13));
  CHECK(relaxed(0.4, -6).mean()(0, 0) == Approx(0.003251224528351794).epsilon(1e-13));
  CHECK(relaxed(0.4, -6).variance()(0, 0) == Approx(0.001949309296195133).epsilon(1e-13));
  CHECK(relaxed(0.4, -6).entropy()(0) == Approx(-12.10002418711245).epsilon(1e-13));
  CHECK(relaxed(0.7, 1.5).mean()(0, 0) == Approx(0.7643643402978692).epsilon(1e-13));
  CHECK(relaxed(0.7, 1.5).variance()(0, 0) == Approx(0.07929976374198041).epsilon(1e-13));
  CHECK(relaxed(0.7, 1.5).entropy()(0) == Approx(-0.698580936583193).epsilon(1e-13));
  CHECK(relaxed(2.5, -8).mean()(0, 0) == Approx(0.04896800304612478).epsilon(1e-13));
  CHECK(relaxed(2.5, -8).variance()(0, 0) == Approx(0.001585983945850053).epsilon(1e-13));
  CHECK(relaxed(2.5, -8).entropy()(0) == Approx(-2.218729645920185).epsilon(1e-13));
  CHECK(relaxed(30, 0.2).mean()(0, 0) == Approx(0.5016651413074552).epsilon(1e-13));
  CHECK(relaxed(30, 0.2).variance()(0, 0) == Approx(0.0002278762888831047).epsilon(1e-13));
  CHECK(relaxed(30, 0.2).entropy()(0) == Approx(-2.788416112761311).epsilon(1e-13));
  const auto slope = [](double t) {
    return (relaxed(t + 1e-5, -0.8).entropy()(0) - relaxed(t - 1e-5, -0.8).entropy()(0)) / 2e-5;
  };
  for (const double t : {0.4, 2.0}) {
    using Law = variate::detail::RelaxedBernoulliLaw<double>;
    Law::Theta s;
    Law::entropy_gradient(Law::prepare({-0.8, t}), s);
    CHECK(s[1][0] == Approx(slope(t)).epsilon(1e-8));
  }
}

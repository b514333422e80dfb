#include "variate/distributions/logit_relaxed_bernoulli.hpp"

#include <cmath>

#include "distributions/family_checks.hpp"
#include "distributions/family_suite.hpp"

using namespace variate_tests;

namespace {
const Kind logit_relaxed_bernoulli_kind = kind_of<variate::LogitRelaxedBernoulli, variate::detail::LogitRelaxedBernoulliLaw>();
}

TEST_CASE("LogitRelaxedBernoulli: gradients, data points, moments, edges, float, what is refused", "[distributions]") {
  check_family(logit_relaxed_bernoulli_kind, {.settings = {0.6}});
  CHECK(message_of<variate::DomainError>([] { variate::LogitRelaxedBernoulli<>(one(0), one(0)); }) ==
        "LogitRelaxedBernoulli: temperature(0) is 0, expected a positive finite number");
}

TEST_CASE("LogitRelaxedBernoulli: samples follow the law", "[distributions][statistical]") {
  check_sampler(logit_relaxed_bernoulli_kind, {{0, 1}, {-3, 1e-3}, {50, 20}});
}

TEST_CASE("LogitRelaxedBernoulli: its bit is Bernoulli's, and its density finite at any temperature", "[distributions]") {
  const variate::LogitRelaxedBernoulli<> q(one(1e-3), one(-0.4));
  Rng first(3), again(3);
  const Batch<double> u = variate::uniforms<double>(first, 1, 50), z = q.sample(again, 50);
  for (Index i = 0; i < 50; ++i) CHECK((z(0, i) > 0) == (-0.4 + std::log(u(0, i)) - std::log1p(-u(0, i)) > 0));
  CHECK(q.log_prob(z).allFinite());
  const std::vector<double> slopes = single(logit_relaxed_bernoulli_kind, {-0.4, 1e-3}).law_score(-700);
  CHECK(slopes[0] == Approx(std::tanh(0.5 * (-0.7 + 0.4))).epsilon(1e-12));
  CHECK(slopes[1] == Approx(1000 + 700 * slopes[0]).epsilon(1e-12));
}

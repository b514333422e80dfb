#include "variate/distributions/kumaraswamy.hpp"

#include <cmath>

#include "distributions/family_suite.hpp"
#include "support/catch.hpp"

using namespace variate_tests;

namespace {
const Kind kumaraswamy_kind = kind_of<variate::Kumaraswamy, variate::detail::KumaraswamyLaw>();
}

TEST_CASE("Kumaraswamy against mpmath", "[fixtures][distributions]") { check_fixture("kumaraswamy.json", kumaraswamy_kind); }

TEST_CASE("Kumaraswamy: gradients, data points, moments, edges, float, what is refused", "[distributions]") {
  check_family(kumaraswamy_kind, {.centre = {0.8, 0.9}});
}

TEST_CASE("Kumaraswamy: samples follow the law", "[distributions][statistical]") {
  check_sampler(kumaraswamy_kind, {{1, 1}, {0.2, 3}, {50, 0.5}, {3, 1e4}});
}

TEST_CASE("Kumaraswamy at its ends and in extremes", "[distributions]") {
  const double inf = INFINITY;
  CHECK(single(kumaraswamy_kind, {0.5, 2}).log_prob(one(0.0))(0) == inf);
  CHECK(single(kumaraswamy_kind, {1, 2}).log_prob(one(0.0))(0) == Approx(std::log(2)));
  CHECK(single(kumaraswamy_kind, {2, 2}).log_prob(one(0.0))(0) == -inf);
  CHECK(single(kumaraswamy_kind, {2, 0.5}).log_prob(one(1.0))(0) == inf);
  CHECK(single(kumaraswamy_kind, {2, 1}).log_prob(one(1.0))(0) == Approx(std::log(2)));
  CHECK(single(kumaraswamy_kind, {1, 1}).mode()(0, 0) == 0.5);
  CHECK(single(kumaraswamy_kind, {2, 3}).mode()(0, 0) == Approx(std::sqrt(0.2)).epsilon(1e-14));
  CHECK(single(kumaraswamy_kind, {0.5, 3}).mode()(0, 0) == 0);
  CHECK(single(kumaraswamy_kind, {3, 0.5}).mode()(0, 0) == 1);
  // b = 1: x = u^(1/a), of variance 1/(a+2) - 1/(1+1/a)^2 = a/((a+2)(a+1)^2); a = 1: 1 - x the same with b.
  for (const double p : {1e-3, 0.3, 1.9, 2.1, 1e3, 1e6}) {
    const double variance = p / ((p + 2) * (p + 1) * (p + 1));
    CHECK(single(kumaraswamy_kind, {p, 1}).variance()(0, 0) == Approx(variance).epsilon(1e-11));
    CHECK(single(kumaraswamy_kind, {1, p}).variance()(0, 0) == Approx(variance).epsilon(1e-11));
    CHECK(single(kumaraswamy_kind, {p, 1}).mean()(0, 0) == Approx(p / (p + 1)).epsilon(1e-13));
  }
  const AnyFamily q = single(kumaraswamy_kind, {300, 1e3});
  CHECK(q.log_cdf(one(1e-3))(0, 0) == Approx(300 * std::log(1e-3) + std::log(1e3)).epsilon(1e-14));
  CHECK(q.icdf(one(1e-300))(0, 0) == Approx(std::exp((std::log(1e-300) - std::log(1e3)) / 300)).epsilon(1e-13));
}

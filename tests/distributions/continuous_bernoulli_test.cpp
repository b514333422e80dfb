#include "variate/distributions/continuous_bernoulli.hpp"

#include <cmath>

#include "distributions/family_checks.hpp"
#include "distributions/family_suite.hpp"
#include "variate/distributions/kl.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
const Kind continuous_bernoulli_kind = kind_of<ContinuousBernoulli, detail::ContinuousBernoulliLaw>();
AnyFamily at_logit(double logit, bool in_float = false) { return (in_float ? continuous_bernoulli_kind.make_float : continuous_bernoulli_kind.make)(one(logit), {}); }
}  // namespace

TEST_CASE("ContinuousBernoulli against mpmath", "[fixtures][distributions]") { check_fixture("continuousbernoulli.json", continuous_bernoulli_kind); }

TEST_CASE("ContinuousBernoulli: gradients, data points, moments, edges, float, what is refused", "[distributions]") {
  check_family(continuous_bernoulli_kind);
  check_family(continuous_bernoulli_kind, {.centre = {3}, .spread = 2});
}

TEST_CASE("ContinuousBernoulli: samples follow the law", "[distributions][statistical]") {
  check_sampler(continuous_bernoulli_kind, {{0.5}, {0.4999999}, {1e-5}, {0.999}, {1e-30}});
}

TEST_CASE("ContinuousBernoulli where forms meet, and far out", "[distributions]") {
  // The series and the closed forms agree on both sides of where one takes over.
  for (const double edge : {1.5, -1.5, 0.5, -0.5}) {
    const AnyFamily q = at_logit(edge * (1 - 1e-15)), r = at_logit(edge * (1 + 1e-15));
    CHECK(q.mean()(0, 0) == Approx(r.mean()(0, 0)).epsilon(1e-14));
    CHECK(q.variance()(0, 0) == Approx(r.variance()(0, 0)).epsilon(3e-14));
    CHECK(q.entropy()(0) == Approx(r.entropy()(0)).epsilon(1e-13));
    for (const double x : {1e-9, 0.1, 0.5, 0.7, 1 - 1e-9}) {
      CHECK(q.log_prob(one(x))(0) == Approx(r.log_prob(one(x))(0)).epsilon(1e-13).margin(1e-15));
      CHECK(q.law_path(x, x)[0] == Approx(r.law_path(x, x)[0]).epsilon(1e-13));
    }
  }
  // To first order in a small logit: mean 1/2 + t/12, dx/dt = x (1 - x)/2.
  for (const double t : {0.0, 1e-300, -1e-20, 1e-9}) {
    const AnyFamily q = at_logit(t);
    CHECK(q.mean()(0, 0) == Approx(0.5 + t / 12).epsilon(1e-15));
    CHECK(q.law_path(0.2, 0.2)[0] == Approx(0.08).epsilon(1e-9));
    CHECK(q.icdf(one(0.3))(0, 0) == Approx(0.3).epsilon(1e-9));
    CHECK(q.cdf(one(0.3))(0, 0) == Approx(0.3).epsilon(1e-9));
  }
  // Far out, an exponential number of rate |t| from the nearer end.
  for (const double t : {800.0, 1e8})
    for (const bool in_float : {false, true}) {
      const double eps = in_float ? 1e-6 : 1e-14;
      const AnyFamily q = at_logit(-t, in_float), r = at_logit(t, in_float);
      CHECK(q.mean()(0, 0) == Approx(1 / t).epsilon(eps));
      CHECK(q.variance()(0, 0) == Approx(1 / (t * t)).epsilon(eps));
      CHECK(q.log_prob(one(0.25))(0) == Approx(std::log(t) - t / 4).epsilon(eps));
      CHECK(q.icdf(one(0.75))(0, 0) == Approx(std::log(4) / t).epsilon(eps));
      CHECK(r.icdf(one(0.25))(0, 0) == Approx(1 - std::log(4) / t).epsilon(eps));
      CHECK(r.log_cdf(one(0.5))(0, 0) == Approx(-t / 2).epsilon(eps));
      CHECK(q.law_path(0, 0.25)[0] == Approx(0.25 / t).epsilon(eps));
      CHECK(r.entropy()(0) == Approx(1 - std::log(t)).epsilon(eps));
    }
}

TEST_CASE("ContinuousBernoulli: divergence is that of the densities", "[distributions]") {
  const ContinuousBernoulli<> p((Batch<double>(3, 1) << 0.3, 0.9, 0.5001).finished()),
      q((Batch<double>(3, 1) << 0.8, 0.2, 0.4).finished());
  Batch<double> t(3, 2000);  // quantiles of p: the midpoint rule
  for (Index i = 0; i < 2000; ++i) t.col(i).setConstant((static_cast<double>(i) + 0.5) / 2000);
  const Batch<double> x = p.icdf(t);
  CHECK(kl(p, q)(0) == Approx((p.log_prob(x) - q.log_prob(x)).mean()).epsilon(1e-6));
  CHECK(gradient_error(kl_pullback(p, q, Row<double>::Ones(1)), p.params(),
                       [&](const Vector<double>& v) { return kl(moved(p, v), q)(0); }) < gradient_tolerance);
  CHECK(kl(p, p)(0) == 0);
  CHECK(says(message_of<DomainError>([] { ContinuousBernoulli<>(one(1.0)); }), "prob(0) is 1, expected a number inside (0, 1)"));
}

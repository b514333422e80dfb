#include "variate/distributions/geometric.hpp"

#include <cmath>

#include "distributions/family_checks.hpp"
#include "distributions/family_suite.hpp"
#include "variate/distributions/kl.hpp"

using namespace variate_tests;

namespace {
const Kind geometric_kind = kind_of<variate::Geometric, variate::detail::GeometricLaw>();
}

TEST_CASE("Geometric against mpmath", "[fixtures][distributions]") {
  check_fixture("geometric.json", geometric_kind, {{"logit"}, {}, {}, {}});
}

TEST_CASE("Geometric: gradients, data points, moments, edges, float, what is refused", "[distributions]") { check_family(geometric_kind); }

TEST_CASE("Geometric: samples follow the law", "[distributions][statistical]") {
  check_sampler(geometric_kind, {{0}, {3}, {-5}, {40}, {-7}});
}

TEST_CASE("Geometric: probabilities near 0 and 1", "[distributions]") {
  const variate::Geometric<> sure(one(800)), never(one(-800));
  CHECK(sure.log_prob(one(2))(0) == -1600);
  CHECK(sure.entropy()(0) == 0);
  CHECK(never.entropy()(0) == 801);  // 1 - log p
  CHECK(never.entropy_pullback(Row<double>::Ones(1))(0) == -1);
  CHECK(never.log_prob(one(1e9))(0) == -800);
  Rng rng(1);
  CHECK(sure.sample(rng, 9).maxCoeff() == 0);
  CHECK(never.sample(rng, 9).allFinite());
  const auto q = variate::Geometric<>::from_probs(one(1e-12));
  CHECK(q.probs()(0, 0) == Approx(1e-12).epsilon(1e-14));
  CHECK(q.cdf(one(0))(0, 0) == Approx(1e-12).epsilon(1e-14));
  CHECK(q.log_cdf(one(5e13))(0, 0) == Approx(-std::exp(5e13 * std::log1p(-1e-12))).epsilon(1e-11));
  CHECK(message_of<variate::DomainError>([] { variate::Geometric<>::from_probs(one(1)); }) ==
        "Geometric: probs(0) is 1, expected a number inside (0, 1)");
}

TEST_CASE("Geometric: divergence of all but equal ones", "[distributions]") {
  // Half the Fisher information q^2 + mean p^2 = q times the square of the difference, to first order in it.
  const double logit = 0.3, off = 1e-6, q = 1 / (1 + std::exp(logit));
  const variate::Geometric<> from(one(logit + off)), to(one(logit));
  CHECK(variate::kl(from, to)(0) == Approx(0.5 * q * off * off).epsilon(1e-4));
  const auto far = [](double a, double b) { return variate::kl(variate::Geometric<>(one(a)), variate::Geometric<>(one(b)))(0); };
  CHECK(far(-900, -902) == Approx(std::expm1(-2.0) + 2).epsilon(1e-14));  // exponential numbers, all but a factor
  CHECK(far(37, 40) == Approx(1.74909e-16).epsilon(1e-5));                // mpmath
}

#include "variate/distributions/beta.hpp"

#include <cmath>
#include <limits>

#include "distributions/family_checks.hpp"
#include "distributions/sampler_checks.hpp"
#include "variate/distributions/kl.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
using variate_tests::infinity;
const Kind beta_kind = kind_of<Beta, detail::BetaLaw>();
const FixtureOf beta_noise{
    {}, [](const AnyFamily& q, double x) { return std::log(x) - std::log1p(-x) - (q.theta(0) - q.theta(1)); }, {}, {}};
Beta<> random_beta(Index d, Index batch, Rng& rng) { return Beta<>::from_theta(0.7 * normals<double>(rng, 2 * d, batch)); }
Beta<> beta(double a, double b) { return Beta<>(one(a), one(b)); }
}  // namespace

TEST_CASE("Beta against mpmath", "[fixtures][distributions]") { check_fixture("beta.json", beta_kind, beta_noise); }

TEST_CASE("Beta: gradients, data points, moments, edges, float, what is refused", "[distributions]") {
  check_family(beta_kind, {.spread = 0.7, .smooth_sampler = false});
}

TEST_CASE("Beta: samples follow the law", "[distributions][statistical]") {
  check_sampler(beta_kind, {{0.1, 3}, {1, 1}, {0.5, 40}, {3, 2}, {200, 0.9}, {1e4, 3e4}, {1e6, 1e5}});
}

TEST_CASE("Beta: the pathwise gradient is that of the expectation", "[distributions][statistical]") {
  const double pairs[][2] = {{0.05, 0.2}, {1, 1}, {0.5, 40}, {3000, 2000}};
  for (const auto& pair : pairs) {  // E x = a / (a + b)
    const double a = pair[0], b = pair[1], by = a * b / ((a + b) * (a + b));
    INFO("a " << a << " b " << b);
    CHECK(path_z(beta_kind, {a, b}, [](double) { return 1.0; }, {by, -by}, 3000) < 4.5);
  }
}

TEST_CASE("Beta: edges of the support", "[distributions]") {
  for (const double a : {0.5, 1.0, 2.0}) {
    INFO("a " << a);
    const Beta<> q = beta(a, 1.0), r = beta(1.0, a);
    const double at_zero = a < 1 ? infinity : a == 1 ? 0.0 : -infinity;
    CHECK(q.log_prob(one(0.0))(0) == at_zero);
    CHECK(r.log_prob(one(1.0))(0) == at_zero);
    CHECK(std::abs(q.log_prob(one(1.0))(0) - std::log(a)) < 1e-15);
    for (const double x : {0.0, 1.0}) {
      Batch<double> slope;
      const Batch<double> at = one(x);
      CHECK(q.evaluate(at).pullback(Row<double>::Ones(1), slope).cwiseAbs().maxCoeff() == 0);
      CHECK(slope(0, 0) == 0);
    }
  }
  CHECK(std::abs(beta(3, 2).mode()(0, 0) - 2.0 / 3) < 1e-15);
  CHECK(beta(0.5, 2).mode()(0, 0) == 0);
  CHECK(beta(2, 0.5).mode()(0, 0) == 1);
  Rng rng(8);
  const Beta<> tiny = beta(1e-4, 1e-4);
  const auto draw = tiny.rsample(rng, 50);
  CHECK(draw.pullback(Batch<double>::Ones(1, 50)).allFinite());
}

TEST_CASE("Beta: KL between any two", "[distributions]") {
  Rng rng(9);
  const Beta<> p = random_beta(3, 2, rng), q = random_beta(3, 2, rng);
  CHECK(kl(p, p).cwiseAbs().maxCoeff() < 1e-14);
  const Row<double> w = normals<double>(rng, 1, 2);
  CHECK(gradient_error(kl_pullback(p, q, w), p.params(), [&](const Vector<double>& v) { return kl(moved(p, v), q).dot(w); }) <
        gradient_tolerance);
  const auto sampled = kl_monte_carlo(beta(3, 2), beta(1.5, 0.5), rng, 20000);
  CHECK(std::abs(sampled.value(0) - kl(beta(3, 2), beta(1.5, 0.5))(0)) < 4.5 * sampled.standard_error(0));
}

TEST_CASE("Beta: what is refused, and how", "[distributions]") {
  const Vector<double> two = Vector<double>::Ones(2);
  CHECK(message_of<DomainError>([&] { Beta(Vector<double>(-two), two); }) ==
        "Beta: a(0) is -1, expected a positive finite number");
  CHECK(message_of<ShapeError>([&] { Beta(two, Vector<double>::Ones(3)); }) == "Beta: size of b is 3, expected 2");
}

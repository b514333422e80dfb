#include "variate/distributions/inverse_gamma.hpp"

#include <cmath>
#include <limits>

#include "distributions/family_checks.hpp"
#include "distributions/sampler_checks.hpp"
#include "variate/distributions/kl.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
using variate_tests::infinity;
const Kind inverse_gamma_kind = kind_of<InverseGamma, detail::InverseGammaLaw>();
const FixtureOf inverse_gamma_noise{{},
                      [](const AnyFamily& q, double x) {
                        using V = detail::Packet<double>;
                        return detail::GammaCore<double>::position(V(std::exp(q.theta(0))), V(std::exp(q.theta(1)) / x))[0];
                      },
                      {},
                      {}};
}  // namespace

TEST_CASE("InverseGamma against mpmath", "[fixtures][distributions]") { check_fixture("inversegamma.json", inverse_gamma_kind, inverse_gamma_noise); }

TEST_CASE("InverseGamma: gradients, data points, moments, edges, float, what is refused", "[distributions]") {
  check_family(inverse_gamma_kind, {.centre = {2.5, 2.5}, .smooth_sampler = false});
}

TEST_CASE("InverseGamma: samples follow the law", "[distributions][statistical]") {
  check_sampler(inverse_gamma_kind, {{0.2, 2}, {1, 2}, {7.5, 2}, {1e5, 2}});
}

TEST_CASE("InverseGamma: the pathwise gradient is that of the expectation", "[distributions][statistical]") {
  // E x = s / (a - 1): by log a -a s/(a - 1)^2, by log s itself
  CHECK(path_z(inverse_gamma_kind, {5, 2}, [](double) { return 1.0; }, {-5 * 2 / 16.0, 0.5}, 20000) < 4.5);
}

TEST_CASE("InverseGamma: KL between any two", "[distributions]") {
  Rng rng(2);
  const Batch<double> centre = Batch<double>::Constant(6, 5, 1.25), spread = 0.5 * normals<double>(rng, 12, 5);
  const auto p = InverseGamma<>::from_theta(centre + spread.topRows(6)),
             q = InverseGamma<>::from_theta(centre + spread.bottomRows(6));
  const Row<double> w = normals<double>(rng, 1, 5);
  CHECK(gradient_error(kl_pullback(p, q, w), p.params(), [&](const Vector<double>& v) { return kl(moved(p, v), q).dot(w); }) <
        gradient_tolerance);
  const InverseGamma<> a(one(4), one(1)), b(one(3), one(2));
  const auto sampled = kl_monte_carlo(a, b, rng, 20000);
  CHECK(std::abs(sampled.value(0) - kl(a, b)(0)) < 4.5 * sampled.standard_error(0));
}

TEST_CASE("InverseGamma: edges, and what is refused", "[distributions]") {
  const InverseGamma<> q(one(3), one(2));
  for (const double x : {0.0, 1e-320}) {
    INFO("x " << x);
    const Batch<double> at = one(x);
    CHECK(q.log_prob(at)(0) == -infinity);
    Batch<double> slope;
    CHECK(q.evaluate(at).pullback(Row<double>::Ones(1), slope).cwiseAbs().maxCoeff() == 0);
    CHECK(slope(0, 0) == 0);
  }
  CHECK(q.log_cdf(one(0.0))(0, 0) == -infinity);
  CHECK(std::abs(q.mode()(0, 0) - 0.5) < 1e-15);
  CHECK(InverseGamma<>(one(1), one(1)).mean()(0, 0) == infinity);
  CHECK(InverseGamma<>(one(2), one(1)).variance()(0, 0) == infinity);
  CHECK(message_of<DomainError>([] { InverseGamma<>(one(1), one(-2)); }) ==
        "InverseGamma: scale(0) is -2, expected a positive finite number");
}

#include "variate/distributions/gamma.hpp"

#include <cmath>
#include <limits>

#include "distributions/family_checks.hpp"
#include "distributions/sampler_checks.hpp"
#include "variate/distributions/kl.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
using variate_tests::infinity;
const Kind gamma_kind = kind_of<Gamma, detail::GammaLaw>();
const FixtureOf gamma_noise{{},
                      [](const AnyFamily& q, double x) {
                        using V = detail::Packet<double>;
                        return detail::GammaCore<double>::position(V(std::exp(q.theta(0))), V(x * std::exp(q.theta(1))))[0];
                      },
                      {},
                      {}};
Gamma<> random_gamma(Index d, Index batch, Rng& rng) { return Gamma<>::from_theta(0.7 * normals<double>(rng, 2 * d, batch)); }
Gamma<> gamma(double a, double rate) { return Gamma<>(one(a), one(rate)); }
}  // namespace

TEST_CASE("Gamma against mpmath", "[fixtures][distributions]") { check_fixture("gamma.json", gamma_kind, gamma_noise); }

TEST_CASE("Gamma: gradients, data points, moments, edges, float, what is refused", "[distributions]") {
  check_family(gamma_kind, {.spread = 0.7, .smooth_sampler = false});
}

TEST_CASE("Gamma: samples follow the law", "[distributions][statistical]") {
  check_sampler(gamma_kind, {{0.05, 2}, {0.5, 2}, {1, 2}, {3, 2}, {200, 2}, {1e4, 2}, {1e6, 2}});
}

TEST_CASE("Gamma: the pathwise gradient is that of the expectation", "[distributions][statistical]") {
  for (const double a : {0.02, 0.7, 4.0, 5000.0}) {  // E x^2 = a (a+1) / rate^2
    const double rate = 1.5;
    INFO("concentration " << a);
    const double known = a * (2 * a + 1) / (rate * rate), by_rate = -2 * a * (a + 1) / (rate * rate);
    CHECK(path_z(gamma_kind, {a, rate}, [](double x) { return 2 * x; }, {known, by_rate}, 20000) < 4.5);
  }
}

TEST_CASE("Gamma: edges of the support", "[distributions]") {
  for (const double a : {0.5, 1.0, 2.0}) {
    INFO("concentration " << a);
    const Gamma<> q = gamma(a, 3.0);
    CHECK((a == 1 ? std::abs(q.log_prob(one(0.0))(0) - std::log(3.0)) < 1e-15
                  : q.log_prob(one(0.0))(0) == (a < 1 ? infinity : -infinity)));
    {
      Batch<double> slope;
      const Batch<double> at = one(0.0);
      CHECK(q.evaluate(at).pullback(Row<double>::Ones(1), slope).cwiseAbs().maxCoeff() == 0);
      CHECK(slope(0, 0) == 0);
    }
    CHECK(std::abs(q.mode()(0, 0) - std::max(a - 1, 0.0) / 3) < 1e-15);
  }
  // Draws that underflow have no slope, and no NaN.
  Rng rng(8);
  const Gamma<> tiny = gamma(1e-4, 1.0);
  const auto draw = tiny.rsample(rng, 50);
  CHECK(draw.value.minCoeff() == 0);
  CHECK(draw.pullback(Batch<double>::Ones(1, 50)).allFinite());
}

TEST_CASE("Gamma: KL between any two", "[distributions]") {
  Rng rng(9);
  const Gamma<> p = random_gamma(3, 2, rng), q = random_gamma(3, 2, rng);
  CHECK(kl(p, p).cwiseAbs().maxCoeff() < 1e-14);
  const Row<double> w = normals<double>(rng, 1, 2);
  CHECK(gradient_error(kl_pullback(p, q, w), p.params(), [&](const Vector<double>& v) { return kl(moved(p, v), q).dot(w); }) <
        gradient_tolerance);
  const auto sampled = kl_monte_carlo(gamma(3, 2), gamma(1.5, 0.5), rng, 20000);
  CHECK(std::abs(sampled.value(0) - kl(gamma(3, 2), gamma(1.5, 0.5))(0)) < 4.5 * sampled.standard_error(0));
}

TEST_CASE("Gamma: what is refused, and how", "[distributions]") {
  const Vector<double> two = Vector<double>::Ones(2);
  CHECK(message_of<DomainError>([&] { Gamma(Vector<double>(-two), two); }) ==
        "Gamma: concentration(0) is -1, expected a positive finite number");
  CHECK(message_of<DomainError>([&] { Gamma(two, Vector<double>(0 * two)); }) ==
        "Gamma: rate(0) is 0, expected a positive finite number");
  CHECK(message_of<ShapeError>([&] { Gamma(two, Vector<double>::Ones(3)); }) == "Gamma: size of rate is 3, expected 2");
}

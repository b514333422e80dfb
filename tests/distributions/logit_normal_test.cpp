#include "variate/distributions/logit_normal.hpp"

#include <cmath>

#include "distributions/family_checks.hpp"
#include "distributions/family_suite.hpp"
#include "support/catch.hpp"

using namespace variate_tests;

namespace {
const Kind logit_normal_kind = kind_of<variate::LogitNormal, variate::detail::LogitNormalLaw>();
const FixtureOf logit_normal_noise{
    {}, [](const AnyFamily& q, double x) { return (std::log(x) - std::log1p(-x) - q.theta(0)) / std::exp(q.theta(1)); }, {}, {}};
}  // namespace

TEST_CASE("LogitNormal against mpmath", "[fixtures][distributions]") { check_fixture("logitnormal.json", logit_normal_kind, logit_normal_noise); }

TEST_CASE("LogitNormal: gradients, data points, moments, edges, float, what is refused", "[distributions]") {
  check_family(logit_normal_kind);
}

TEST_CASE("LogitNormal: samples follow the law", "[distributions][statistical]") {
  check_sampler(logit_normal_kind, {{0, 1}, {-3, 1e-4}, {-1, 3}});
}

TEST_CASE("LogitNormal: parameters by name", "[distributions]") {
  const variate::LogitNormal q(one(-2.0), one(0.5));
  CHECK(q.loc()(0, 0) == Approx(-2.0).epsilon(1e-15));
  CHECK(q.scale()(0, 0) == Approx(0.5).epsilon(1e-15));
  CHECK(message_of<variate::DomainError>([] { variate::LogitNormal(one(1.0), one(0.0)); }) ==
        "LogitNormal: scale(0) is 0, expected a positive finite number");
}

TEST_CASE("LogitNormal: moments of narrow, wide and far laws", "[distributions]") {
  const double known[][6] = {// loc, scale, mean, variance, E x(1-x), E log(x(1-x)) by mpmath with 40 digits
                             {0.5, 0.01, 0.62245645349304873, 5.5224646056434098e-6, 0.23499889453329915, -1.4481774684905473},
                             {3, 0.9999, 0.93068064585546379, 0.0046947421980054836, 0.059819439087515099, -3.1500399984664734},
                             {-5, 2, 0.032248400478560446, 0.0059550359909799184, 0.02525340515415491, -5.0756279105488739},
                             {-50, 0.5, 2.1855599065731899e-22, 1.3566962850658204e-44, 2.1855599065731899e-22, -50.0},
                             {-30, 8, 0.0001298756147027295, 6.8488493334391091e-5, 6.1370253693043998e-5, -30.000520762722268},
                             {2, 30, 0.52652814711406063, 0.23605175136116607, 0.013244506049528691, -24.033305832019165},
                             {-10, 3, 0.0025062019366745377, 0.00044370090111257705, 0.0020562199874145695, -10.005793096400545},
                             {10, 4, 0.98841456011157162, 0.004671678256979166, 0.0067795392140408298, -10.035969768621517},
                             {0, 1e-05, 0.5, 6.249999999687501e-12, 0.24999999999375, -1.3862943611448906},
                             {1, 200, 0.50199462106963061, 0.24800141703757791, 0.0019946044492106713, -159.58546893438423}};
  for (const auto& row : known) {
    INFO("loc " << row[0] << " scale " << row[1]);
    const variate::detail::LogisticMoments m = variate::detail::logistic_moments(row[0], row[1]);
    CHECK(m.mean == Approx(row[2]).epsilon(1e-13));
    CHECK(m.variance == Approx(row[3]).epsilon(1e-13));
    CHECK(m.slope == Approx(row[4]).epsilon(1e-13));
    CHECK(m.log_slope == Approx(row[5]).epsilon(1e-13));
  }
}

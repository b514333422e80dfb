#include "variate/distributions/pareto.hpp"

#include <cmath>
#include <limits>

#include "distributions/family_checks.hpp"
#include "distributions/family_suite.hpp"
#include "support/catch.hpp"

using namespace variate_tests;

namespace {
const Kind pareto_kind = kind_of<variate::Pareto, variate::detail::ParetoLaw>();
const FixtureOf pareto_exponential_noise{
    {}, [](const AnyFamily& q, double x) { return std::exp(q.theta(1)) * (std::log(x) - q.theta(0)); }, {}, {}, true};
}  // namespace

TEST_CASE("Pareto against mpmath", "[fixtures][distributions]") { check_fixture("pareto.json", pareto_kind, pareto_exponential_noise); }

TEST_CASE("Pareto: gradients, data points, moments, edges, float, what is refused", "[distributions]") {
  check_family(pareto_kind, {{0, 2.5}});
}

TEST_CASE("Pareto: samples follow the law", "[distributions][statistical]") {
  check_sampler(pareto_kind, {{1, 1}, {2, 0.2}, {1e-4, 5}, {1e5, 100}});
}

TEST_CASE("Pareto: parameters by name", "[distributions]") {
  const variate::Pareto q(one(0.5), one(3.0));
  CHECK(q.scale()(0, 0) == Approx(0.5).epsilon(1e-15));
  CHECK(q.alpha()(0, 0) == Approx(3.0).epsilon(1e-15));
  CHECK(message_of<variate::DomainError>([] { variate::Pareto(one(1.0), one(0.0)); }) ==
        "Pareto: alpha(0) is 0, expected a positive finite number");
}

TEST_CASE("Pareto: the scale is in the support, far points keep their density, nested supports", "[distributions]") {
  for (const bool in_float : {false, true})
    for (double scale = 1e-30; scale < 1e30; scale *= 3.7) {
      const double given = in_float ? static_cast<double>(static_cast<float>(scale)) : scale;
      CHECK(std::isfinite(single(pareto_kind, {given, 2}, in_float).log_prob(one(given))(0)));
      CHECK(single(pareto_kind, {given, 2}, in_float).cdf(one(given))(0, 0) < 1e-5);
    }
  CHECK(single(pareto_kind, {1e-300, 0.01}).log_prob(one(1e300))(0) == Approx(std::log(0.01) - 306 * std::log(10.0)).epsilon(1e-13));
  using Law = variate::detail::ParetoLaw<double>;
  const Law::C low = Law::prepare({0.0, 1.0}), high = Law::prepare({0.5, 1.0});
  CHECK(Law::kl(high, low)[0] == Approx(0.5 * std::exp(1.0)));
  CHECK(Law::kl(low, high)[0] == std::numeric_limits<double>::infinity());
}

#include "variate/distributions/von_mises.hpp"

#include <cmath>

#include "distributions/family_checks.hpp"
#include "distributions/family_suite.hpp"
#include "math/table.hpp"
#include "support/fixtures.hpp"
#include "support/statistics.hpp"
#include "variate/distributions/kl.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
const Kind von_mises_kind = kind_of<VonMises, detail::VonMisesLaw>();
}  // namespace

TEST_CASE("VonMises against mpmath", "[fixtures][distributions]") {
  FixtureOf of;
  of.noise = [](const AnyFamily& q, double x) { return x - q.mean()(0, 0); };
  check_fixture("vonmises.json", von_mises_kind, of);
}

TEST_CASE("VonMises: gradients, data points, edges, float, what is refused", "[distributions]") {
  for (const double log_k : {-3.0, 2.0}) {
    INFO("log concentration " << log_k);
    check_family(von_mises_kind, {.centre = {0, log_k}, .smooth_sampler = false, .has_moments = false});
  }
}

TEST_CASE("VonMises: samples follow the law", "[distributions][statistical]") {
  check_sampler(von_mises_kind, {{0, 1e-3}, {1, 0.39}, {1, 0.41}, {-2, 1}, {0, 5}, {0, 45}, {0, 47}, {0.5, 300}, {0, 1e6}});
}

TEST_CASE("VonMises for concentrations from 1e-3 to 1e6 against mpmath at 50 digits", "[distributions]") {
  const auto rows = read_table("von_mises.csv", "k,x,log_f,log_cdf,dx_dk,ratio,complement,entropy");
  REQUIRE(rows.size() > 150);
  for (const auto& r : rows) {
    const double k = r[0], x = r[1];
    INFO("k " << k << " x " << x);
    const AnyFamily q = single(von_mises_kind, {0, k});
    CHECK(relative_error(q.log_prob(one(x))(0), r[2]) < 1e-13);
    CHECK(relative_error(q.log_cdf(one(x))(0, 0), r[3], 0) < 3e-13);
    CHECK(relative_error(q.law_path(x, x)[1] / k, r[4], 0) < 1e-11);
    CHECK(relative_error(q.law_score(0)[1] / k, r[6], 0) < 1e-14);
    CHECK(relative_error(q.variance()(0, 0), r[6], 0) < 1e-14);
    CHECK(relative_error(q.entropy()(0), r[7]) < 2e-14);
    const double p = std::exp(r[3]);
    if (p > 0 && p < 0.999) CHECK(relative_error(q.icdf(one(p))(0, 0), x, 0) < 1e-12);
  }
}

TEST_CASE("VonMises has a period, and a distribution function from loc - pi to loc + pi", "[distributions]") {
  constexpr double pi = 3.14159265358979324;
  const AnyFamily q = single(von_mises_kind, {0.7, 2.5});
  for (const double x : {-2.0, 0.7, 3.0})
    for (const double turns : {-1.0, 3.0}) {
      CHECK(q.log_prob(one(x + 2 * pi * turns))(0) == Approx(q.log_prob(one(x))(0)).epsilon(1e-13));
      CHECK(q.law_score(x + 2 * pi * turns)[0] == Approx(q.law_score(x)[0]).margin(1e-13));
      CHECK(q.law_score(x + 2 * pi * turns)[1] == Approx(q.law_score(x)[1]).margin(1e-13));
    }
  CHECK(q.cdf(one(0.7 - pi))(0, 0) == Approx(0).margin(1e-16));
  CHECK(q.cdf(one(0.7))(0, 0) == Approx(0.5).epsilon(1e-15));
  CHECK(q.cdf(one(0.7 + pi))(0, 0) == Approx(1).epsilon(1e-15));
  CHECK(q.icdf(one(0.5))(0, 0) == Approx(0.7).epsilon(1e-15));
  for (const double p : {1e-12, 1 - 1e-12}) CHECK(q.cdf(q.icdf(one(p)))(0, 0) == Approx(p).epsilon(1e-3));
  CHECK(q.mode() == q.mean());
  // Hardly any concentration, and more than enough: uniform, and normal of variance 1/k.
  const AnyFamily flat = single(von_mises_kind, {0, 1e-12}), sharp = single(von_mises_kind, {0, 1e15});
  CHECK(flat.entropy()(0) == Approx(std::log(2 * pi)).epsilon(1e-15));
  CHECK(flat.cdf(one(1.0))(0, 0) == Approx(0.5 + 0.5 / pi).epsilon(1e-12));
  CHECK(sharp.variance()(0, 0) == Approx(0.5e-15).epsilon(1e-14));
  CHECK(sharp.entropy()(0) == Approx(0.5 * std::log(2 * pi * 1e-15) + 0.5).epsilon(1e-14));
  CHECK(sharp.cdf(one(-1e-7))(0, 0) == Approx(normal_cdf(-std::sqrt(10.0))).epsilon(1e-9));
}

TEST_CASE("VonMises: divergence", "[distributions]") {
  const auto file = fixture("distributions/kl.json");
  const auto of = [](const nlohmann::json& j) {
    return VonMises<>(one(number(j.at("loc"))), one(number(j.at("concentration"))));
  };
  for (const auto& pair : file.at("pairs"))
    if (pair.at("q").at("distribution") == "VonMises" && pair.at("p").at("distribution") == "VonMises")
      CHECK(relative_error(kl(of(pair.at("q")), of(pair.at("p")))(0), number(pair.at("kl_q_p"))) < 1e-12);
  const VonMises<> p((Batch<double>(2, 1) << 0.5, -2).finished(), (Batch<double>(2, 1) << 0.3, 30).finished());
  const VonMises<> q((Batch<double>(2, 1) << 2, -1).finished(), (Batch<double>(2, 1) << 4, 20).finished());
  CHECK(kl(p, p)(0) == 0);
  CHECK(gradient_error(kl_pullback(p, q, Row<double>::Ones(1)), p.params(),
                       [&](const Vector<double>& v) { return kl(moved(p, v), q)(0); }) < gradient_tolerance);
  CHECK(says(message_of<DomainError>([] { VonMises<>(one(0.0), one(0.0)); }),
             "concentration(0) is 0, expected a positive finite number"));
}

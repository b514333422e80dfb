#include "variate/distributions/truncated_normal.hpp"

#include <cmath>

#include "distributions/family_checks.hpp"
#include "distributions/family_suite.hpp"
#include "math/table.hpp"
#include "support/fixtures.hpp"
#include "variate/distributions/kl.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
const Kind truncated_normal_kind = kind_of<TruncatedNormal, detail::TruncatedNormalLaw>();
constexpr double inf = std::numeric_limits<double>::infinity();
}  // namespace

TEST_CASE("TruncatedNormal against mpmath", "[fixtures][distributions]") { check_fixture("truncatednormal.json", truncated_normal_kind); }

TEST_CASE("TruncatedNormal: gradients, data points, moments, edges, float, what is refused", "[distributions]") {
  for (const std::vector<double>& ends : {std::vector<double>{-1.0, 1.5}, {2, inf}, {-inf, -0.5}, {-inf, inf}}) {
    INFO(ends[0] << " to " << ends[1]);
    check_family(truncated_normal_kind, {.settings = ends});
  }
}

TEST_CASE("TruncatedNormal: samples follow the law", "[distributions][statistical]") {
  check_sampler(truncated_normal_kind, {{0, 1, -1, 1},
                       {0, 1, 5, 8},
                       {0, 1, -12, -10},
                       {0, 1, 40, inf},
                       {3, 0.5, -inf, 1},
                       {0, 1e-3, -1, 1},
                       {0, 100, -1, 1},
                       {0, 1, -inf, inf}});
}

TEST_CASE("TruncatedNormal in far tails and narrow intervals against mpmath at 50 digits", "[distributions]") {
  const auto rows = read_table("truncated_normal.csv",
                               "loc,scale,low,high,x,log_f,log_cdf,dx_dloc,dx_dscale,dx_dlow,dx_dhigh,mean,variance,entropy");
  REQUIRE(rows.size() > 150);
  for (const auto& r : rows) {
    const AnyFamily q = single(truncated_normal_kind, {r[0], r[1], r[2], r[3]});
    const double x = r[4];
    INFO("loc " << r[0] << " scale " << r[1] << " from " << r[2] << " to " << r[3] << " x " << x);
    const std::vector<double> moved = q.law_path(0, x);
    CHECK(relative_error(q.log_prob(one(x))(0), r[5], 1e-15) < 1e-13);
    CHECK(relative_error(q.log_cdf(one(x))(0, 0), r[6], 0) < 1e-13);
    CHECK(relative_error(moved[0], r[7], 0) < 1e-13);
    CHECK(relative_error(moved[1] / r[1], r[8], 1e-15) < 2e-12);  // changes its sign in the middle
    CHECK(relative_error(moved[2], r[9], 0) < 1e-13);
    CHECK(relative_error(moved[3], r[10], 0) < 1e-13);
    CHECK(relative_error(q.mean()(0, 0), r[11], 1e-15) < 1e-14);
    CHECK(relative_error(q.variance()(0, 0), r[12], 0) < 2e-14);
    CHECK(relative_error(q.entropy()(0), r[13]) < 1e-14);
    const double p = std::exp(r[6]);
    const double floor = std::isinf(r[3]) ? 1e-15 * r[1] : 1e-15;  // a wide law's numbers are of the size of its scale
    if (p > 0 && p < 0.999) CHECK(relative_error(q.icdf(one(p))(0, 0), x, floor) < 1e-13);
  }
}

TEST_CASE("TruncatedNormal without bounds is normal; its draws stay inside; its mode is at loc or at an end", "[distributions]") {
  const AnyFamily q = single(truncated_normal_kind, {2, 3, -inf, inf});
  CHECK(q.mean()(0, 0) == Approx(2).epsilon(1e-15));
  CHECK(q.variance()(0, 0) == Approx(9).epsilon(1e-15));
  CHECK(q.entropy()(0) == Approx(0.5 * std::log(2 * 3.14159265358979324 * 9) + 0.5).epsilon(1e-15));
  CHECK(q.law_path(0, 4.5)[0] == Approx(1).epsilon(1e-14));
  CHECK(q.law_path(0, 4.5)[1] == Approx(2.5).epsilon(1e-14));
  Rng rng(3);
  for (const std::vector<double>& ends : {std::vector<double>{1, 1 + 1e-9}, {1e8, inf}, {-1e-300, 1e-300}, {37.5, 38}}) {
    const AnyFamily cut = single(truncated_normal_kind, {0, 1, ends[0], ends[1]});
    const Batch<double> x = cut.sample(rng, 200);
    CHECK((x.array() >= ends[0]).all());
    CHECK((x.array() <= ends[1]).all());
    CHECK(cut.log_prob(x).allFinite());
  }
  CHECK(single(truncated_normal_kind, {0, 1, 2, 3}).mode()(0, 0) == 2);
  CHECK(single(truncated_normal_kind, {4, 1, 2, 3}).mode()(0, 0) == 3);
  CHECK(single(truncated_normal_kind, {2.5, 1, 2, 3}).mode()(0, 0) == 2.5);
}

TEST_CASE("TruncatedNormal: divergence", "[distributions]") {
  const auto file = fixture("distributions/kl.json");
  const auto value = [](const nlohmann::json& j, const char* key) { return one(number(j.at(key))); };
  const auto of = [&](const nlohmann::json& j) {
    return TruncatedNormal<>(value(j, "loc"), value(j, "scale"), value(j, "low"), value(j, "high"));
  };
  for (const auto& pair : file.at("pairs"))
    if (pair.at("q").at("distribution") == "TruncatedNormal" && pair.at("p").at("distribution") == "TruncatedNormal")
      CHECK(relative_error(kl(of(pair.at("q")), of(pair.at("p")))(0), number(pair.at("kl_q_p"))) < 1e-12);
  const TruncatedNormal<> p(one(0.4), one(1.3), one(-1.0), one(2.0)), q(one(-0.5), one(0.8), one(-2.0), one(inf)),
      tail(one(0.0), one(1.0), one(6.0), one(7.0));
  CHECK(std::abs(kl(p, p)(0)) < 1e-15);
  CHECK(kl(q, p)(0) == inf);
  Rng rng(1);
  for (const auto& [a, b] : {std::pair(p, q), std::pair(tail, q)}) {
    const auto estimate = kl_monte_carlo(a, b, rng, 20000);
    CHECK(std::abs(estimate.value(0) - kl(a, b)(0)) < 4.5 * estimate.standard_error(0));
    CHECK(gradient_error(kl_pullback(a, b, Row<double>::Ones(1)), a.params(),
                         [&, &other = b, &base = a](const Vector<double>& v) { return kl(moved(base, v), other)(0); }) <
          gradient_tolerance);
  }
}

TEST_CASE("TruncatedNormal: what is refused, and how", "[distributions]") {
  const auto message = [](double low, double high) {
    return message_of<Error>([&] { TruncatedNormal<>(one(0.0), one(1.0), one(low), one(high)); });
  };
  CHECK(message(1, 1) == "TruncatedNormal: low(0) is 1, expected less than high, 1");
  CHECK(says(message(2, -inf), "low(0) is 2, expected less than high, -inf"));
  CHECK(says(message(NAN, 1), "low(0) is nan, expected a number"));
  CHECK(says(message_of<DomainError>([] { TruncatedNormal<>::from_theta(Batch<double>::Zero(2, 3), Batch<double>::Ones(2, 1)); }),
             "low(0) is 1, expected less than high"));
}

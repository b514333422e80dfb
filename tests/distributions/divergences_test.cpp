#include "variate/distributions/divergences.hpp"

#include "distributions/family_checks.hpp"
#include "support/fixtures.hpp"
#include "variate/distributions/categorical.hpp"
#include "variate/distributions/normal.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
Normal<> normal(double loc, double scale) { return Normal(Vector<double>{{loc}}, Vector<double>{{scale}}); }

/// Gil, Alajaji and Linder 2013; KL for alpha = 1.
double renyi(double alpha, double m, double s, double mq, double sq) {
  if (alpha == 1) return std::log(sq / s) + (s * s + (m - mq) * (m - mq)) / (2 * sq * sq) - 0.5;
  const double between = alpha * sq * sq + (1 - alpha) * s * s;
  return std::log(sq / s) + std::log(sq * sq / between) / (2 * (alpha - 1)) + alpha * (m - mq) * (m - mq) / (2 * between);
}
}  // namespace

TEST_CASE("Renyi's divergence of normals", "[distributions][statistical]") {
  Rng rng(1);
  const auto p = normal(0.3, 0.8), q = normal(-0.2, 1.1);
  for (const double alpha : {0.1, 0.5, 0.999, 1.0, 1.001, 1.5, 2.0}) {
    INFO("alpha " << alpha);
    const auto estimate = renyi_monte_carlo(p, q, alpha, rng, 40000);
    CHECK(std::abs(estimate.value(0) - renyi(alpha, 0.3, 0.8, -0.2, 1.1)) < 4.5 * estimate.standard_error(0));
    CHECK(estimate.standard_error(0) < 0.01);
  }
  // The same draws: alpha near 1 must come to KL's digits.
  Rng one(2), near(2);
  const auto limit = renyi_monte_carlo(p, q, 1.0, one, 1000), close = renyi_monte_carlo(p, q, 1 + 1e-12, near, 1000);
  CHECK(close.value(0) == Approx(limit.value(0)).epsilon(1e-10));
  CHECK(close.standard_error(0) == Approx(limit.standard_error(0)).epsilon(1e-10));
}

TEST_CASE("Renyi's standard error is what repeating shows", "[distributions][statistical]") {
  Rng rng(3);
  const auto p = normal(0, 1), q = normal(0.5, 1.2);
  const int runs = 400;
  double sum = 0, squares = 0, stated = 0;
  for (int r = 0; r < runs; ++r) {
    const auto e = renyi_monte_carlo(p, q, 0.5, rng, 500);
    sum += e.value(0);
    squares += e.value(0) * e.value(0);
    stated += e.standard_error(0) / runs;
  }
  const double seen = std::sqrt((squares - sum * sum / runs) / (runs - 1));
  CHECK(std::abs(seen / stated - 1) < 4.5 / std::sqrt(2.0 * runs));  // the error of a standard deviation
}

TEST_CASE("Renyi: log ratios of thousands, and supports that do not meet", "[distributions]") {
  Rng rng(4);
  const auto far = renyi_monte_carlo(normal(0, 1), normal(100, 1), 0.5, rng, 2000);
  CHECK(std::isfinite(far.value(0)));  // an underestimate, but no overflow; the exact value is 2500
  CHECK(far.value(0) > 1000);
  const Categorical<> a(Vector<double>{{0, -INFINITY}}), b(Vector<double>{{-INFINITY, 0}});
  CHECK(renyi_monte_carlo(a, b, 2.0, rng, 10).value(0) == std::numeric_limits<double>::infinity());
  CHECK(renyi_monte_carlo(a, b, 0.5, rng, 10).value(0) == std::numeric_limits<double>::infinity());
  CHECK(std::isnan(renyi_monte_carlo(a, b, 0.5, rng, 10).standard_error(0)));
}

TEST_CASE("Jensen and Shannon's divergence of normals", "[distributions][statistical]") {
  Rng rng(5);
  for (const double shift : {1e-6, 0.01, 0.7, 3.0, 50.0}) {
    INFO("shift " << shift);
    const auto p = normal(0, 1), q = normal(shift, 1);
    // The trapezoid rule; log p - log q = shift^2/2 - shift x.
    double want = 0;
    for (int i = -2000; i <= 2000; ++i) {
      const double x = shift / 2 + 0.02 * i, t = shift * shift / 2 - shift * x;
      want += 0.01 * (std::exp(-0.5 * x * x) + std::exp(-0.5 * (x - shift) * (x - shift))) /
              std::sqrt(2 * 3.14159265358979323846) * detail::surplus_of_coin(t);
    }
    const auto e = jensen_shannon_monte_carlo(p, q, rng, 20000);
    CHECK(std::abs(e.value(0) - want) <= 4.5 * e.standard_error(0) + 1e-13);  // the rule's 4000 terms round
    CHECK(e.value(0) >= 0);
    CHECK(e.value(0) <= std::log(2.0));
    const auto other = jensen_shannon_monte_carlo(q, p, rng, 20000);
    CHECK(std::abs(e.value(0) - other.value(0)) <= 4.5 * std::hypot(e.standard_error(0), other.standard_error(0)) + 1e-15);
  }
  const Categorical<> a(Vector<double>{{0, -INFINITY}}), b(Vector<double>{{-INFINITY, 0}});
  CHECK(jensen_shannon_monte_carlo(a, b, rng, 10).value(0) == std::log(2.0));
  CHECK(jensen_shannon_monte_carlo(a, a, rng, 10).value(0) == 0);
}

TEST_CASE("the surplus of a coin keeps its digits", "[distributions]") {
  // t^2/8 - t^4/64 for small t; by the definition for others.
  for (const double t : {1e-12, 1e-5, 1e-3})
    CHECK(relative_error(detail::surplus_of_coin(t), t * t / 8 - t * t * t * t / 64, 0) < 1e-12);
  for (const double t : {0.3, -0.4999, 0.5, 1.0, -7.0, 40.0}) {
    const long double r = 1 / (1 + std::exp(-static_cast<long double>(t)));
    const long double entropy = -r * std::log(r) - (1 - r) * std::log1p(-r);
    CHECK(std::abs(detail::surplus_of_coin(t) - static_cast<double>(std::log(2.0L) - entropy)) < 2e-16 * 4);
  }
  CHECK(detail::surplus_of_coin(0.0) == 0);
}

TEST_CASE("Divergences: many data points, one against many, float", "[distributions]") {
  const Normal<> p = Normal<>::from_theta(Batch<double>{{0, 1, 2}, {0, 0.1, 0.2}}), q = normal(0.5, 1);
  Rng rng(6);
  for (const auto& e : {renyi_monte_carlo(p, q, 0.5, rng, 20000), renyi_monte_carlo(q, p, 0.5, rng, 20000)})
    for (Index b = 0; b < 3; ++b) {  // symmetric at 1/2
      const double loc = static_cast<double>(b), scale = std::exp(0.1 * static_cast<double>(b));
      CHECK(std::abs(e.value(b) - renyi(0.5, loc, scale, 0.5, 1)) < 4.5 * e.standard_error(b));
    }
  const auto js = jensen_shannon_monte_carlo(p, q, rng, 20000), back = jensen_shannon_monte_carlo(q, p, rng, 20000);
  CHECK(((js.value - back.value).array().abs() < 6.4 * (js.standard_error + back.standard_error).array()).all());
  const auto f = renyi_monte_carlo(Normal<float>::standard(2), Normal<float>::standard(2), 2.0F, rng, 10);
  CHECK(f.value(0) == 0);
  CHECK(f.standard_error(0) == 0);
}

TEST_CASE("Divergences: what is refused, and how", "[distributions]") {
  Rng rng(7);
  const auto p = normal(0, 1);
  const Normal<> two = Normal<>::standard(2), many = Normal<>::from_theta(Batch<double>::Zero(2, 3));
  CHECK(message_of<DomainError>([&] { renyi_monte_carlo(p, p, 0.0, rng, 10); }) ==
        "renyi_monte_carlo: alpha is 0, expected a positive finite number");
  CHECK(says(message_of<DomainError>([&] { renyi_monte_carlo(p, p, NAN, rng, 10); }), "alpha is nan"));
  CHECK(says(message_of<InvalidArgument>([&] { renyi_monte_carlo(p, p, 2.0, rng, 1); }),
             "number of samples is 1, expected at least 2"));
  CHECK(says(message_of<ShapeError>([&] { jensen_shannon_monte_carlo(p, two, rng, 9); }), "event size of q is 2, expected 1"));
  CHECK(says(
      message_of<ShapeError>([&] { jensen_shannon_monte_carlo(many, Normal<>::from_theta(Batch<double>::Zero(2, 2)), rng, 9); }),
      "data points of q is 2, expected 3"));
}

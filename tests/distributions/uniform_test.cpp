#include "variate/distributions/uniform.hpp"

#include <cmath>

#include "distributions/family_checks.hpp"
#include "distributions/family_suite.hpp"
#include "variate/distributions/kl.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
const Kind uniform_kind = kind_of<Uniform, detail::UniformLaw>();
Uniform<> interval(double low, double high) { return {one(low), one(high)}; }
}  // namespace

TEST_CASE("Uniform against mpmath", "[fixtures][distributions]") {
  FixtureOf of;
  of.names = {"low", "high"};
  of.to_own = [](const std::vector<double>& p) { return std::vector<double>{p[0], p[1] - p[0]}; };
  of.chain = [](const std::vector<double>& s, const std::vector<double>& p) {
    const double by_high = s[1] / (p[1] - p[0]);
    return std::vector<double>{s[0] - by_high, by_high};
  };
  check_fixture("uniform.json", uniform_kind, of);
}

TEST_CASE("Uniform: gradients, data points, moments, edges, float, what is refused", "[distributions]") { check_family(uniform_kind); }

TEST_CASE("Uniform: samples follow the law", "[distributions][statistical]") {
  check_sampler(uniform_kind, {{0, 1}, {-3, 1e-4}, {1e3, 100}});
}

TEST_CASE("Uniform: its ends belong to it; what is refused", "[distributions]") {
  const auto q = interval(-2, 2);
  CHECK(q.log_prob((Batch<double>(1, 4) << -2, 2, 2.01, -2.01).finished()) ==
        (Row<double>(4) << -std::log(4), -std::log(4), -INFINITY, -INFINITY).finished());
  CHECK(q.low()(0, 0) == -2);
  CHECK(q.high()(0, 0) == 2);
  CHECK(says(message_of<DomainError>([] { interval(1, 1); }),
             "Uniform: width(0) is 0, expected high above low by a finite number"));
  CHECK(says(message_of<DomainError>([] { interval(1, 0.5); }), "Uniform: width(0) is -0.5"));
  CHECK(says(message_of<DomainError>([] { interval(-1.7e308, 1.7e308); }), "Uniform: width(0) is inf"));
  CHECK(says(message_of<InvalidArgument>([] { interval(NAN, 1); }), "Uniform: low(0) is nan"));
  CHECK(says(message_of<InvalidArgument>([] { interval(0, INFINITY); }), "Uniform: high(0) is inf"));
  CHECK(
      says(message_of<ShapeError>([] { Uniform<>(Batch<double>::Zero(2, 1), Batch<double>::Ones(3, 1)); }), "size of high is 3"));
}

TEST_CASE("Uniform: divergence", "[distributions]") {
  CHECK(kl(interval(0.1, 0.8), interval(0, 1))(0) == Approx(-std::log(0.7)).epsilon(1e-14));
  CHECK(kl(interval(0.3, 1), interval(0, 1))(0) == Approx(-std::log(0.7)).epsilon(1e-14));
  CHECK(kl(interval(0.3, 1), interval(0.3, 1))(0) == 0);
  CHECK(kl(interval(0.3, 1.001), interval(0, 1))(0) == INFINITY);
  CHECK(kl_pullback(interval(0.1, 0.8), interval(0, 1), Row<double>::Ones(1)) == (Vector<double>(2) << 0, -1).finished());
}

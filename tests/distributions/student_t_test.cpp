#include "variate/distributions/student_t.hpp"

#include <cmath>
#include <limits>

#include "distributions/family_checks.hpp"
#include "distributions/sampler_checks.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
using variate_tests::infinity;
const Kind student_t_kind = kind_of<StudentT, detail::StudentTLaw>();
const FixtureOf student_t_noise{{}, [](const AnyFamily& q, double x) { return (x - q.theta(1)) / std::exp(q.theta(2)); }, {}, {}};
StudentT<> student(double df, double loc, double scale) { return StudentT<>(one(df), one(loc), one(scale)); }
}  // namespace

TEST_CASE("StudentT against mpmath", "[fixtures][distributions]") { check_fixture("studentt.json", student_t_kind, student_t_noise); }

TEST_CASE("StudentT: gradients, data points, moments, edges, float, what is refused", "[distributions]") {
  check_family(student_t_kind, {.centre = {3}, .smooth_sampler = false});
}

TEST_CASE("StudentT: samples follow the law", "[distributions][statistical]") {
  check_sampler(student_t_kind, {{0.1, 1, 2}, {1, 1, 2}, {4, 1, 2}, {1e5, 1, 2}});
}

TEST_CASE("StudentT: the pathwise gradient is that of the expectation", "[distributions][statistical]") {
  // E x^2 = loc^2 + scale^2 df/(df - 2): by log df -2 scale^2 df/(df - 2)^2
  CHECK(path_z(student_t_kind, {9, 1, 2}, [](double x) { return 2 * x; }, {-2 * 4 * 9 / 49.0, 2.0, 2 * 4 * 9 / 7.0}) < 4.5);
}

TEST_CASE("StudentT: far points, moments, and what is refused", "[distributions]") {
  const StudentT<> q = student(3, 1, 2);
  CHECK(std::isfinite(q.log_prob(one(1e200))(0)));
  CHECK(q.score(one(1e200), Row<double>::Ones(1)).allFinite());
  CHECK(q.score(one(1.0), Row<double>::Ones(1)).allFinite());
  CHECK(std::abs(q.cdf(one(1.0))(0, 0) - 0.5) < 1e-15);
  CHECK(std::abs(q.icdf(one(0.5))(0, 0) - 1) < 1e-14);
  CHECK(std::isnan(student(1, 0, 1).mean()(0, 0)));
  CHECK(student(2, 0, 1).variance()(0, 0) == infinity);
  CHECK(message_of<DomainError>([] { student(-1, 0, 1); }) == "StudentT: df(0) is -1, expected a positive finite number");
  CHECK(message_of<InvalidArgument>([] { student(1, infinity, 1); }) == "StudentT: loc(0) is inf, expected a finite number");
  CHECK(message_of<DomainError>([] { student(1, 0, 0); }) == "StudentT: scale(0) is 0, expected a positive finite number");
}

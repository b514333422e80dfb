#include "variate/distributions/normal.hpp"

#include <cmath>
#include <limits>

#include "distributions/family_checks.hpp"
#include "distributions/family_suite.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
using variate_tests::infinity;
const Kind normal_kind = kind_of<Normal, detail::NormalLaw>();
const FixtureOf normal_noise{{}, [](const AnyFamily& q, double x) { return (x - q.theta(0)) / std::exp(q.theta(1)); }, {}, {}};
}  // namespace

TEST_CASE("Normal against mpmath", "[fixtures][distributions]") { check_fixture("normal.json", normal_kind, normal_noise); }

TEST_CASE("Normal: gradients, data points, moments, edges, float, what is refused", "[distributions]") { check_family(normal_kind); }

TEST_CASE("Normal: samples follow the law", "[distributions][statistical]") {
  check_sampler(normal_kind, {{0, 1}, {-3, 1e-4}, {1e3, 100}});
}

TEST_CASE("Normal: construction, moments, edges", "[distributions]") {
  Vector<double> loc(3), scale(3);
  loc << 1, -2, 0;
  scale << 0.5, 1, 4;
  Normal q(loc, scale);
  CHECK(q.event_size() == 3);
  CHECK(q.batch_size() == 1);
  CHECK(q.params().head(3) == loc);
  CHECK((q.params().tail(3) - scale.array().log().matrix()).cwiseAbs().maxCoeff() < 1e-15);
  CHECK(q.loc() == Batch<double>(loc));
  CHECK((q.scale() - scale).cwiseAbs().maxCoeff() < 1e-14);
  CHECK((q.stddev() - scale).cwiseAbs().maxCoeff() < 1e-14);
  CHECK(q.mode() == q.mean());
  CHECK(Normal<>::standard(2).params() == Vector<double>::Zero(4));
  CHECK(&q.distribution() == &q);

  Normal<> copy = q;
  copy.set_params(Vector<double>::Zero(6));
  CHECK(q.loc() == Batch<double>(loc));
  CHECK((copy.scale().array() == 1).all());

  const Row<double> far = q.log_prob((Batch<double>(3, 2) << infinity, 1, 0, -infinity, 0, 0).finished());
  CHECK(far(0) == -infinity);
  CHECK(far(1) == -infinity);
  const Normal<> standard = Normal<>::standard(1);
  CHECK(standard.log_cdf(one(-1e10))(0, 0) == Approx(-5e19));
  CHECK(standard.icdf(one(1e-300))(0, 0) == Approx(-37.0470962993612).epsilon(1e-11));
  CHECK(Normal<float>::standard(1).log_cdf(Batch<float>::Constant(1, 1, -100.0f)).allFinite());
}

TEST_CASE("Normal: what is refused, and how", "[distributions]") {
  const Vector<double> two = Vector<double>::Ones(2);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto with = [](std::initializer_list<double> values) {
    Vector<double> v(static_cast<Index>(values.size()));
    std::copy(values.begin(), values.end(), v.data());
    return v;
  };
  CHECK(message_of<DomainError>([&] { Normal(two, with({1, 0})); }) ==
        "Normal: scale(1) is 0, expected a positive finite number");
  CHECK(message_of<DomainError>([&] { Normal(two, with({-3, 1})); }) ==
        "Normal: scale(0) is -3, expected a positive finite number");
  CHECK(message_of<DomainError>([&] { Normal(two, with({1, nan})); }) ==
        "Normal: scale(1) is nan, expected a positive finite number");
  CHECK(message_of<DomainError>([&] { Normal(two, with({1, infinity})); }) ==
        "Normal: scale(1) is inf, expected a positive finite number");
  CHECK(message_of<InvalidArgument>([&] { Normal(with({nan, 1}), two); }) == "Normal: loc(0) is nan, expected a finite number");
  CHECK(message_of<ShapeError>([&] { Normal(two, Vector<double>::Ones(3)); }) == "Normal: size of scale is 3, expected 2");
  CHECK(message_of<InvalidArgument>([&] { Normal(Vector<double>(), Vector<double>()); }) ==
        "Normal: size of loc is 0, expected at least 1");
  CHECK(message_of<InvalidArgument>([] { Normal<>::standard(0); }) == "Normal: event size is 0, expected at least 1");
  CHECK(says(message_of<ShapeError>([] { Normal<>::from_theta(Batch<double>::Zero(3, 1)); }),
             "rows of theta is 3, expected a multiple of 2"));
  CHECK(says(message_of<InvalidArgument>([&] { Normal<>::from_theta(Batch<double>::Constant(2, 1, nan)); }), "theta(0) is nan"));
  CHECK(says(message_of<ShapeError>([] { Normal<>::from_theta(Batch<double>::Zero(2, 3)).log_prob(Batch<double>::Zero(1, 4)); }),
             "columns of x is 4, expected a multiple of the 3 data points"));
  check_bad_calls(Normal<>::from_theta(Batch<double>::Zero(4, 3)), "Normal");
}

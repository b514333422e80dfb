#include "variate/distributions/normal.hpp"

#include <limits>

#include "distributions/family_checks.hpp"
#include "support/fixtures.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
constexpr double infinity = std::numeric_limits<double>::infinity();
Normal<> random_normal(Index d, Index batch, Rng& rng) { return Normal<>::from_theta(0.7 * normals<double>(rng, 2 * d, batch)); }
}  // namespace

TEST_CASE("Normal against mpmath", "[distributions]") {
  const auto file = fixture("distributions/normal.json");
  REQUIRE(file.at("cases").size() >= 3);
  for (const auto& one : file.at("cases")) {
    const double loc = number(one.at("params").at("loc")), scale = number(one.at("params").at("scale"));
    INFO("loc " << loc << " scale " << scale);
    const Normal q(Vector<double>::Constant(1, loc), Vector<double>::Constant(1, scale));
    CHECK(relative_error(q.mean()(0, 0), number(one.at("mean"))) < 1e-14);
    CHECK(relative_error(q.variance()(0, 0), number(one.at("variance"))) < 1e-14);
    CHECK(relative_error(q.entropy()(0), number(one.at("entropy"))) < 1e-14);
    for (const auto& point : one.at("points")) {
      const Batch<double> x = Batch<double>::Constant(1, 1, number(point.at("x")));
      INFO("x " << x(0, 0));
      const auto e = q.evaluate(x);
      Batch<double> dx;
      const Vector<double> score = e.pullback(Row<double>::Ones(1), dx);
      CHECK(relative_error(e.value(0), number(point.at("log_prob"))) < 1e-12);
      CHECK(relative_error(score(0), number(point.at("d_params").at("loc"))) < 1e-12);
      CHECK(relative_error(score(1), scale * number(point.at("d_params").at("scale"))) < 1e-12);  // d/dlog scale = scale d/dscale
      CHECK(relative_error(dx(0, 0), number(point.at("d_x"))) < 1e-12);
      // An error of eps in z, from the rounded log scale, is z^2 eps of a tail of the size exp(-z^2/2).
      CHECK(relative_error(q.cdf(x)(0, 0), number(point.at("cdf")), 0) < 1e-12);
      CHECK(relative_error(q.log_cdf(x)(0, 0), number(point.at("log_cdf")), 0) < 1e-12);
    }
    for (const auto& quantile : one.at("quantiles"))
      CHECK(relative_error(q.icdf(Batch<double>::Constant(1, 1, number(quantile.at("p"))))(0, 0), number(quantile.at("x"))) <
            1e-14);
  }
}

TEST_CASE("Normal: gradients are those of its values", "[distributions]") {
  Rng rng(1);
  for (const Shape& shape : shapes) {
    INFO("d " << shape.d << " B " << shape.batch << " S " << shape.samples);
    const Normal<> q = random_normal(shape.d, shape.batch, rng);
    const Batch<double> x = q.sample(rng, shape.samples);
    check_score(q, x, rng);
    check_path(q, shape.samples, rng);
    check_entropy(q, rng);
  }
}

TEST_CASE("Normal: many data points are each alone", "[distributions]") {
  Rng rng(2);
  for (const Index batch : {2, 8, 13})
    for (const Index n : {1, 3, 16}) {
      const Normal<> q = random_normal(5, batch, rng);
      const Batch<double> x = q.sample(rng, n);
      check_by_point(q, x, rng, [](Batch<double> theta) { return Normal<>::from_theta(std::move(theta)); });
    }
}

TEST_CASE("Normal: samples have its moments", "[distributions][statistical]") {
  Rng rng(3);
  CHECK(worst_moment_z(random_normal(4, 1, rng), 100000, rng) < 4.5);
  CHECK(worst_moment_z(random_normal(2, 5, rng), 30000, rng) < 4.5);
}

TEST_CASE("Normal: float agrees with double", "[distributions]") {
  Rng rng(4);
  const Normal<> q = random_normal(7, 3, rng);
  const Normal<float> f = Normal<float>::from_theta(q.theta().cast<float>());
  const Batch<double> x = q.sample(rng, 9);
  const Batch<float> xf = x.cast<float>();
  const Row<float> w = Row<float>::LinSpaced(27, -1, 1);
  const Row<double> wd = w.cast<double>();
  Batch<float> gf;
  Batch<double> g;
  const Batch<float> theta_f = f.evaluate(xf).theta_pullback(w, gf);
  const Batch<double> theta = q.evaluate(x).theta_pullback(wd, g);
  // Each of some ten operations on numbers up to 100 rounds to 6e-8.
  CHECK((f.log_prob(xf).cast<double>() - q.log_prob(x)).cwiseAbs().maxCoeff() < 1e-4);
  CHECK((theta_f.cast<double>() - theta).cwiseAbs().maxCoeff() < 1e-4);
  CHECK((gf.cast<double>() - g).cwiseAbs().maxCoeff() < 1e-4);
  CHECK((f.cdf(xf).cast<double>() - q.cdf(x)).cwiseAbs().maxCoeff() < 1e-5);
  CHECK((f.icdf(f.cdf(xf)) - xf).cwiseAbs().maxCoeff() < 1e-2f);  // one ulp of a cdf near 1 is 6e-8 over a density of 1e-5
  CHECK(f.log_cdf(Batch<float>::Constant(7, 3, -100.0f)).allFinite());
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
  CHECK(std::isnan(q.log_prob(Batch<double>::Constant(3, 1, std::numeric_limits<double>::quiet_NaN()))(0)));
  const Normal<> one = Normal<>::standard(1);
  CHECK(one.log_cdf(Batch<double>::Constant(1, 1, -1e10))(0, 0) == Approx(-5e19));
  CHECK(one.cdf(Batch<double>::Constant(1, 1, infinity))(0, 0) == 1);
  CHECK(one.cdf(Batch<double>::Constant(1, 1, -infinity))(0, 0) == 0);
  CHECK(one.icdf(Batch<double>::Constant(1, 1, 0.0))(0, 0) == -infinity);
  CHECK(one.icdf(Batch<double>::Constant(1, 1, 1.0))(0, 0) == infinity);
  CHECK(one.icdf(Batch<double>::Constant(1, 1, 1e-300))(0, 0) == Approx(-37.0470962993612).epsilon(1e-11));
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
  CHECK(says(message_of<DomainError>([] { Normal<>::standard(1).icdf(Batch<double>::Constant(1, 1, 1.5)); }), "p(0) is 1.5"));
  check_bad_calls(Normal<>::standard(2), "Normal");
  check_bad_calls(Normal<>::from_theta(Batch<double>::Zero(4, 3)), "Normal");
}

#include "variate/distributions/categorical.hpp"

#include <cmath>
#include <limits>

#include "distributions/family_checks.hpp"
#include "support/fixtures.hpp"
#include "variate/random/recorded.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
using variate_tests::infinity;
Categorical<> random_choices(Index d, Index classes, Index batch, Rng& rng) {
  return Categorical<>(Batch<double>(normals<double>(rng, d * classes, batch)), classes);
}
}  // namespace

TEST_CASE("Categorical against mpmath", "[fixtures][distributions]") {
  const auto file = fixture("distributions/categorical.json");
  REQUIRE(file.at("cases").size() > 0);
  for (const auto& one : file.at("cases")) {
    const Categorical<> q(matrix(one.at("params").at("logits")));
    INFO("classes " << q.classes() << " first logit " << q.logits()(0, 0));
    for (const auto& [field, value] : one.items()) {
      if (field == "params") continue;
      INFO(field);
      if (field == "probs") CHECK(worst_relative_error(q.probs(), matrix(value), 0) < 1e-13);
      else if (field == "log_probs") CHECK(worst_relative_error(q.log_probs(), matrix(value), 0) < 1e-12);
      else if (field == "entropy") CHECK(relative_error(q.entropy()(0), number(value)) < 1e-12);
      else if (field == "d_entropy_d_logits")
        CHECK(worst_relative_error(q.entropy_pullback(Row<double>::Ones(1)), matrix(value)) < 1e-12);
      else if (field != "points") FAIL("unknown field");
    }
    for (const auto& point : one.at("points")) {
      const Batch<double> x = Batch<double>::Constant(1, 1, number(point.at("x")));
      const auto e = q.evaluate(x);
      for (const auto& [field, value] : point.items()) {
        if (field == "x") continue;
        INFO(field);
        if (field == "log_prob") CHECK(relative_error(e.value(0), number(value), 0) < 1e-12);
        else if (field == "d_logits") CHECK(worst_relative_error(e.pullback(Row<double>::Ones(1)), matrix(value)) < 1e-12);
        else FAIL("unknown field");
      }
    }
  }
}

TEST_CASE("Categorical: gradients are those of its values", "[distributions]") {
  Rng rng(1);
  for (const Shape& shape : {Shape{1, 1, 1}, Shape{3, 1, 1}, Shape{2, 1, 30}, Shape{3, 2, 1}, Shape{2, 5, 7}}) {
    INFO("d " << shape.d << " B " << shape.batch << " S " << shape.samples);
    const Categorical<> q = random_choices(shape.d, 4, shape.batch, rng);
    const Batch<double> x = q.sample(rng, shape.samples);
    check_score(q, x, rng);
    check_entropy(q, rng);
  }
}

TEST_CASE("Categorical: many data points are each alone", "[distributions]") {
  Rng rng(2);
  const Categorical<> q = random_choices(3, 5, 4, rng);
  const Batch<double> x = q.sample(rng, 6);
  check_by_point(q, x, rng, [](Batch<double> theta) { return Categorical<>::from_theta(std::move(theta), 5); });
}

TEST_CASE("Categorical: samples have its moments and frequencies", "[distributions][statistical]") {
  Rng rng(3);
  CHECK(worst_moment_z(random_choices(2, 3, 1, rng), 100000, rng) < 4.5);
  const Categorical<> q = random_choices(2, 5, 3, rng);
  CHECK(worst_moment_z(q, 30000, rng) < 4.5);
  const Index n = 30000;
  const Batch<double> x = q.sample(rng, n);
  for (Index i = 0; i < 2; ++i)
    for (Index k = 0; k < 5; ++k)
      for (Index b = 0; b < 3; ++b) {
        double count = 0;
        for (Index s = 0; s < n; ++s) count += x(i, s * 3 + b) == static_cast<double>(k) ? 1 : 0;
        const double p = q.probs()(i * 5 + k, b), trials = static_cast<double>(n);
        CHECK(std::abs(count - trials * p) < 4.5 * std::sqrt(trials * p * (1 - p)));
      }
}

TEST_CASE("Categorical: the class drawn has the largest logit - log(-log u)", "[distributions]") {
  Rng rng(4);
  const Categorical<> q = random_choices(2, 3, 1, rng);
  const Batch<double> u = uniforms<double>(rng, 6, 50);
  Recorded<double> recorded({}, {u});
  const Batch<double> x = q.sample(recorded, 50);
  for (Index i = 0; i < 2; ++i)
    for (Index c = 0; c < 50; ++c) {
      Index best = 0;
      const auto gumbel = [&](Index k) { return q.logits()(i * 3 + k, 0) - std::log(-std::log(u(i * 3 + k, c))); };
      for (Index k = 1; k < 3; ++k)
        if (gumbel(k) > gumbel(best)) best = k;
      CHECK(x(i, c) == static_cast<double>(best));
    }
}

TEMPLATE_TEST_CASE("Categorical: forbidden classes and numbers that are none", "[distributions]", float, double) {
  using T = TestType;
  const T inf = std::numeric_limits<T>::infinity(), nan = std::numeric_limits<T>::quiet_NaN();
  Batch<T> logits(6, 1);
  logits << 0, -inf, T(0.5), -inf, T(-800), -inf;
  const Categorical<T> q(logits, 3);
  CHECK(q.probs()(1, 0) == 0);
  CHECK(q.log_probs()(1, 0) == -inf);
  CHECK(q.probs()(4, 0) == 1);
  CHECK(q.log_probs()(4, 0) == 0);
  CHECK(std::isfinite(q.entropy()(0)));
  CHECK(q.entropy_pullback(Row<T>::Ones(1)).allFinite());
  CHECK(q.mean().allFinite());
  CHECK(q.variance()(1, 0) == 0);
  CHECK(q.mode()(0, 0) == 2);
  CHECK(q.mode()(1, 0) == 1);
  Batch<T> x(2, 6);
  x << 0, 1, 2, T(0.5), nan, 3, 1, 1, 0, 1, 1, -1;
  const auto e = q.evaluate(x);
  CHECK(e.value(0) == Approx(-std::log1p(std::exp(0.5))).epsilon(1e-6));
  for (Index c = 1; c < 6; ++c) CHECK(e.value(c) == -inf);
  CHECK(e.pullback(Row<T>::Ones(6)).allFinite());
  Rng rng(5);
  const Batch<T> draws = q.sample(rng, 1000);
  CHECK((draws.row(0).array() != 1).all());
  CHECK((draws.row(1).array() == 1).all());
}

TEST_CASE("Categorical: support, construction", "[distributions]") {
  Rng rng(6);
  const Categorical<> q = random_choices(3, 4, 1, rng);
  CHECK(q.event_size() == 3);
  CHECK(q.classes() == 4);
  const Batch<double> support = q.support();
  REQUIRE(support.cols() == 64);
  CHECK(support.col(6) == (Vector<double>(3) << 0, 1, 2).finished());
  CHECK(q.log_prob(support).array().exp().sum() == Approx(1).epsilon(1e-14));
  const Vector<double> weights = (Vector<double>(4) << 1, 0, 2, 1).finished();
  CHECK((Categorical<>::from_probs(weights).probs() - weights / 4).cwiseAbs().maxCoeff() < 1e-15);
  CHECK(Categorical(weights).event_size() == 1);
  CHECK(Categorical(weights, 2).event_size() == 2);
  CHECK(Categorical<>(Batch<double>::Zero(1, 1)).log_prob(Batch<double>::Zero(1, 1))(0) == 0);  // a single class is certain
  CHECK(says(message_of<InvalidArgument>([] { Categorical<>(Batch<double>::Zero(39, 1), 3).support(); }), "has 3^13 points"));
}

TEST_CASE("Categorical: what is refused, and how", "[distributions]") {
  const auto message = [](std::initializer_list<double> values, Index classes) {
    Batch<double> logits(static_cast<Index>(values.size()), 1);
    std::copy(values.begin(), values.end(), logits.data());
    return message_of<Error>([&] { Categorical<>(logits, classes); });
  };
  CHECK(message({0, infinity}, 0) == "Categorical: logits(1) is inf, expected a finite number or -inf");
  CHECK(says(message({0, std::numeric_limits<double>::quiet_NaN()}, 0), "logits(1) is nan"));
  CHECK(message({0, 0, -infinity, -infinity}, 2) == "Categorical: all logits of variable 1 are -inf, expected a finite one");
  CHECK(message({0, 0, 0}, 2) == "Categorical: rows of logits is 3, expected a multiple of the 2 classes");
  CHECK(message({}, 0) == "Categorical: rows of logits is 0, expected at least 1");
  CHECK(message({0}, -1) == "Categorical: classes is -1, expected at least 0");
  CHECK(says(message_of<DomainError>([] { Categorical<>::from_probs(Batch<double>::Constant(2, 1, -1.0)); }), "probs(0) is -1"));
  check_bad_calls(Categorical<>(Batch<double>::Zero(3, 1)), "Categorical");
  check_bad_calls(Categorical<>(Batch<double>::Zero(4, 3), 2), "Categorical");
}

#include "variate/distributions/multinomial.hpp"

#include <cmath>
#include <limits>

#include "distributions/family_checks.hpp"
#include "support/fixtures.hpp"
#include "variate/distributions/binomial.hpp"
#include "variate/distributions/kl.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
Row<double> counts(std::initializer_list<double> n) {
  Row<double> row(static_cast<Index>(n.size()));
  std::copy(n.begin(), n.end(), row.data());
  return row;
}
}  // namespace

TEST_CASE("Multinomial against torch and mpmath", "[fixtures][distributions]") {
  const auto file = fixture("distributions/multinomial.json");
  REQUIRE(file.at("cases").size() > 0);
  for (const auto& item : file.at("cases")) {
    INFO(item.at("params").dump());
    const Multinomial<> q(number(item.at("params").at("total_count")), matrix(item.at("params").at("logits")));
    for (const auto& [field, value] : item.items()) {
      INFO(field);
      if (field == "params") continue;
      if (field == "mean") CHECK(worst_relative_error(q.mean(), matrix(value)) < 1e-12);
      else if (field == "variance") CHECK(worst_relative_error(q.variance(), matrix(value)) < 1e-12);
      else if (field == "points")
        for (const auto& point : value) {
          const Batch<double> x = matrix(point.at("x"));
          const auto e = q.evaluate(x);
          for (const auto& [name, wanted] : point.items()) {
            INFO(name);
            if (name == "x") continue;
            if (name == "log_prob") CHECK(relative_error(e.value(0), number(wanted)) < 1e-12);
            else if (name == "d_logits") CHECK(worst_relative_error(e.pullback(Row<double>::Ones(1)), matrix(wanted)) < 1e-12);
            else FAIL("unknown field");
          }
        }
      else FAIL("unknown field");
    }
  }
}

TEST_CASE("Multinomial: gradients are those of its values, data points are each alone", "[distributions]") {
  Rng rng(1);
  for (const Shape& shape : {Shape{2, 1, 1}, Shape{4, 1, 30}, Shape{3, 2, 1}, Shape{5, 5, 7}}) {
    INFO("K " << shape.d << " B " << shape.batch << " S " << shape.samples);
    const Multinomial<> q(12, Batch<double>(normals<double>(rng, shape.d, shape.batch)));
    check_score(q, q.sample(rng, shape.samples), rng);
  }
  const Multinomial<> q(counts({3, 0, 1000}), normals<double>(rng, 4, 3));
  const Batch<double> x = q.sample(rng, 5), mean = q.mean(), variance = q.variance();
  const Row<double> w = normals<double>(rng, 1, 15);
  const auto e = q.evaluate(x);
  const Batch<double> gradient = e.theta_pullback(w);
  for (Index b = 0; b < 3; ++b) {
    const Multinomial<> alone(q.total_count()(b), Batch<double>(q.theta().col(b)));
    Batch<double> part(4, 5);
    Row<double> weights(5);
    for (Index s = 0; s < 5; ++s) {
      part.col(s) = x.col(3 * s + b);
      weights(s) = w(3 * s + b);
      CHECK(part.col(s).sum() == q.total_count()(b));
    }
    const auto of_part = alone.evaluate(part);
    for (Index s = 0; s < 5; ++s) CHECK(of_part.value(s) == Approx(e.value(3 * s + b)).epsilon(1e-13));
    CHECK((of_part.theta_pullback(weights) - gradient.col(b)).cwiseAbs().maxCoeff() < 1e-11);
    CHECK(alone.mean() == mean.col(b));
    CHECK((alone.variance() - variance.col(b)).cwiseAbs().maxCoeff() < 1e-12);
  }
}

TEST_CASE("Multinomial: samples have its moments", "[distributions][statistical]") {
  Rng rng(2);
  CHECK(worst_moment_z(Multinomial<>(6, normals<double>(rng, 3, 2)), 30000, rng) < 4.5);
  const Multinomial<> q(1e9, normals<double>(rng, 4, 1));
  CHECK(worst_moment_z(q, 20000, rng) < 4.5);
  // Covariance of two counts: -n p_i p_j
  const Multinomial<> few(8, normals<double>(rng, 3, 1));
  const Index n = 50000;
  Batch<double> x = few.sample(rng, n);
  x.colwise() -= Vector<double>(few.mean().col(0));
  const Row<double> product = x.row(0).cwiseProduct(x.row(2));
  const double mean = product.mean(), spread = (product.array() - mean).square().mean() / static_cast<double>(n);
  CHECK(std::abs(mean + 8 * few.probs()(0, 0) * few.probs()(2, 0)) < 4.5 * std::sqrt(spread));
}

TEST_CASE("Multinomial of two classes is Binomial, also for many choices", "[distributions]") {
  for (const double n : {7.0, 1e9}) {
    const Multinomial<> q(n, (Vector<double>(2) << 0.4, -1.2).finished());
    const Binomial<> b(Batch<double>::Constant(1, 1, n), Batch<double>::Constant(1, 1, 1.6));
    Batch<double> x(2, 3);
    x << 0, std::floor(0.8 * n), n, n, n - std::floor(0.8 * n), 0;
    const Row<double> got = q.log_prob(x), want = b.log_prob(x.topRows(1));
    for (Index c = 0; c < 3; ++c) CHECK(relative_error(got(c), want(c)) < 1e-12);
  }
}

TEMPLATE_TEST_CASE("Multinomial: impossible counts, forbidden classes", "[distributions]", float, double) {
  using T = TestType;
  const T inf = std::numeric_limits<T>::infinity(), nan = std::numeric_limits<T>::quiet_NaN();
  const Multinomial<T> q(4, (Vector<T>(3) << T(0), -inf, T(0.5)).finished());
  Batch<T> x(3, 7);
  x << 1, 1, 2, T(1.5), -1, nan, inf,  //
      0, 1, 0, 0, 0, 0, 0,             //
      3, 2, 3, T(2.5), 5, 4, 4;
  const auto e = q.evaluate(x);
  CHECK(e.value(0) == Approx(std::log(4.0) + 1.5 - 4 * std::log1p(std::exp(0.5))).epsilon(1e-6));
  for (Index c = 1; c < 7; ++c) {
    CHECK(e.value(c) == -inf);
    Row<T> w = Row<T>::Zero(7);
    w(c) = 1;
    CHECK(e.pullback(w) == Vector<T>::Zero(3));
  }
  Rng rng(3);
  const Batch<T> draws = q.sample(rng, 200);
  CHECK((draws.row(1).array() == 0).all());
  CHECK((draws.colwise().sum().array() == 4).all());
  CHECK_FALSE(q.log_prob(draws).array().isInf().any());
  CHECK(q.mean()(1, 0) == 0);
  const Multinomial<T> last((T(3)), (Vector<T>(2) << T(0), -inf).finished());
  CHECK(last.sample(rng, 1) == (Batch<T>(2, 1) << 3, 0).finished());
}

TEST_CASE("Multinomial: divergence, what is refused, and how", "[distributions]") {
  Rng rng(4);
  const Batch<double> a = normals<double>(rng, 3, 2), b = normals<double>(rng, 3, 2);
  const Multinomial<> p(counts({3, 5}), a), q(counts({3, 5}), b), other(4, b);
  const Row<double> each = kl(Categorical<>(a), Categorical<>(b));
  CHECK((kl(p, q) - each.cwiseProduct(counts({3, 5}))).cwiseAbs().maxCoeff() < 1e-14);
  const Row<double> w = counts({0.3, -1});
  CHECK(gradient_error(kl_pullback(p, q, w), p.params(), [&](const Vector<double>& v) { return kl(moved(p, v), q).dot(w); }) <
        gradient_tolerance);
  CHECK(says(message_of<InvalidArgument>([&] { kl(p, other); }), "total_count of two Multinomials differs"));

  const auto message = [](double n) { return message_of<DomainError>([n] { Multinomial<>(n, Batch<double>::Zero(2, 1)); }); };
  CHECK(message(1.5) == "Multinomial: total_count(0) is 1.5, expected a whole number, 0 or more");
  CHECK(says(message(-1), "total_count(0) is -1"));
  CHECK(
      says(message_of<ShapeError>([] { Multinomial<>(counts({1, 2}), Batch<double>::Zero(2, 3)); }), "size of total_count is 2"));
  Multinomial<> two(5, Batch<double>::Zero(2, 1));
  CHECK(message_of<InvalidArgument>([&] { two.sample(rng, 0); }) == "Multinomial: number of samples is 0, expected at least 1");
  CHECK(says(message_of<ShapeError>([&] { two.log_prob(Batch<double>::Zero(3, 1)); }), "Multinomial: rows of x is 3"));
  CHECK(says(message_of<ShapeError>([&] { two.set_params(Vector<double>::Zero(3)); }), "Multinomial: size of params is 3"));
  const Batch<double> x = two.sample(rng, 2);
  CHECK(says(message_of<ShapeError>([&] { two.evaluate(x).pullback(Row<double>::Ones(3)); }),
             "Multinomial: number of weights is 3"));
}

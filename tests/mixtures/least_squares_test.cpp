/// Quadratic ridge regression against recorded fits and on exact quadratics.
#include "variate/mixtures/least_squares.hpp"

#include <memory>

#include "mixtures/fixture_model.hpp"
#include "variate/random/rng.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("recorded quadratic fits", "[fixtures][gmmvi]") {
  std::map<std::string, Worst> worst;
  for (const auto& test : cases_of("least_squares.json")) {
    require_fields(test, {"name", "inputs", "outputs", "weights", "mean", "chol", "regularizer", "expected"});
    require_fields(test.at("expected"), {"quad", "lin", "const"});
    INFO(test.at("name"));
    const Batch<double> x = matrix(test.at("inputs")).transpose();
    const Row<double> y = matrix(test.at("outputs")).transpose();
    Row<double> weights = Row<double>::Ones(y.size());
    if (!test.at("weights").is_null()) weights = matrix(test.at("weights")).transpose();
    Gaussian<double> whiten;
    const bool whitened = !test.at("mean").is_null();
    if (whitened) whiten = Gaussian<double>(matrix(test.at("mean")), matrix(test.at("chol")));
    const double ridge = number(test.at("regularizer"));
    const auto got = least_squares(x, y, weights, ridge, whitened ? &whiten : nullptr);
    REQUIRE(got.found());
    // without a ridge the systems can be badly conditioned
    Worst& errors = worst[ridge > 1e-6 ? "with a ridge" : "without"];
    const auto& expected = test.at("expected");
    errors.add("quad", got.quadratic, matrix(expected.at("quad")));
    errors.add("lin", got.linear, matrix(expected.at("lin")));
    errors.add("const", got.constant, number(expected.at("const")));
  }
  for (const auto& [name, errors] : worst) errors.check("least_squares " + name, name == "without" ? 1e-6 : 1e-9);
}

TEST_CASE("an exact quadratic is found, whitened or not, full or diagonal", "[mixtures]") {
  Rng rng(5);
  const Index d = 4, n = 600;
  const Batch<double> x = normals<double>(rng, d, n), root = normals<double>(rng, d, d);
  const Row<double> weights = uniforms<double>(rng, 1, n);
  const Batch<double> r = root * root.transpose();
  const Vector<double> slope = normals<double>(rng, d, 1);
  const auto values = [&](const Batch<double>& quadratic) {
    return Row<double>(-0.5 * x.cwiseProduct(quadratic * x).colwise().sum() + slope.transpose() * x +
                       Row<double>::Constant(n, 3.0));
  };
  const Gaussian<double> g(Vector<double>::Ones(d), 2 * Batch<double>::Identity(d, d));
  for (const Gaussian<double>* whiten : {static_cast<const Gaussian<double>*>(nullptr), &g}) {
    const auto fit = least_squares(x, values(r), weights, 0.0, whiten);
    CHECK(fit.quadratic.isApprox(r, 1e-9));
    CHECK(fit.linear.isApprox(slope, 1e-9));
    CHECK(fit.constant == Approx(3));
  }
  const Batch<double> diagonal = r.diagonal().asDiagonal();
  const auto fit = least_squares<double, Covariance::diagonal>(x, values(diagonal), weights, 0.0);
  CHECK(fit.quadratic.isApprox(Vector<double>(r.diagonal()), 1e-9));
  CHECK(fit.linear.isApprox(slope, 1e-9));
}

TEST_CASE("what has no fit says so, and bad input is refused", "[mixtures]") {
  const Batch<double> x = Batch<double>::Ones(1, 5);
  const Row<double> y = Row<double>::Ones(5), ones = Row<double>::Ones(5);
  CHECK_FALSE(least_squares(x, Row<double>(y / 0), ones, 1.0).found());
  CHECK_FALSE(least_squares(Batch<double>(1, 0), Row<double>(0), Row<double>(0), 0.0).found());
  CHECK(least_squares(x, y, ones, 1e-6).found());
  CHECK_THROWS_AS(least_squares(x, Row<double>(4), ones, 1.0), ShapeError);
  CHECK_THROWS_AS(least_squares(x, y, Row<double>(4), 1.0), ShapeError);
  CHECK_THROWS_AS(least_squares(x, y, Row<double>(-ones), 1.0), DomainError);
  CHECK_THROWS_AS(least_squares(x, y, ones, -1.0), DomainError);
  CHECK_THROWS_AS(least_squares(x, y, ones, 1.0,
                                std::make_unique<Gaussian<double>>(Vector<double>::Ones(2), Batch<double>::Identity(2, 2)).get()),
                  ShapeError);
}

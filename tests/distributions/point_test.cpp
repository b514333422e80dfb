#include "variate/distributions/point.hpp"

#include <limits>

#include "support/catch.hpp"
#include "variate/autodiff/differentiable.hpp"
#include "variate/autodiff/functions.hpp"
#include "variate/core/concepts.hpp"
#include "variate/estimators/pathwise.hpp"
#include "variate/random/rng.hpp"

using namespace variate;

TEST_CASE("Point: draws, density, moments, refusals", "[distributions]") {
  static_assert(Family<Point<double>> && Linked<Point<double>> && Reparameterizable<Point<double>> && !Scoreable<Point<double>>);
  const Batch<double> at{{1.0, -2.0}, {0.5, 3.0}};
  Point<double> q(at);
  Rng rng(1);
  const Batch<double> x = q.sample(rng, 3);
  CHECK(x.cols() == 6);
  CHECK(x.middleCols(4, 2) == at);
  CHECK(q.log_prob(x) == Row<double>::Zero(6));
  Batch<double> moved = x;
  moved(1, 3) += 1e-9;
  CHECK(q.log_prob(moved)(3) == -std::numeric_limits<double>::infinity());
  CHECK(q.log_prob(moved)(2) == 0);
  CHECK(q.mean() == at);
  CHECK(q.mode() == at);
  CHECK(q.stddev().isZero());
  CHECK_THROWS_AS(q.sample(rng, 0), InvalidArgument);
  CHECK_THROWS_AS(q.log_prob(Batch<double>::Zero(3, 2)), ShapeError);
  CHECK_THROWS_AS(Point<double>(Batch<double>::Constant(1, 1, std::numeric_limits<double>::quiet_NaN())), InvalidArgument);
  q.set_params(Vector<double>{{1, 2, 3, 4}});
  CHECK(q.theta()(1, 0) == 3);
  CHECK_THROWS_AS(q.set_params(Vector<double>::Zero(3)), ShapeError);
  CHECK(Point<float>(Vector<float>{{1.0F}}).sample(rng, 2).size() == 2);
}

TEST_CASE("Point: with Pathwise its gradient is that of the function", "[distributions]") {
  const Point<double> q(Batch<double>{{1.0, -2.0}, {0.5, 3.0}});
  const auto f = differentiable([](const auto& x) { return square(row(x, 0)) * row(x, 1); });
  Rng rng(1);
  for (const Index n : {1, 4}) {
    const auto e = Pathwise{}(q, f, rng, n);
    CHECK(e.value == Approx((0.5 + 12) / 2));
    CHECK(e.q.isApprox(Vector<double>{{0.5, -6, 0.5, 2}}));
  }
}

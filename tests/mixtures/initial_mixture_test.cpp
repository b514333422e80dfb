#include "variate/mixtures/initial_mixture.hpp"

#include "support/catch.hpp"
#include "variate/random/recorded.hpp"
#include "variate/random/rng.hpp"

using namespace variate;

TEST_CASE("The mixture a run starts from", "[mixtures]") {
  Vector<double> mean(2), scale(2), variances(2);
  mean << 1, 2;
  scale << 10, 100;
  variances << 4, 9;
  Batch<double> first(2, 1), second(2, 1);
  first << 0.5, -1;
  second << 2, 3;
  Recorded<double> numbers({first, second}, {});
  const auto q = initial_mixture(numbers, 2, mean, scale, variances);
  CHECK(q.weights()[0] == Approx(0.5));
  CHECK(q[0].mean == Vector<double>{{6, -98}});
  CHECK(q[1].mean == Vector<double>{{21, 302}});
  CHECK(q[1].factor == Batch<double>{{2, 0}, {0, 3}});
  Rng rng(1), same(1);
  const auto one = initial_mixture<Covariance::diagonal>(rng, 1, mean, scale, variances);
  CHECK(one[0].mean == mean);
  CHECK(one[0].factor == Vector<double>{{2, 3}});
  CHECK(rng() == same());  // nothing was drawn
  CHECK_THROWS_AS(initial_mixture(rng, 0, mean, scale, variances), InvalidArgument);
  CHECK_THROWS_AS(initial_mixture(rng, 1, mean, Vector<double>(3), variances), ShapeError);
  variances[1] = 0;
  CHECK_THROWS_AS(initial_mixture(rng, 1, mean, scale, variances), DomainError);
}

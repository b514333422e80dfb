#include "variate/estimators/gumbel_softmax.hpp"

#include "estimators/bernoulli_checks.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("Gumbel-softmax: data points, what is dropped and refused", "[estimators][statistical]") {
  check_data_points(GumbelSoftmax{}, 3, 1, 3);
  check_dropping(GumbelSoftmax{}, 1);
  const Bernoulli<double> q(Vector<double>{{0.4, -1.2, 2.0}});
  Rng rng(1);
  const auto f = differentiable(Bumpy{});
  CHECK_THROWS_AS(GumbelSoftmax{0}(q, f, rng, 1), DomainError);
  CHECK_THROWS_AS(GumbelSoftmax{-1}(q, f, rng, 1), DomainError);
  CHECK_THROWS_AS(GumbelSoftmax{}(q, f, rng, 0), InvalidArgument);
}

TEST_CASE("Gumbel-softmax tends to the exact gradient as it cools", "[estimators][statistical]") {
  // at temperature 0.05 the bias is below the noise of 4000 draws; at 2 it is far above
  CHECK(unbiased_z(GumbelSoftmax{0.05}, 8) < 4.5);
  CHECK(unbiased_z(GumbelSoftmax{2.0}, 8) > 10);
}

#include "variate/estimators/gumbel_rao.hpp"

#include "estimators/bernoulli_checks.hpp"

using namespace variate;
using namespace variate_tests;

#include "variate/estimators/straight_through.hpp"

TEST_CASE("Gumbel-Rao: data points, what is dropped and refused", "[estimators][statistical]") {
  check_data_points(GumbelRao{.draws = 2}, 3, 3, 3);
  check_dropping(GumbelRao{}, 1);
  Rng rng(1);
  const Bernoulli<double> q(Vector<double>{{0.4, 1, 2}});
  CHECK_THROWS_AS(GumbelRao{0}(q, differentiable(Bumpy{}), rng, 1), DomainError);
  CHECK_THROWS_AS((GumbelRao{.draws = 0}(q, differentiable(Bumpy{}), rng, 1)), InvalidArgument);
}

TEST_CASE("Gumbel-Rao has the mean of straight-through Gumbel-softmax and less variance", "[estimators][statistical]") {
  const Bernoulli<double> q(Vector<double>{{0.4, -1.2, 2.0}});
  const auto f = differentiable(Bumpy{});
  Rng rng(4);
  Moments plain, averaged;
  for (int i = 0; i < 8000; ++i) {
    plain.add(StraightThroughGumbelSoftmax{0.3}(q, f, rng, 1).q);
    averaged.add(GumbelRao{0.3, 20}(q, f, rng, 1).q);
  }
  const Vector<double> error = ((plain.variance() + averaged.variance()) / 8000).cwiseSqrt();
  CHECK(((plain.mean() - averaged.mean()).cwiseAbs().array() < 4.5 * error.array()).all());
  CHECK((averaged.variance().array() < 0.7 * plain.variance().array()).all());
}

#include "variate/estimators/importance_weighted.hpp"

#include "estimators/multi_sample_checks.hpp"
#include "variate/estimators/pathwise.hpp"
#include "variate/estimators/vimco.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("importance-weighted gradients by path and by score have the same mean", "[estimators][statistical]") {
  constexpr Index draws = 8000;
  const Moments path = gradients(ImportanceWeighted{}, 3, draws, 1), score = gradients(Vimco{}, 3, draws, 2);
  CHECK(difference_z(path, score, draws) < 4.5);
  CHECK(path.variance().sum() < score.variance().sum());
}

TEST_CASE("one sample of the bound is the ELBO, whatever alpha", "[estimators]") {
  const Normal<> q(Vector<double>{{-0.3}}, Vector<double>{{1.2}});
  const Bump f;
  for (const double alpha : {0.0, 0.5, 0.9}) {
    Rng a(4), b(4);
    const auto many = ImportanceWeighted{.alpha = alpha}(q, Elbo<SampledEntropy>{}(q, f), a, 1);
    const auto one = Pathwise{}(q, Elbo<SampledEntropy>{}(q, f), b, 1);
    CHECK(many.value == Approx(one.value));
    CHECK((many.q - one.q).norm() < 1e-12);
  }
}

TEST_CASE("importance-weighted: data points, holes, what is refused", "[estimators]") {
  check_two_data_points(ImportanceWeighted{});
  check_two_data_points(ImportanceWeighted{.alpha = 0.5});
  check_holes(ImportanceWeighted{});
  const Normal<> q(Vector<double>{{0.0}}, Vector<double>{{1.0}});
  const Bump f;
  Rng rng(1);
  CHECK_THROWS_AS(ImportanceWeighted{}(q, Elbo<SampledEntropy>{}(q, f), rng, 0), InvalidArgument);
  CHECK_THROWS_AS(ImportanceWeighted{.alpha = 1}(q, Elbo<SampledEntropy>{}(q, f), rng, 2), DomainError);
  CHECK_THROWS_AS(ImportanceWeighted{.alpha = -0.1}(q, Elbo<SampledEntropy>{}(q, f), rng, 2), DomainError);
}

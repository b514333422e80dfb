#include "variate/estimators/dreg.hpp"

#include "estimators/multi_sample_checks.hpp"
#include "variate/estimators/reweighted_wake.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("DReG has the mean of the pathwise gradient, and less noise the more samples there are", "[estimators][statistical]") {
  constexpr Index draws = 6000;
  for (const Index n : {2, 8}) {
    const Moments dreg = gradients(Dreg{}, n, draws, 1), path = gradients(ImportanceWeighted{}, n, draws, 2);
    CHECK(difference_z(dreg, path, draws) < 4.5);
    CHECK(dreg.variance().sum() < (n == 2 ? 1.0 : 0.5) * path.variance().sum());
  }
}

TEST_CASE("DReG of the wake step has the mean of the wake step", "[estimators][statistical]") {
  constexpr Index draws = 8000;
  const Moments dreg = gradients(Dreg{DregTarget::rws}, 16, draws, 1), wake = gradients(ReweightedWake{}, 16, draws, 2);
  CHECK(difference_z(dreg, wake, draws) < 4.5);
}

TEST_CASE("the jackknife's gradient is the one of its bounds", "[estimators][statistical]") {
  // n L_n - (n - 1) L_{n-1} in the mean
  constexpr Index draws = 10000, n = 3;
  const Moments jvi = gradients(Dreg{DregTarget::jvi}, n, draws, 1), all = gradients(Dreg{}, n, draws, 2),
                less = gradients(Dreg{}, n - 1, draws, 3);
  const Vector<double> want = n * all.mean() - (n - 1) * less.mean();
  const Vector<double> error =
      ((jvi.variance() + n * n * all.variance() + (n - 1) * (n - 1) * less.variance()) / draws).cwiseSqrt();
  CHECK(((jvi.mean() - want).cwiseAbs().array() < 4.5 * error.array()).all());
}

TEST_CASE("DReG: data points, holes, too few samples", "[estimators]") {
  for (const auto target : {DregTarget::iwae, DregTarget::rws, DregTarget::jvi}) {
    check_two_data_points(Dreg{target});
    check_holes(Dreg{target});
  }
  const Normal<> q(Vector<double>{{0.0}}, Vector<double>{{1.0}});
  const Bump f;
  Rng rng(1);
  CHECK_THROWS_AS(Dreg{}(q, Elbo<SampledEntropy>{}(q, f), rng, 0), InvalidArgument);
  CHECK_THROWS_AS(Dreg{DregTarget::jvi}(q, Elbo<SampledEntropy>{}(q, f), rng, 1), InvalidArgument);
}

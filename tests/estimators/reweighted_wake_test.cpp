#include "variate/estimators/reweighted_wake.hpp"

#include "estimators/multi_sample_checks.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("the wake step vanishes at the posterior", "[estimators][statistical]") {
  // p = q: all weights are equal, and the mean score is zero
  const Normal<> q(Vector<double>{{0.4}}, Vector<double>{{1.7}});
  const auto same = [&](const Batch<double>& z) { return Row<double>(q.log_prob(z)); };
  const auto l = Elbo<SampledEntropy>{}(q, same);
  Rng rng(2);
  Moments moments;
  for (int i = 0; i < 4000; ++i) {
    const auto e = ReweightedWake{}(q, l, rng, 5);
    CHECK(std::abs(e.value) < 1e-12);
    moments.add(e.q);
  }
  CHECK(moments.worst_z(Vector<double>::Zero(2)) < 4.5);
}

TEST_CASE("the wake step: data points, holes, too few samples", "[estimators]") {
  check_two_data_points(ReweightedWake{});
  check_holes(ReweightedWake{});
  const Normal<> q(Vector<double>{{0.0}}, Vector<double>{{1.0}});
  const Bump f;
  Rng rng(1);
  CHECK_THROWS_AS(ReweightedWake{}(q, Elbo<SampledEntropy>{}(q, f), rng, 0), InvalidArgument);
}

#include "variate/mixtures/detail/candidate_search.hpp"

#include "support/catch.hpp"
#include "variate/mixtures/component_adaptation.hpp"
#include "variate/mixtures/targets/gaussian_mixture_target.hpp"
#include "variate/random/rng.hpp"

using namespace variate;

TEST_CASE("Bounds find the candidate that all densities would", "[mixtures]") {
  Rng rng(3);
  int found = 0, open = 0;
  for (const Index d : {1, 2, 6})
    for (int round = 0; round < 30; ++round) {
      const auto q = random_gaussian_mixture(rng, d, {.components = 1 + round % 7, .extent = 5, .spread = 0.3}).mixture();
      const auto p = random_gaussian_mixture(rng, d, {.components = 3, .extent = 8, .spread = 0.3});
      // Draws of q, some of p and some from far away.
      const Index n = 600;
      Batch<double> x(d, n);
      x << q.sample(rng, 500).x, p.sample(rng, 50), normals<double>(rng, d, 50) * 30;
      Row<double> values = p(x);
      values[7] = std::nan("");
      values[8] = -std::numeric_limits<double>::infinity();
      const double threshold = std::vector<double>{1000, 50, 8, 0.5}[static_cast<std::size_t>(round % 4)];
      detail::CandidateSearch<double, Covariance::full> search(q, threshold);
      for (Index from = 0; from < n; from += 100)
        search.look(Batch<double>(x.middleCols(from, 100)), Row<double>(values.segment(from, 100)), from, from == 0);
      const Index best = search.best();
      if (best == -2) {
        ++open;
        continue;
      }
      ++found;
      CHECK(best == AdaptiveComponents::best_candidate(q.log_density(x), values, threshold));
    }
  CHECK(found > 60);
  INFO(open << " left open");
  CHECK(open < 30);

  const auto q = simple_gaussian_mixture().mixture();
  detail::CandidateSearch<double, Covariance::full> none(q, 5.0);
  CHECK(none.best() == -1);
  none.look(Batch<double>::Zero(2, 3), Row<double>::Constant(3, std::nan("")), 0, true);
  CHECK(none.best() == -1);
  none.look(Batch<double>::Zero(2, 3), Row<double>::Constant(3, 1.0), 3);
  CHECK(none.best() == 3);  // the first of equals
}

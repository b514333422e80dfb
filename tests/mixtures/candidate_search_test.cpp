#include "variate/mixtures/detail/candidate_search.hpp"

#include <algorithm>

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

TEST_CASE("Where stored candidates came from rules most of them out, in parts or at once", "[mixtures]") {
  Rng rng(4);
  int found = 0;
  for (int round = 0; round < 20; ++round) {
    const Index d = 1 + round % 5;
    auto q = random_gaussian_mixture(rng, d, {.components = 2 + round % 6, .extent = 5, .spread = 0.3}).mixture();
    const auto p = random_gaussian_mixture(rng, d, {.components = 3, .extent = 8, .spread = 0.3});
    SampleDatabase<double, Covariance::full> database;
    for (int batch = 0; batch < 4; ++batch) {
      Rng fresh = rng.split(static_cast<std::uint64_t>(100 * round + batch));
      const auto draws = q.sample(fresh, 400);
      std::vector<Index> mapping = draws.chosen;
      if (batch != 2) std::sort(mapping.begin(), mapping.end());  // gmmvi 1.1 has them in any order
      database.add({draws.x, p(draws.x), {}, mapping}, q);
      // the mixture moves on, and loses a component
      for (Index k = 0; k < q.size(); ++k) q.replace(k, q[k].mean + Vector<double>::Constant(d, 0.1), q[k].factor);
      if (batch == 1) q.remove(0);
    }
    const std::vector<Index> rows = database.random_rows(rng, 1500);
    const double threshold = round % 2 == 0 ? 1000 : 20;
    detail::CandidateSearch<double, Covariance::full> whole(q, threshold), first = whole, second = whole;
    const auto look = [&](auto& search, Index from, Index count) {
      database.for_each_batch(rows.data() + from, count,
                              [&](const StoredSamples<double>& batch, const std::vector<Index>& columns, Index i) {
                                search.look(batch, columns, from + i, [&](Index m) { return database.origin(m); });
                              });
    };
    look(whole, 0, 1500);
    look(first, 0, 700);
    look(second, 700, 800);
    first.join(second);
    Batch<double> x;
    Row<double> values;
    database.points(rows.data(), 1500, x, values);
    const Index best = AdaptiveComponents::best_candidate(q.log_density(x), values, threshold);
    for (const Index one : {whole.best(), first.best()}) {
      CHECK((one == best || one == detail::CandidateSearch<double, Covariance::full>::unsettled));
      found += one == best;
    }
  }
  CHECK(found > 30);
}

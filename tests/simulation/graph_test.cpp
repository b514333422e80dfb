#include "support/catch.hpp"
#include "variate/random/rng.hpp"
#include "variate/simulation/graph.hpp"

using namespace variate;

TEST_CASE("Neighbours in a graph", "[simulation]") {
  const Graph graph(4, {{0, 1}, {2, 1}, {1, 0}});
  CHECK(graph.size() == 4);
  CHECK(std::vector<int>(graph.begin(1), graph.end(1)) == std::vector<int>{0, 2});
  CHECK(std::vector<int>(graph.begin(0), graph.end(0)) == std::vector<int>{1});
  CHECK(graph.degree(3) == 0);
  CHECK_THROWS_AS(Graph(0, {}), InvalidArgument);
  CHECK_THROWS_AS(Graph(3, {{0, 3}}), InvalidArgument);
  CHECK_THROWS_AS(Graph(3, {{-1, 2}}), InvalidArgument);
  CHECK_THROWS_AS(Graph(3, {{1, 1}}), InvalidArgument);
}

TEST_CASE("Small worlds", "[simulation]") {
  Rng rng(1);
  const Graph ring = watts_strogatz(rng, 20, 4, 0.0);
  for (Index i = 0; i < 20; ++i) CHECK(ring.degree(i) == 4);
  CHECK(std::vector<int>(ring.begin(5), ring.end(5)) == std::vector<int>{3, 4, 6, 7});
  const Graph world = watts_strogatz(rng, 200, 6, 0.3);
  Index ends = 0, moved = 0;
  for (Index i = 0; i < 200; ++i) {
    ends += world.degree(i);
    for (const int* j = world.begin(i); j != world.end(i); ++j) {
      const Index apart = std::abs(*j - i);
      moved += std::min(apart, 200 - apart) > 3;
    }
  }
  CHECK(ends == 200 * 6);
  CHECK(moved > 2 * 120);  // of 600 edges about 180 move, with a standard deviation of 11
  CHECK(moved < 2 * 240);
  CHECK_THROWS_AS(watts_strogatz(rng, 20, 3, 0.1), InvalidArgument);
  CHECK_THROWS_AS(watts_strogatz(rng, 20, 20, 0.1), InvalidArgument);
  CHECK_THROWS_AS(watts_strogatz(rng, 20, 4, 1.5), DomainError);
}

#include "variate/random/permutation.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "support/catch.hpp"
#include "support/statistics.hpp"
#include "variate/random/rng.hpp"

using variate::Index;
using variate::Rng;
using variate_tests::chi_square_z;

TEST_CASE("whole numbers are uniform", "[random][statistical]") {
  // Each z fails one seed in 16 000.
  Rng rng(3);
  std::mt19937 other(3);
  for (Index n : {1, 2, 3, 5, 8, 100}) {
    std::vector<int> counts(static_cast<std::size_t>(n)), other_counts(counts);
    for (int i = 0; i < 20000; ++i) {
      ++counts.at(static_cast<std::size_t>(variate::index_below(rng, n)));
      ++other_counts.at(static_cast<std::size_t>(variate::index_below(other, n)));
    }
    if (n > 1) CHECK(std::abs(chi_square_z(counts)) < 4);
    if (n > 1) CHECK(std::abs(chi_square_z(other_counts)) < 4);
  }
  constexpr Index largest = std::numeric_limits<Index>::max();
  CHECK(variate::index_below(rng, largest) < largest);
  CHECK_THROWS_AS(variate::index_below(rng, 0), variate::InvalidArgument);
  CHECK_THROWS_AS(variate::index_below(rng, -4), variate::InvalidArgument);
}

TEST_CASE("all orders are equally likely", "[random][statistical]") {
  Rng rng(4);
  std::array<int, 24> counts{};
  for (int i = 0; i < 24000; ++i) {
    std::vector<Index> order = variate::permutation(rng, 4);
    std::size_t rank = 0;
    for (std::size_t a = 0; a < 4; ++a) {
      std::size_t below = 0;
      for (std::size_t b = a + 1; b < 4; ++b) below += order[b] < order[a] ? 1 : 0;
      rank = rank * (4 - a) + below;
    }
    ++counts.at(rank);
  }
  CHECK(std::abs(chi_square_z(counts)) < 4);
}

TEST_CASE("a permutation holds every index once", "[random]") {
  Rng rng(5);
  for (Index n : {0, 1, 2, 17, 1000}) {
    std::vector<Index> order = variate::permutation(rng, n);
    CHECK(static_cast<Index>(order.size()) == n);
    if (n == 1000) CHECK_FALSE(std::is_sorted(order.begin(), order.end()));
    std::sort(order.begin(), order.end());
    for (Index i = 0; i < n; ++i) REQUIRE(order[static_cast<std::size_t>(i)] == i);
  }
  CHECK_THROWS_AS(variate::permutation(rng, -1), variate::InvalidArgument);
}

#include "variate/flows/masks.hpp"

#include <cmath>

#include "support/catch.hpp"

using namespace variate;

namespace {

using Masks = std::vector<CouplingMask>;

TEST_CASE("masks by hand", "[flows]") {
  CHECK(checkerboard_masks(3) == Masks{{true, false, true}, {false, true, false}});
  CHECK(bit_pattern_masks(3) ==
        Masks{{false, false, true}, {true, true, false}, {false, true, false}, {true, false, true}});
  CHECK(bit_pattern_masks(1) == Masks{{false}, {true}});
  CHECK(one_conditions_all_masks(2) == Masks{{true, false}, {false, true}});
  CHECK(all_condition_one_masks(3).front() == CouplingMask{false, true, true});
  CHECK(n_ary_masks(4, 3, 2).size() == 6);
  for (const Index d : {4, 8, 16, 32}) CHECK(bit_pattern_masks(d).size() == static_cast<std::size_t>(2 * std::log2(d)));
}

TEST_CASE("bit patterns move every coordinate under the eyes of every other", "[flows]") {
  for (Index d = 2; d <= 20; ++d) {
    const Masks masks = bit_pattern_masks(d);
    for (std::size_t i = 0; i < static_cast<std::size_t>(d); ++i)
      for (std::size_t j = 0; j < static_cast<std::size_t>(d); ++j) {
        bool seen = i == j;
        for (const CouplingMask& mask : masks) seen = seen || (!mask[i] && mask[j]);
        CHECK(seen);
      }
  }
}

TEST_CASE("masks out of range", "[flows]") {
  CHECK_THROWS_AS(checkerboard_masks(0), InvalidArgument);
  CHECK_THROWS_AS(checkerboard_masks(2, 0), InvalidArgument);
  CHECK_THROWS_AS(n_ary_masks(3, 1), InvalidArgument);
  CHECK_THROWS_AS(bit_pattern_masks(0), InvalidArgument);
  CHECK_THROWS_AS(one_conditions_all_masks(0), InvalidArgument);
}

}  // namespace

#include "variate/generative/parameter_blocks.hpp"

#include "support/catch.hpp"

TEST_CASE("blocks are found by their names", "[generative]") {
  const std::vector<variate::ParameterBlock> blocks{{"W", 0, 2, 3}, {"b", 6, 2, 1}};
  CHECK(blocks[0].size() == 6);
  const auto chosen = variate::named(blocks, {"b"});
  REQUIRE(chosen.size() == 1);
  CHECK(chosen[0].begin == 6);
  try {
    variate::named(blocks, {"W", "c"});
    FAIL("nothing was thrown");
  } catch (const variate::InvalidArgument& error) {
    CHECK(std::string(error.what()) == "named: name is c, expected one of W, b");
  }
}

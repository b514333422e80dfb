#include "variate/observers/record.hpp"

#include "observers/capture.hpp"
#include "support/catch.hpp"

using namespace variate;

TEST_CASE("Record keeps the steps", "[observers]") {
  Record record;
  record(variate_tests::step(0, 1.5));
  record({.index = 1, .value = 2.5, .dropped = 3, .evaluations = 8, .taken = false});
  REQUIRE(record.steps.size() == 2);
  CHECK(record.steps[0].value == 1.5);
  CHECK(record.steps[1].index == 1);
  CHECK(record.steps[1].dropped == 3);
  CHECK_FALSE(record.steps[1].taken);
}

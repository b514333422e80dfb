#include "variate/integration/strata.hpp"

#include "integration/refused.hpp"
#include "support/catch.hpp"

namespace {
namespace strata_tests {

using namespace variate;
using variate_tests::refused;

TEST_CASE("Strata as many as the calls allow", "[integration]") {
  const Strata many(3, {.calls = 150});
  CHECK(many.per_axis() == std::vector<Index>{3, 3, 2});
  CHECK(many.bins() == std::vector<Index>{15, 15, 14});
  CHECK(many.count() == 18);
  const Strata one(20, {.calls = 100});
  CHECK(one.count() == 8);  // three axes in halves
  const Strata none(2, {.calls = 1000, .per_axis = {1, 1}});
  CHECK(none.count() == 1);
  CHECK(none.least_calls() == 1000);
  const Strata tiny(1, {.calls = 2});
  CHECK(tiny.count() == 1);
  CHECK(tiny.bins() == std::vector<Index>{1});
}

TEST_CASE("Points go where the variance is", "[integration]") {
  const Strata strata(1, {.calls = 100, .per_axis = {4}});
  std::vector<Index> starts;
  Vector<double> sigma(4);
  sigma << 0, 1, 3, 0;
  strata.allocate(sigma, starts);
  CHECK(starts == std::vector<Index>{0, 6, 30, 92, 98});  // 6 each, and 75 by sigma
  strata.allocate(Vector<double>::Zero(4), starts);
  CHECK(starts == std::vector<Index>{0, 24, 48, 72, 96});
  const Strata even(1, {.calls = 100, .beta = 0, .per_axis = {4}});
  even.allocate(sigma, starts);
  CHECK(starts == std::vector<Index>{0, 25, 50, 75, 100});
  const Strata capped(1, {.calls = 100, .max_calls_per_stratum = 10, .per_axis = {4}});
  capped.allocate(sigma, starts);
  CHECK(starts == std::vector<Index>{0, 6, 16, 26, 32});
}

TEST_CASE("Strata refuse options out of range", "[integration]") {
  CHECK(refused<InvalidArgument>([&] { (void)(Strata(2, {.calls = 1})); }, "calls is 1, expected at least 2"));
  CHECK_THROWS_AS(Strata(0, {}), InvalidArgument);
  CHECK_THROWS_AS(Strata(2, {.beta = 1.5}), DomainError);
  CHECK_THROWS_AS(Strata(2, {.adaptive_share = 1}), DomainError);
  CHECK_THROWS_AS(Strata(2, {.per_axis = {2}}), ShapeError);
  CHECK_THROWS_AS(Strata(2, {.per_axis = {2, 0}}), InvalidArgument);
  CHECK_THROWS_AS(Strata(2, {.per_axis = {100000, 100000}}), InvalidArgument);
}

}  // namespace strata_tests
}  // namespace

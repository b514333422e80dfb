#include "variate/parallel/executor.hpp"

#include <stdexcept>
#include <vector>

#include "support/catch.hpp"

using variate::Executor;
using variate::Index;
using variate::SerialExecutor;

static_assert(Executor<SerialExecutor>);
static_assert(!Executor<int> && !Executor<std::vector<int>>);

TEST_CASE("the serial executor does its tasks in order", "[parallel]") {
  SerialExecutor executor;
  CHECK(executor.threads() == 1);
  std::vector<Index> seen;
  executor.for_each(4, [&](Index i) { seen.push_back(i); });
  CHECK(seen == std::vector<Index>{0, 1, 2, 3});
  executor.for_each(0, [&](Index i) { seen.push_back(i); });
  CHECK(seen.size() == 4);
  CHECK_THROWS_AS(executor.for_each(5,
                                    [&](Index i) {
                                      if (i == 2) throw std::out_of_range("two");
                                    }),
                  std::out_of_range);
}

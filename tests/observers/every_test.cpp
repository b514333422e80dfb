#include "variate/observers/every.hpp"

#include <type_traits>
#include <vector>

#include "observers/capture.hpp"
#include "support/catch.hpp"

using namespace variate;
using variate_tests::step;

namespace {
struct Counter {
  std::vector<Index> seen{};
  Index first = -1, last = -1;
  int finished = 0;
  void start(Index from, Index to) {
    first = from;
    last = to;
  }
  void operator()(const Step& s) { seen.push_back(s.index); }
  void finish() { ++finished; }
};
struct AnyStepper {
  int value = 3;
};
}  // namespace

TEST_CASE("every passes on each k-th step, and the start and end", "[observers]") {
  Counter counter;
  auto third = every(3, counter);
  third.start(2, 9);
  for (Index i = 2; i < 9; ++i) CHECK(third(step(i, 0.0)));
  third.finish();
  CHECK(counter.seen == std::vector<Index>{2, 5, 8});
  CHECK(counter.first == 2);
  CHECK(counter.last == 9);
  CHECK(counter.finished == 1);
}

TEST_CASE("every keeps a temporary and passes its answer on", "[observers]") {
  auto stop = every(2, [](const Step& s) { return s.index < 3; });
  CHECK(stop(step(0, 0.0)));
  CHECK(stop(step(1, 0.0)));
  CHECK(stop(step(4, 0.0)));
  CHECK_FALSE(stop(step(3, 0.0)));
  stop.start(0, 1);
  stop.finish();
}

TEST_CASE("every shows the stepper to observers that take one", "[observers]") {
  int seen = 0;
  auto both = every(2, [&](const Step&, const AnyStepper& stepper) { seen += stepper.value; });
  static_assert(std::is_invocable_v<decltype(both)&, const Step&, const AnyStepper&>);
  static_assert(!std::is_invocable_v<decltype(both)&, const Step&>);
  CHECK(both(step(0, 0.0), AnyStepper{}));
  CHECK(seen == 0);
  CHECK(both(step(1, 0.0), AnyStepper{}));
  CHECK(seen == 3);
  auto one = every(2, [](const Step&) {});
  static_assert(!std::is_invocable_v<decltype(one)&, const Step&, const AnyStepper&>);
  CHECK(one(step(1, 0.0)));
  auto nested = every(3, every(2, [&](const Step&) { seen = 100; }));
  CHECK(nested(step(2, 0.0)));
  CHECK(seen == 3);
  CHECK(nested(step(5, 0.0)));
  CHECK(seen == 100);
}

TEST_CASE("every refuses k below one", "[observers]") { CHECK_THROWS_AS(every(0, Counter{}), InvalidArgument); }

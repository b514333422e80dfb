#include "variate/observers/checkpoint.hpp"

#include <limits>
#include <string>

#include "io/scratch.hpp"
#include "support/catch.hpp"
#include "variate/random/rng.hpp"

using namespace variate;
using variate_tests::Scratch;

namespace {

struct StepCount {
  Index steps = 0;
  Index index() const { return steps; }
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.steps);
  }
};
/// What `fit` hands on, as far as a checkpoint looks at it.
struct Run {
  StepCount stepper;
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.stepper);
  }
};
constexpr double never = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("Checkpoint writes after every n-th step and at the end", "[observers]") {
  const Scratch scratch("checkpoint");
  Checkpoint checkpoint(scratch.path("run.state"), {.every_steps = 3, .every_seconds = never});
  checkpoint.start(0, 8);
  Run run;
  for (run.stepper.steps = 1; run.stepper.steps <= 8; ++run.stepper.steps) checkpoint.keep(run, Rng(1), run.stepper.steps == 8);
  CHECK(checkpoint.written() == 3);
  const auto kept = load_state(checkpoint.path(), std::tuple<Run, Rng>(Run{}, Rng(2)));
  CHECK(std::get<0>(kept).stepper.steps == 8);
  CHECK(std::get<1>(kept) == Rng(1));
}

TEST_CASE("Checkpoint writes by the clock, or not at all", "[observers]") {
  const Scratch scratch("checkpoint_clock");
  const Run run;
  Checkpoint always(scratch.path("always"), {.every_seconds = 0});
  for (int i = 0; i < 4; ++i) always.keep(run, Rng(1), false);
  CHECK(always.written() == 4);
  Checkpoint another_rank(scratch.path("none"), {.every_seconds = 0, .write = false});
  another_rank.keep(run, Rng(1), true);
  CHECK(another_rank.written() == 0);
  CHECK(scratch.entries() == 1);
}

TEST_CASE("Checkpoint refuses options out of range and says when it cannot write", "[observers]") {
  using variate_tests::message_of;
  using variate_tests::says;
  CHECK(says(message_of<InvalidArgument>([&] { Checkpoint("x", {.every_steps = -1}); }), "every_steps is -1"));
  CHECK(says(message_of<DomainError>([&] { Checkpoint("x", {.every_seconds = -1}); }), "every_seconds is -1"));
  Checkpoint nowhere("/no/such/folder/run.state");
  CHECK_THROWS_AS(nowhere.keep(Run{}, Rng(1), true), FileError);
}

// Runs of integrators taken up from checkpoints.
#include <csignal>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#if __has_include(<unistd.h>)
#include <sys/wait.h>
#include <unistd.h>
#endif

#include "io/scratch.hpp"
#include "support/catch.hpp"
#include "variate/distributions/beta.hpp"
#include "variate/flows/coupling_flow.hpp"
#include "variate/inference/resume.hpp"
#include "variate/integration/integrands.hpp"
#include "variate/integration/integrator.hpp"
#include "variate/integration/vegas.hpp"
#include "variate/integration/weighted_trainer.hpp"
#include "variate/observers/checkpoint.hpp"
#include "variate/random/rng.hpp"

namespace {
namespace resume_survey_tests {

using namespace variate;
using variate_tests::message_of;
using variate_tests::Scratch;

constexpr double never = std::numeric_limits<double>::infinity();
using Function = Row<double> (*)(const Batch<double>&);
Row<double> peaks(const Batch<double>& x) { return Camel{2, 0.2}(x); }

/// Three steps teach, five count; in between the flow learns from what counted.
auto integrator(Index hidden = 4) {
  Rng rng(1);
  return Integrator(Function(peaks), coupling_flow(2, RationalQuadratic<double>(4), rng, {.hidden = {hidden}}), Box(2),
                    {.survey_steps = 3,
                     .survey_calls = 300,
                     .refine_steps = 5,
                     .refine_calls = 300,
                     .training = {.epochs = 2, .minibatch = 100},
                     .teach_again = 0.6},
                    Adam<double>({.rate = 0.02}));
}

/// A run to its end, with what the file has of it.
template <class S>
auto run(const std::string& path, S stepper, Index steps) {
  Rng rng(3);
  Checkpoint checkpoint(path, {.every_steps = 1, .every_seconds = never});
  return fit(resume(path, std::move(stepper), rng), rng, {.max_steps = steps, .draws = 0}, checkpoint);
}
void check_equal(const std::vector<IterationEstimate>& a, const std::vector<IterationEstimate>& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    CHECK(a[i].mean == b[i].mean);
    CHECK(a[i].variance == b[i].variance);
    CHECK(a[i].calls == b[i].calls);
    CHECK(a[i].weights.squares == b[i].weights.squares);
    CHECK(a[i].weights.largest == b[i].weights.largest);
  }
}
template <class A, class B>
void check_equal_runs(const A& a, const B& b) {
  CHECK(a.history == b.history);
  CHECK(a.stepper.q().params() == b.stepper.q().params());
  check_equal(a.stepper.survey_iterations(), b.stepper.survey_iterations());
  check_equal(a.stepper.refine_iterations(), b.stepper.refine_iterations());
  CHECK(a.stepper.result().error == b.stepper.result().error);
  CHECK(a.stepper.steps_left() == b.stepper.steps_left());
}

TEST_CASE("a survey taken up from a checkpoint ends as the unbroken one, bit for bit", "[integration]") {
  const Scratch scratch("survey");
  const auto unbroken = run(scratch.path("unbroken"), integrator(), 8);
  CHECK(unbroken.stepper.refine_iterations().size() == 5);
  for (const Index broken_after : {1, 3, 4, 6, 7}) {
    const std::string path = scratch.path("broken" + std::to_string(broken_after));
    run(path, integrator(), broken_after);
    check_equal_runs(run(path, integrator(), 8), unbroken);
    check_equal_runs(run(path, integrator(), 8), unbroken);  // it is over: nothing is done again
  }
  const std::string path = scratch.path("unbroken");
  CHECK(message_of<ArchiveError>([&] { run(path, integrator(5), 8); }).find("parameters, expected") != std::string::npos);
}

#if __has_include(<unistd.h>)
TEST_CASE("a survey killed at any moment and taken up again ends as the unbroken one", "[integration]") {
  const Scratch scratch("survey_killed");
  const auto unbroken = run(scratch.path("unbroken"), integrator(), 8);
  const std::string path = scratch.path("killed");
  int killed = 0;
  for (int attempt = 0; attempt < 5; ++attempt) {
    const pid_t child = fork();
    if (child == 0) {
      run(path, integrator(), 8);
      _exit(0);
    }
    usleep(static_cast<useconds_t>(500 + 2000 * attempt));
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    killed += WIFSIGNALED(status);
  }
  CHECK(killed > 0);
  check_equal_runs(run(path, integrator(), 8), unbroken);
}
#endif

TEST_CASE("VEGAS+ taken up from a checkpoint, with another pace and number of calls than it began with", "[integration]") {
  const Scratch scratch("vegas");
  const auto begun = [] {
    Vegas vegas(Function(peaks), Box(2), {.calls = 500});
    Rng rng(2);
    vegas.set_pace(0.4, 0.6);
    vegas.set_calls(900);
    vegas.step(rng);
    return vegas;
  };
  const auto unbroken = run(scratch.path("unbroken"), begun(), 6);
  for (const Index broken_after : {2, 5}) {
    const std::string path = scratch.path("broken" + std::to_string(broken_after));
    run(path, begun(), broken_after);
    // the program begins with what it always begins with
    const auto resumed = run(path, Vegas(Function(peaks), Box(2), {.calls = 500}), 6);
    check_equal(resumed.stepper.iterations(), unbroken.stepper.iterations());
    CHECK(resumed.stepper.sigma() == unbroken.stepper.sigma());
    CHECK(resumed.stepper.map().nodes(1) == unbroken.stepper.map().nodes(1));
    CHECK(resumed.stepper.options().calls == 900);
  }
  CHECK(message_of<ArchiveError>([&] {
          run(scratch.path("unbroken"), Vegas(Function(peaks), Box(3), {.calls = 500}), 6);
        }).find("axes of the state is 2, expected 3") != std::string::npos);
}

TEST_CASE("a trainer's state, with the best it has seen, goes through an archive", "[integration]") {
  Rng rng(4);
  const Batch<double> x = uniforms<double>(rng, 1, 300);
  const WeightedPoints<double> data{x, Row<double>::Zero(300), x.row(0)};
  const auto fresh = [&] {
    StatefulTrainer trainer(Beta<double>(Batch<double>::Ones(1, 1), Batch<double>::Ones(1, 1)), ForwardKl<double>{},
                            Adam<double>({.rate = 0.05}), {.minibatch = 100, .shuffle = true, .normalize = true});
    trainer.set_data(data);
    return trainer;
  };
  const auto steps = [](auto& trainer, Index count) {
    for (Index i = 0; i < count; ++i) {
      Rng own = Rng(5).split(static_cast<std::uint64_t>(trainer.index()));
      trainer.step(own);
    }
  };
  auto unbroken = fresh(), other = fresh();
  steps(unbroken, 4);  // in the middle of an epoch
  ArchiveWriter out;
  out(unbroken);
  ArchiveReader in(out.text());
  in(other);
  CHECK(in.left() == 0);
  steps(unbroken, 7);
  steps(other, 7);
  CHECK(other.q().params() == unbroken.q().params());
  CHECK(other.record().losses == unbroken.record().losses);
  CHECK(other.restore_best());
  CHECK(unbroken.restore_best());
  CHECK(other.q().params() == unbroken.q().params());
}

}  // namespace resume_survey_tests
}  // namespace

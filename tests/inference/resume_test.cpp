#include "variate/inference/resume.hpp"

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
#include "variate/distributions/normal.hpp"
#include "variate/estimators/baselines/moving_average.hpp"
#include "variate/estimators/reinforce.hpp"
#include "variate/inference/elbo_rule.hpp"
#include "variate/inference/learner.hpp"
#include "variate/observers/checkpoint.hpp"
#include "variate/observers/early_stopping.hpp"
#include "variate/optimizers/adam.hpp"
#include "variate/random/rng.hpp"

using namespace variate;
using variate_tests::message_of;
using variate_tests::Scratch;

namespace {

constexpr double never = std::numeric_limits<double>::infinity();
constexpr FitOptions options{.max_steps = 300, .window = 40, .draws = 200};

auto learner(Index d = 2) {
  return Learner(Normal<double>::standard(d),
                 [](const Batch<double>& x) -> Row<double> { return -2 * (x.array() - 1).square().colwise().sum(); },
                 ElboRule<Reinforce<MovingAverage<double>>>{.samples = 8}, Adam<double>({.rate = 0.05}));
}

/// A run to its end, with what the file has of it.
auto run(const std::string& path, const FitOptions& limits = options) {
  Rng rng(3);
  EarlyStopping stop({.window = 20, .patience = 120, .tolerance = 0.5});
  Checkpoint checkpoint(path, {.every_steps = 7, .every_seconds = never}, stop);
  auto so_far = resume(path, learner(), rng, stop);
  return fit(std::move(so_far), rng, limits, stop, checkpoint);
}

template <class A, class B>
void check_equal(const A& a, const B& b) {
  CHECK(a.status == b.status);
  CHECK(a.history == b.history);
  CHECK(a.evaluations == b.evaluations);
  CHECK(a.stepper.index() == b.stepper.index());
  CHECK(a.q().params() == b.q().params());
  CHECK(a.averaged_q().params() == b.averaged_q().params());
  CHECK(a.best_value == b.best_value);
  CHECK(a.best_q().params() == b.best_q().params());
  CHECK(a.diagnosis.elbo == b.diagnosis.elbo);
}

}  // namespace

TEST_CASE("a run taken up from a checkpoint ends as the unbroken one, bit for bit", "[inference]") {
  const Scratch scratch("resume");
  const auto unbroken = run(scratch.path("unbroken"));
  CHECK(unbroken.status == Status::stopped);  // by an observer whose own state counts
  for (const Index broken_after : {1, 45, 60, 131}) {
    const std::string path = scratch.path("broken" + std::to_string(broken_after));
    FitOptions first = options;
    first.max_steps = broken_after;
    run(path, first);
    check_equal(run(path), unbroken);
    check_equal(run(path), unbroken);  // it is over: nothing is done again
  }
}

#if __has_include(<unistd.h>)
TEST_CASE("a run killed at any moment and taken up again ends as the unbroken one", "[inference]") {
  const Scratch scratch("killed");
  const auto unbroken = run(scratch.path("unbroken"));
  const std::string path = scratch.path("killed");
  int killed = 0;
  for (int attempt = 0; attempt < 12; ++attempt) {
    const pid_t child = fork();
    if (child == 0) {
      run(path);
      _exit(0);
    }
    usleep(static_cast<useconds_t>(500 + 900 * attempt));
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    killed += WIFSIGNALED(status);
  }
  CHECK(killed > 0);
  check_equal(run(path), unbroken);
}
#endif

TEST_CASE("resume refuses the checkpoint of another run and changes nothing", "[inference]") {
  const Scratch scratch("other");
  const std::string path = scratch.path("run");
  Rng rng(3);
  Checkpoint checkpoint(path);
  fit(resume(path, learner(), rng), rng, {.max_steps = 5, .draws = 0}, checkpoint);

  Rng other(4);
  CHECK(message_of<ArchiveError>([&] { resume(path, learner(3), other); }).find("holds 4 parameters, expected 6") !=
        std::string::npos);
  CHECK(other == Rng(4));
  const auto another = Learner(Normal<double>::standard(2), [](const Batch<double>& x) -> Row<double> { return x.colwise().sum(); },
                               ElboRule<Reinforce<>>{.samples = 8}, Adam<double>());
  CHECK(message_of<ArchiveError>([&] { resume(path, another, other); }).find("holds the state of") != std::string::npos);
  EarlyStopping stop;
  CHECK_THROWS_AS(resume(path, learner(), other, stop), ArchiveError);
  std::string text = read_file(path);
  text[text.size() / 2] ^= 1;
  write_file(path, text);
  CHECK(message_of<ArchiveError>([&] { resume(path, learner(), other); }).find("is damaged") != std::string::npos);
  CHECK(other == Rng(4));
}

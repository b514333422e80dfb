#include "variate/observers/interrupt.hpp"

#include <csignal>
#include <optional>
#if !defined(_WIN32)
#include <sys/wait.h>
#include <unistd.h>
#endif

#include "observers/capture.hpp"
#include "support/catch.hpp"

using namespace variate;
using variate_tests::step;

namespace {
volatile std::sig_atomic_t mine = 0;
void my_handler(int) { mine = mine + 1; }
}  // namespace

TEST_CASE("StopOnInterrupt ends the run at the next step and restores the handler", "[observers]") {
  mine = 0;
  const auto before = std::signal(SIGINT, my_handler);
  {
    StopOnInterrupt stop;
    stop.start(0, 10);
    CHECK(stop(step(0, 0.0)));
    std::raise(SIGINT);
    CHECK(stop.interrupted());
    CHECK_FALSE(stop(step(1, 0.0)));
    CHECK(mine == 0);
    stop.start(1, 10);  // the run is taken up again
    CHECK(stop(step(1, 0.0)));
    std::raise(SIGINT);
    CHECK_FALSE(stop(step(2, 0.0)));
  }
  std::raise(SIGINT);
  CHECK(mine == 1);
  StopOnInterrupt fresh;
  CHECK(fresh(step(0, 0.0)));
  std::signal(SIGINT, before);
}

TEST_CASE("StopOnInterrupt nests: both runs end, in whatever order they go", "[observers]") {
  mine = 0;
  const auto before = std::signal(SIGINT, my_handler);
  std::optional<StopOnInterrupt> outer(std::in_place);
  {
    StopOnInterrupt inner;
    inner.start(0, 10);
    std::raise(SIGINT);
    CHECK_FALSE(inner(step(0, 0.0)));
    inner.start(0, 10);  // an inner run does not hide the interrupt from the outer one
    CHECK_FALSE(inner(step(0, 0.0)));
  }
  CHECK_FALSE((*outer)(step(0, 0.0)));
  outer.reset();
  std::raise(SIGINT);
  CHECK(mine == 1);
  std::signal(SIGINT, before);
}

TEST_CASE("StopOnInterrupt leaves an ignored signal ignored", "[observers]") {
  const auto before = std::signal(SIGINT, SIG_IGN);
  {
    StopOnInterrupt stop;
    std::raise(SIGINT);
    CHECK(stop(step(0, 0.0)));
  }
  std::raise(SIGINT);
  CHECK(std::signal(SIGINT, before) == SIG_IGN);
}

#if !defined(_WIN32)
TEST_CASE("A second interrupt ends the program", "[observers]") {
  const pid_t child = fork();
  if (child == 0) {
    std::signal(SIGINT, SIG_DFL);
    StopOnInterrupt stop;
    std::raise(SIGINT);
    if (!stop.interrupted()) _exit(3);
    std::raise(SIGINT);
    _exit(4);
  }
  REQUIRE(child > 0);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGINT);
}
#endif

#include "variate/observers/progress.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "observers/capture.hpp"
#include "support/catch.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("Progress is silent where nobody looks", "[observers]") {
  Capture capture;
  Progress progress{{.file = capture.file()}};
  progress.start(0, 10);
  for (Index i = 0; i < 10; ++i) progress(step(i, 1.0));
  progress.finish();
  CHECK(capture.text().empty());
}

TEST_CASE("Progress draws one line and leaves it finished", "[observers]") {
  Capture capture;
  Progress progress{{.label = "fit", .bar = 10, .interval = 0, .always = true, .file = capture.file()}};
  progress.start(0, 10);
  for (Index i = 0; i < 5; ++i) progress(step(i, -67.5));
  std::string now = on_screen(capture.text());
  CHECK(says(now, "fit [#####.....]  50% 5/10"));
  CHECK(says(now, "/s  ETA 0:0"));
  CHECK(says(now, "value -67.5"));
  CHECK(count(capture.text(), "\n") == 0);
  CHECK(count(capture.text(), "\r") == 5);
  for (Index i = 5; i < 10; ++i) progress(step(i, -67.5));
  progress.finish();
  now = on_screen(capture.text());
  CHECK(says(now, "fit [##########] 100% 10/10"));
  CHECK(says(now, "took 0:0"));
  CHECK_FALSE(says(now, "ETA"));
  CHECK(count(now, "\n") == 1);
  CHECK(now.back() == '\n');
}

TEST_CASE("Progress is rate-limited, and the end is always drawn", "[observers]") {
  Capture capture;
  Progress progress{{.interval = 1000, .always = true, .file = capture.file()}};
  progress.start(0, 100000);
  for (Index i = 0; i < 100000; ++i) progress(step(i, 1.0));
  CHECK(count(capture.text(), "\r") == 1);
  progress.finish();
  CHECK(count(capture.text(), "\r") == 2);
  CHECK(says(on_screen(capture.text()), "100% 100000/100000"));
}

TEST_CASE("Progress smooths without a bias to zero and skips values that are not finite", "[observers]") {
  Capture capture;
  Progress progress{{.smoothing = 4, .interval = 0, .always = true, .file = capture.file()}};
  progress.start(0, 10);
  progress(step(0, 8.0));
  CHECK(says(on_screen(capture.text()), "value 8"));
  progress(step(1, std::numeric_limits<double>::quiet_NaN()));
  progress(step(2, -std::numeric_limits<double>::infinity()));
  CHECK(says(on_screen(capture.text()), "value 8"));
  progress(step(3, 1.0));  // (8 * 3/16 + 1 * 4/16) / (7/16) = 4
  CHECK(says(on_screen(capture.text()), "value 4"));
}

TEST_CASE("Progress keeps to its width, and a shorter line covers a longer one", "[observers]") {
  Capture capture;
  Progress progress{{.label = "a label that is much too long for it", .width = 30, .interval = 0, .always = true,
                     .file = capture.file()}};
  progress.start(0, 3);
  progress(step(0, 1.0));
  CHECK(on_screen(capture.text()).size() == 30);

  Capture other;
  Progress shrinking{{.smoothing = 1, .interval = 0, .always = true, .file = other.file()}};
  shrinking.start(0, 100);
  shrinking(step(0, -123.456789e-100));
  const std::string before = on_screen(other.text());
  shrinking(step(1, 1.0));
  const std::string after = on_screen(other.text());
  CHECK(after.size() == before.size());
  CHECK_FALSE(says(after, "e-"));
}

TEST_CASE("Progress gives up cells of its bar before it cuts the value", "[observers]") {
  Capture capture;
  Progress progress{{.label = "mean_field pathwise", .value = "ELBO", .interval = 0, .always = true, .file = capture.file()}};
  progress.start(0, 3000);
  for (Index i = 0; i < 1500; ++i) progress(step(i, -67.4633));
  const std::string now = on_screen(capture.text());
  CHECK(says(now, "mean_field pathwise [###"));
  CHECK(says(now, "ELBO -67.4633"));
  CHECK(now.size() <= 79);
}

TEST_CASE("Progress clears its line if told to", "[observers]") {
  Capture capture;
  Progress progress{{.interval = 0, .always = true, .clear = true, .file = capture.file()}};
  progress.start(0, 2);
  progress(step(0, 1.0));
  progress.finish();
  CHECK(on_screen(capture.text()).find_first_not_of(' ') == std::string::npos);
  CHECK(capture.text().back() == '\r');
}

TEST_CASE("Progress survives a run that throws, a second run, and a run of unknown length", "[observers]") {
  Capture capture;
  {
    Progress progress{{.interval = 0, .always = true, .file = capture.file()}};
    progress.start(90, 100);
    progress(step(90, 1.0));
    progress.start(0, 4);  // no finish came
    progress(step(0, 1.0));
    Progress moved = std::move(progress);
    moved(step(1, 1.0));
  }
  const std::string screen = on_screen(capture.text());
  CHECK(says(screen, "91% 91/100"));
  CHECK(says(screen, "50% 2/4"));
  CHECK(count(screen, "\n") == 2);
  CHECK(screen.back() == '\n');

  Capture other;
  Progress open{{.interval = 0, .always = true, .file = other.file()}};
  open(step(6, 1.0));
  CHECK(says(on_screen(other.text()), "7 steps"));
  CHECK_FALSE(says(on_screen(other.text()), "%"));
}

TEST_CASE("Progress refuses options out of range", "[observers]") {
  CHECK_THROWS_AS((Progress{{.width = 5}}), InvalidArgument);
  CHECK_THROWS_AS((Progress{{.bar = -1}}), InvalidArgument);
  CHECK_THROWS_AS((Progress{{.smoothing = 0}}), InvalidArgument);
  CHECK_THROWS_AS((Progress{{.interval = -1}}), DomainError);
  CHECK_THROWS_AS((Progress{{.file = nullptr}}), InvalidArgument);
}

#include "variate/observers/trace.hpp"

#include <cstdio>
#include <limits>
#include <string>
#include <utility>

#include "io/scratch.hpp"
#include "observers/capture.hpp"
#include "support/catch.hpp"
#include "variate/io/csv.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("Trace writes a line a step that reads back exactly", "[observers]") {
  const Scratch scratch("trace");
  const std::string path = scratch.path("trace.csv");
  {
    Trace trace(path);
    trace.start(0, 3);
    trace({.index = 0, .value = -1.0 / 3.0, .dropped = 2, .evaluations = 16});
    trace({.index = 1, .value = std::numeric_limits<double>::quiet_NaN(), .evaluations = 16, .taken = false});
    trace({.index = 2, .value = 1e-300, .evaluations = 8});
    trace.finish();
    CHECK(trace.good());
    const Csv table = parse_csv(read_file(path), path, {.finite = false});  // while the file is still open
    CHECK(table.header == std::vector<std::string>{"step", "value", "dropped", "evaluations", "taken", "seconds"});
    REQUIRE(table.values.rows() == 3);
    CHECK(table.values(0, 1) == -1.0 / 3.0);
    CHECK(table.values(0, 2) == 2.0);
    CHECK(table.values(0, 3) == 16.0);
    CHECK(table.values(0, 4) == 1.0);
    CHECK(table.values(1, 1) != table.values(1, 1));
    CHECK(table.values(1, 4) == 0.0);
    CHECK(table.values(2, 0) == 2.0);
    CHECK(table.values(2, 1) == 1e-300);
    CHECK(table.values(0, 5) >= 0.0);
    CHECK(table.values(2, 5) >= table.values(0, 5));
    CHECK(table.values(2, 5) < 60.0);
  }
  {
    Trace more(path, {.append = true});
    more.start(3, 4);
    more(step(3, 2.0));
  }
  CHECK(parse_csv(read_file(path), path, {.finite = false}).values.rows() == 4);
  Trace again(path);
  again.finish();
  CHECK(read_file(path) == "step,value,dropped,evaluations,taken,seconds\n");
}

TEST_CASE("Trace writes to a file of the caller's, and flushes as told", "[observers]") {
  Capture capture;
  {
    Trace trace(capture.file());
    Trace moved = std::move(trace);
    moved(step(7, 0.5));
    moved.finish();
  }
  CHECK(says(capture.text(), "\n7,0.5,0,0,1,0."));
  CHECK(std::fputs("still open", capture.file()) >= 0);

  const Scratch scratch("flush");
  Trace eager(scratch.path("eager.csv"), {.flush_every = 0});
  eager(step(0, 1.0));
  CHECK(says(read_file(scratch.path("eager.csv")), "\n0,1,"));
}

TEST_CASE("Trace names what it cannot open, and a full disk does not end a run", "[observers]") {
  CHECK(says(message_of<FileError>([] { Trace("/no/such/folder/trace.csv"); }), "/no/such/folder/trace.csv"));
  CHECK_THROWS_AS(Trace(static_cast<std::FILE*>(nullptr)), InvalidArgument);
  Capture capture;
  CHECK_THROWS_AS(Trace(capture.file(), {.flush_every = -1}), DomainError);
  if (std::FILE* full = std::fopen("/dev/full", "wb")) {
    Trace trace(full);
    trace(step(0, 1.0));
    trace.finish();
    CHECK_FALSE(trace.good());
    std::fclose(full);
  }
}

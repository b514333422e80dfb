#include "variate/observers/tensorboard.hpp"

#include <string>

#include "io/scratch.hpp"
#include "support/catch.hpp"
#include "variate/distributions/normal.hpp"

using namespace variate;
using variate_tests::Scratch;

namespace {

struct Nothing {};
struct WithGuide {
  Normal<double> guide = Normal<double>::standard(2);
  const Normal<double>& q() const { return guide; }
};
struct Telling : Step {
  template <class F>
  void report(F&& f) const {
    f("Loss/total", value);
    f("Loss/loss", 2 * value);
  }
};
Index occurrences(const std::string& text, const std::string& of) {
  Index count = 0;
  for (std::size_t at = text.find(of); at != std::string::npos; at = text.find(of, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE("TensorBoard writes what steps report, and histograms", "[observers]") {
  const Scratch scratch("tensorboard");
  TensorBoard board(scratch.path("logs"), {.tag = "elbo", .histograms_every = 2});
  board.start(0, 3);
  board(Step{.index = 0, .value = 1}, WithGuide{});
  board(Step{.index = 1, .value = 2}, WithGuide{});
  board(Step{.index = 2, .value = 3, .taken = false}, Nothing{});
  Telling telling;
  telling.index = 3;
  board(telling, Nothing{});
  board.finish();
  CHECK(board.good());
  const std::string log = read_file(board.path());
  CHECK(occurrences(log, "elbo") == 2);
  CHECK(occurrences(log, "parameters") == 1);
  CHECK(occurrences(log, "Loss/total") == 1);
  CHECK(occurrences(log, "Loss/loss") == 1);
}

TEST_CASE("TensorBoard that does not write makes nothing", "[observers]") {
  const Scratch scratch("tensorboard_silent");
  TensorBoard board(scratch.path("logs"), {.write = false});
  board.start(0, 1);
  board(Step{.index = 0, .value = 1}, WithGuide{});
  board.finish();
  CHECK(board.good());
  CHECK(board.path().empty());
  CHECK_THROWS_AS(read_file(scratch.path("logs")), FileError);
}

TEST_CASE("TensorBoard refuses options out of range", "[observers]") {
  using variate_tests::message_of;
  using variate_tests::says;
  CHECK(says(message_of<InvalidArgument>([&] { TensorBoard("x", {.histograms_every = -1}); }), "histograms_every is -1"));
  CHECK(says(message_of<DomainError>([&] { TensorBoard("x", {.flush_every = -1}); }), "flush_every is -1"));
}

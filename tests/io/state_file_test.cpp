#include "variate/io/state_file.hpp"

#include <string>
#include <tuple>
#include <vector>

#include "io/scratch.hpp"
#include "support/catch.hpp"

using namespace variate;
using variate_tests::message_of;
using variate_tests::Scratch;

namespace {
using State = std::tuple<std::vector<double>, int>;
const State kept{{1.5, -2.0}, 3};
}  // namespace

TEST_CASE("a state comes back from its file", "[io]") {
  const Scratch scratch("state");
  const std::string path = scratch.path("x.state");
  save_state(path, kept);
  CHECK(load_state(path, State{}) == kept);
  CHECK(scratch.entries() == 1);
  const auto& [numbers, count] = kept;
  save_state<State>(path, std::tuple<const std::vector<double>&, const int&>(numbers, count));
  CHECK(load_state(path, State{}) == kept);
}

TEST_CASE("a state file that was cut or changed anywhere is refused", "[io]") {
  const Scratch scratch("damaged");
  const std::string path = scratch.path("x.state");
  save_state(path, kept);
  const std::string whole = read_file(path);
  for (std::size_t n = 0; n < whole.size(); ++n) {
    write_file(path, std::string_view(whole).substr(0, n));
    CHECK_THROWS_AS(load_state(path, State{}), ArchiveError);
  }
  for (std::size_t i = 0; i < whole.size(); ++i)
    for (const int bit : {0, 3, 7}) {
      std::string changed = whole;
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      write_file(path, changed);
      CHECK_THROWS_AS(load_state(path, State{}), ArchiveError);
    }
  write_file(path, whole + "x");
  CHECK_THROWS_AS(load_state(path, State{}), ArchiveError);
}

TEST_CASE("a state file says why it is refused", "[io]") {
  const Scratch scratch("refused");
  const std::string path = scratch.path("x.state");
  write_file(path, "something else");
  CHECK(message_of<ArchiveError>([&] { load_state(path, State{}); }).find(path + " is not a state that variate wrote") !=
        std::string::npos);
  save_state(path, 2.5);
  const std::string other = message_of<ArchiveError>([&] { load_state(path, State{}); });
  CHECK(other.find("holds the state of double, expected std::tuple") != std::string::npos);
  save_state(path, kept);
  std::string text = read_file(path);
  write_file(path, text.substr(0, text.size() - 3));
  CHECK(message_of<ArchiveError>([&] { load_state(path, State{}); }).find("is damaged") != std::string::npos);
  CHECK_THROWS_AS(load_state(scratch.path("none"), State{}), FileError);
}

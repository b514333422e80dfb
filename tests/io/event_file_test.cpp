#include "variate/io/event_file.hpp"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "io/scratch.hpp"
#include "support/catch.hpp"

using namespace variate;
using variate_tests::Scratch;

namespace {

template <class Word>
Word word(const std::string& text, std::size_t at) {
  Word value{};
  for (std::size_t i = 0; i < sizeof(Word); ++i)
    value = static_cast<Word>(value | static_cast<Word>(static_cast<Word>(static_cast<unsigned char>(text.at(at + i))) << (8 * i)));
  return value;
}
/// TensorFlow's masking of a check (record_writer.h): rotated right by 15 bits, plus a constant.
std::uint32_t masked(std::uint32_t check) { return ((check >> 15) | (check << 17)) + 0xA282EAD8u; }

/// The records of a file, their lengths and checks looked at.
std::vector<std::string> records(const std::string& path) {
  const std::string text = read_file(path);
  std::vector<std::string> all;
  for (std::size_t at = 0; at < text.size();) {
    const auto size = static_cast<std::size_t>(word<std::uint64_t>(text, at));
    CHECK(word<std::uint32_t>(text, at + 8) == masked(detail::crc32c(text.substr(at, 8))));
    all.push_back(text.substr(at + 12, size));
    CHECK(word<std::uint32_t>(text, at + 12 + size) == masked(detail::crc32c(all.back())));
    at += 16 + size;
  }
  return all;
}

}  // namespace

TEST_CASE("the cyclic redundancy check is Castagnoli's", "[io]") {
  // RFC 3720, appendix B.4, and the usual check value.
  CHECK(detail::crc32c("123456789") == 0xE3069283u);
  CHECK(detail::crc32c(std::string(32, '\0')) == 0x8A9136AAu);
  CHECK(detail::crc32c(std::string(32, '\xff')) == 0x62A8AB43u);
}

TEST_CASE("an event file is framed and encoded as TensorBoard reads it", "[io]") {
  const Scratch scratch("events");
  EventFile file(scratch.path("logs/run"));
  CHECK(file.path().find("events.out.tfevents.") != std::string::npos);
  file.add_scalar("loss", 300, 0.5);
  file.flush();
  CHECK(file.good());
  const auto all = records(file.path());
  REQUIRE(all.size() == 2);
  CHECK(all[0].substr(9) == "\x1a\x0d" "brain.Event:2");
  // wall time (field 1, 8 bytes), step 300 (field 2), summary (5) { value (1) { tag (1) "loss", simple_value (2) 0.5 } }
  CHECK(all[1].substr(9) == std::string("\x10\xac\x02\x2a\x0d\x0a\x0b\x0a\x04" "loss\x15\x00\x00\x00\x3f", 18));
  EventFile second(scratch.path("logs/run"));
  CHECK(second.path() != file.path());
}

TEST_CASE("a histogram counts each finite number once", "[io]") {
  const std::vector<double> values{0, 1, 2, 3, 3, std::numeric_limits<double>::quiet_NaN()};
  const std::string message = detail::histogram_message(values.data(), 6);
  const auto number = [&](std::size_t at) {
    const auto bits = word<std::uint64_t>(message, at);
    double x = 0;
    std::memcpy(&x, &bits, sizeof x);
    return x;
  };
  CHECK(number(1) == 0);    // least
  CHECK(number(10) == 3);   // greatest
  CHECK(number(19) == 5);   // how many
  CHECK(number(28) == 9);   // sum
  CHECK(number(37) == 23);  // sum of squares
  double counted = 0;
  for (std::size_t k = 0; k < 30; ++k) counted += number(message.size() - 240 + 8 * k);
  CHECK(counted == 5);
  CHECK(number(message.size() - 240) == 1);
  CHECK(number(message.size() - 8) == 2);
}

TEST_CASE("an event file that cannot be made is an error", "[io]") {
  const Scratch scratch("no_events");
  write_file(scratch.path("file"), "");
  CHECK_THROWS_AS(EventFile(scratch.path("file")), FileError);
}

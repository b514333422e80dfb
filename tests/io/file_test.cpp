#include "variate/io/file.hpp"

#include <string>

#include "io/scratch.hpp"
#include "support/catch.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("A file is written whole and read whole", "[io]") {
  const Scratch scratch("file");
  const std::string path = scratch.path("text");
  std::string text(100000, 'x');
  text[5] = '\0';
  text[70000] = '\n';
  write_file(path, text);
  CHECK(read_file(path) == text);
  write_file(path, "short");
  CHECK(read_file(path) == "short");
  CHECK(scratch.entries() == 1);
  write_file(path, "");
  CHECK(read_file(path).empty());
}

TEST_CASE("Files that cannot be read or written are named", "[io]") {
  const Scratch scratch("file_errors");
  const std::string absent = scratch.path("absent");
  CHECK(says(message_of<FileError>([&] { read_file(absent); }), absent));
  CHECK(says(message_of<FileError>([&] { write_file(scratch.path("no/such/folder"), "x"); }), "no/such/folder"));
  CHECK(says(message_of<FileError>([&] { read_file(scratch.path("")); }), "cannot read"));  // a folder
  std::filesystem::create_directories(scratch.path("folder/full"));
  CHECK(says(message_of<FileError>([&] { write_file(scratch.path("folder"), "x"); }), "folder"));
  CHECK(scratch.entries() == 1);  // no partial file is left behind
}

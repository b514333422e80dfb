#include "variate/io/csv.hpp"

#include <clocale>
#include <cmath>
#include <string>

#include "io/scratch.hpp"
#include "support/catch.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
std::string complaint_about(const std::string& text, const CsvOptions& options = {}) {
  return message_of<InvalidArgument>([&] { parse_csv(text, "data.csv", options); });
}
}  // namespace

TEST_CASE("read_csv reads numbers with and without a header", "[io]") {
  const Scratch scratch("csv");
  const std::string path = scratch.path("data.csv");
  write_file(path, "label,radius,\"mean, \"\"texture\"\"\"\n1,2.5,-3e-2\r\n\n# a note\n0, +.5 ,7\n");
  const Csv table = read_csv(path);
  CHECK(table.header == std::vector<std::string>{"label", "radius", "mean, \"texture\""});
  REQUIRE(table.values.rows() == 2);
  REQUIRE(table.values.cols() == 3);
  CHECK(table.values(0, 0) == 1.0);
  CHECK(table.values(0, 2) == -0.03);
  CHECK(table.values(1, 1) == 0.5);
  CHECK(table.values(1, 2) == 7.0);
  CHECK(table.comments == std::vector<std::string>{" a note"});
  CHECK(table.column("radius") == 1);
  CHECK_THROWS_AS(table.column("area"), InvalidArgument);

  const Csv plain = parse_csv("1,2\n3,4", "data.csv");
  CHECK(plain.header.empty());
  CHECK(plain.values(1, 1) == 4.0);
  const Csv named = parse_csv("1,2\n3,4\n", "data.csv", {.header = CsvHeader::present});
  CHECK(named.header == std::vector<std::string>{"1", "2"});
  CHECK(named.values.rows() == 1);
  const Csv tabs = parse_csv("\xEF\xBB\xBF" "1\t2\n", "data.csv", {.separator = '\t'});
  CHECK(tabs.values(0, 1) == 2.0);
  CHECK(parse_csv("1e400e\n5\n", "data.csv").header.size() == 1);  // not a number, so a name
}

TEST_CASE("read_csv says where and what is wrong", "[io]") {
  const std::string bad = complaint_about("a,b\n1,2\n3,x4\n");
  CHECK(says(bad, "data.csv, line 3, column 2 (b): \"x4\""));
  CHECK(says(complaint_about("1,2\n\n3,\n"), "line 3, column 2: \"\""));
  CHECK(says(complaint_about("1,2\n3\n"), "line 2: 1 fields, expected 2"));
  CHECK(says(complaint_about("1,2\n3,4,5\n"), "line 2: 3 fields, expected 2"));
  CHECK(says(complaint_about("1,2\n3,1e999\n"), "\"1e999\""));
  CHECK(says(complaint_about("1,2\n3,0x10\n"), "\"0x10\""));
  CHECK(says(complaint_about("1,2\n3,4 5\n"), "\"4 5\""));
  CHECK(says(complaint_about("1,2\n3,1.2.3\n"), "\"1.2.3\""));
  CHECK(says(complaint_about("1\n\"2\n"), "line 2: a quoted field"));
  CHECK(says(complaint_about("1\n\"2\"3\n"), "line 2: a quoted field"));
  CHECK(says(complaint_about("a,b\n1,2\n", {.header = CsvHeader::absent}), "line 1, column 1: \"a\""));
  CHECK(says(complaint_about(""), "data.csv has no rows"));
  CHECK(says(complaint_about("a,b\n# only a note\n\n"), "data.csv has no rows"));
  CHECK(says(complaint_about("# 1\n2,z\n3,4\n", {.comment = '\0'}), "2 fields, expected 1"));
}

TEST_CASE("read_csv takes or refuses nan and inf as told", "[io]") {
  CHECK(says(complaint_about("1,nan\n"), "line 1, column 2: \"nan\", expected a finite number"));
  CHECK(says(complaint_about("a,b\n1,-INF\n"), "\"-INF\""));
  const Csv table = parse_csv("nan,-inf,Infinity,1\n", "data.csv", {.finite = false});
  CHECK(table.header.empty());
  CHECK(std::isnan(table.values(0, 0)));
  CHECK(table.values(0, 1) < -1e308);
  CHECK(table.values(0, 2) > 1e308);
}

TEST_CASE("read_csv does not read numbers by the locale", "[io]") {
  const std::string before = std::setlocale(LC_NUMERIC, nullptr);
  for (const char* locale : {"C", "de_DE.UTF-8", "fr_FR.UTF-8"}) {  // those that are not installed change nothing
    std::setlocale(LC_NUMERIC, locale);
    INFO(locale);
    CHECK(parse_csv("1.5,-2.25e1\n", "data.csv").values(0, 0) == 1.5);
    CHECK(parse_csv("1.5,-2.25e1\n", "data.csv").values(0, 1) == -22.5);
  }
  std::setlocale(LC_NUMERIC, before.c_str());
}

#include "variate/io/text.hpp"

#include <limits>
#include <string>
#include <type_traits>

#include "support/catch.hpp"

using namespace variate;

static_assert(std::is_base_of_v<Error, FileError>);

TEST_CASE("Numbers are written in the fewest digits that read back", "[io]") {
  const auto text = [](auto x) {
    std::string out;
    detail::append_number(out, x);
    return out;
  };
  CHECK(text(0.1) == "0.1");
  CHECK(text(0.1f) == "0.1");
  CHECK(text(-1e300) == "-1e+300");
  CHECK(text(std::numeric_limits<double>::infinity()) == "inf");
  CHECK(text(-std::numeric_limits<double>::infinity()) == "-inf");
  CHECK(text(-std::numeric_limits<double>::quiet_NaN()) == "nan");
}

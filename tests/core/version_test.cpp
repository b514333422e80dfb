#include "variate/core/version.hpp"

#include <cstdio>

#include "support/catch.hpp"

TEST_CASE("the version is three numbers", "[core]") {
  int major = -1, minor = -1, patch = -1;
  char rest = 0;
  CHECK(std::sscanf(variate::version, "%d.%d.%d%c", &major, &minor, &patch, &rest) == 3);
  CHECK(major >= 0);
}

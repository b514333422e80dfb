#include "variate/core/types.hpp"

#include "support/catch.hpp"

TEST_CASE("one dimension's values for all samples lie side by side", "[core]") {
  variate::Batch<double> x(2, 3);
  x << 1, 2, 3, 4, 5, 6;
  CHECK(x.data()[1] == x(0, 1));
  CHECK(x.data()[3] == x(1, 0));
}

TEST_CASE("a row of S*B numbers is a row-major S x B table", "[core]") {
  const variate::Index samples = 2, points = 3;
  variate::Row<double> row(samples * points);
  for (variate::Index s = 0; s < samples; ++s)
    for (variate::Index b = 0; b < points; ++b) row(s * points + b) = static_cast<double>(10 * s + b);
  const Eigen::Map<const variate::Batch<double>> table(row.data(), samples, points);
  CHECK(table(1, 2) == 12);
}

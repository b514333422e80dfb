#include "variate/random/sobol.hpp"

#include <array>
#include <cmath>
#include <set>
#include <vector>

#include "integration/refused.hpp"
#include "support/catch.hpp"
#include "variate/random/rng.hpp"

namespace {
namespace sobol_tests {

using namespace variate;
using variate_tests::refused;

TEST_CASE("Sobol's points in the order and with the numbers of Joe and Kuo", "[random]") {
  // the first eight points of dimensions 1, 2 and 3 in eighths, as in Bratley and Fox 1988 in Gray code order
  auto sobol = ScrambledSobol::plain(3);
  const Batch<double> x = sobol.next(8);
  const int want[3][8] = {{0, 4, 6, 2, 3, 7, 5, 1}, {0, 4, 2, 6, 3, 7, 1, 5}, {0, 4, 2, 6, 5, 1, 7, 3}};
  for (Index i = 0; i < 3; ++i)
    for (Index c = 0; c < 8; ++c) CHECK(static_cast<int>(std::floor(8 * x(i, c))) == want[i][c]);
  CHECK(sobol.position() == 8);
}

TEST_CASE("Every scramble has one point in each of 2^k intervals, and pieces are the whole", "[random]") {
  Rng rng(5);
  for (const Index d : {1, 2, 40, 128}) {
    const ScrambledSobol start(d, rng);
    ScrambledSobol whole = start, pieces = start;
    const Batch<double> x = whole.next(256);
    Batch<double> y(d, 256);
    y.leftCols(100) = pieces.next(100);
    y.rightCols(156) = pieces.next(156);
    CHECK(x == y);
    for (Index i = 0; i < d; ++i) {
      std::set<int> cells;
      for (Index c = 0; c < 256; ++c) cells.insert(static_cast<int>(256 * x(i, c)));
      CHECK(cells.size() == 256);
    }
  }
  // two dimensions: one point in each of 16 x 16 boxes
  ScrambledSobol sobol(2, rng);
  const Batch<double> x = sobol.next(256);
  std::set<int> boxes;
  for (Index c = 0; c < 256; ++c) boxes.insert(16 * static_cast<int>(16 * x(0, c)) + static_cast<int>(16 * x(1, c)));
  CHECK(boxes.size() == 256);
}

TEST_CASE("A point of a scramble is uniform", "[random][statistical]") {
  // 4000 scrambles of the third point: means within four standard errors, five numbers
  Rng rng(6);
  Vector<double> sum = Vector<double>::Zero(5);
  for (int k = 0; k < 4000; ++k) sum += ScrambledSobol(5, rng).next(3).col(2);
  CHECK((sum / 4000 - Vector<double>::Constant(5, 0.5)).cwiseAbs().maxCoeff() < 4 / std::sqrt(12 * 4000.0));
}

TEST_CASE("Sobol's points end somewhere", "[random]") {
  Rng rng(1);
  CHECK(refused<InvalidArgument>([&] { (void)(ScrambledSobol(129, rng)); }, "at most 128"));
  CHECK_THROWS_AS(ScrambledSobol(0, rng), InvalidArgument);
  ScrambledSobol sobol(1, rng);
  CHECK_THROWS_AS(sobol.next(-1), InvalidArgument);
  CHECK_THROWS_AS(sobol.next((Index{1} << 32) + 1), InvalidArgument);
}

}  // namespace sobol_tests
}  // namespace

#include "variate/estimators/spsa.hpp"

#include <cmath>

#include "estimators/directions_checks.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("SPSA: unbiased for quadratics, data points, links, what is dropped and refused", "[estimators][statistical]") {
  check_directions(Spsa{}, [](const Batch<double>& numbers) { return Recorded<double>({}, {numbers}); });
}

TEST_CASE("SPSA: exact over all signs; with one parameter, central differences", "[estimators]") {
  const Vector<double> x{{0.4, -1.2, 2.0}};
  Vector<double> mean = Vector<double>::Zero(3);
  for (int bits = 0; bits < 8; ++bits) {
    Batch<double> u(3, 1);
    for (Index i = 0; i < 3; ++i) u(i, 0) = (bits >> i) & 1 ? 0.9 : 0.1;
    Recorded<double> rng({}, {u});
    mean += Spsa{0.7}(Point<double>(x), Bowl{}, rng, 2).q / 8;
  }
  CHECK((mean - Bowl::gradient(x)).cwiseAbs().maxCoeff() < 1e-14);
  const auto wave = [](const Batch<double>& y) { return Row<double>(y.row(0).array().sin()); };
  Rng rng(1);
  const Point<double> one(Vector<double>{{0.3}});
  for (const double width : {0.5, 1e-3})
    CHECK(Spsa{width}(one, wave, rng, 2).q(0) == Approx(std::cos(0.3) * std::sin(width) / width));
}

#include "variate/estimators/evolution_strategies.hpp"

#include <cmath>

#include "estimators/directions_checks.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("evolution strategies: unbiased for quadratics, data points, links, what is dropped and refused",
          "[estimators][statistical]") {
  check_directions(EvolutionStrategies{}, [](const Batch<double>& numbers) { return Recorded<double>({numbers}); });
}

TEST_CASE("evolution strategies: the gradient of the smoothed function, by quadrature", "[estimators]") {
  const auto wave = [](const Batch<double>& x) { return Row<double>(x.row(0).array().sin()); };
  const auto jump = [](const Batch<double>& x) { return Row<double>((x.row(0).array() > 0.5).template cast<double>()); };
  const Point<double> q(Vector<double>{{0.3}});
  const double width = 0.8, step = 1.0 / 256;
  double smooth = 0, value = 0, steep = 0;
  for (double e = -10 + step / 3; e < 10; e += step) {
    const double weight = step * std::exp(-e * e / 2) / std::sqrt(2 * 3.14159265358979323846);
    Recorded<double> first({Batch<double>::Constant(1, 1, e)}), second = first;
    const auto estimate = EvolutionStrategies{width}(q, wave, first, 2);
    smooth += weight * estimate.q(0);
    value += weight * estimate.value;
    steep += weight * EvolutionStrategies{width}(q, jump, second, 2).q(0);
  }
  const double shrunk = std::exp(-width * width / 2), away = 0.2 / width;
  CHECK(smooth == Approx(std::cos(0.3) * shrunk).epsilon(1e-12));
  CHECK(value == Approx(std::sin(0.3) * shrunk).epsilon(1e-12));
  // a jump inside the trapezoidal rule: as good as its step
  CHECK(steep == Approx(std::exp(-away * away / 2) / std::sqrt(2 * 3.14159265358979323846) / width).epsilon(2e-3));
}

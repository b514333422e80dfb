#include "variate/integration/events.hpp"

#include <limits>
#include <vector>

#include "support/catch.hpp"
#include "support/statistics.hpp"
#include "variate/integration/integrands.hpp"
#include "variate/integration/vegas.hpp"
#include "variate/random/rng.hpp"

namespace {
namespace events_tests {

using namespace variate;

TEST_CASE("Unweighted events are distributed as the integrand", "[integration][statistical]") {
  const GaussianPeak f{2, 0.2};
  Rng rng(3);
  Vegas vegas(f, Box(2), {.calls = 2000});
  for (int i = 0; i < 4; ++i) vegas.step(rng);
  const UnweightedEvents events = unweighted_events(vegas, rng, 5000);
  REQUIRE(events.x.cols() == 5000);
  CHECK(events.efficiency > 0.4);
  CHECK(events.overweight < 0.05);
  // the first coordinate is normal with variance 0.02, cut at 0 and 1: Kolmogorov and Smirnov, one false alarm in 1000
  std::vector<double> first;
  for (Index c = 0; c < 5000; ++c)
    if (events.weight[c] == 1) first.push_back(events.x(0, c));
  const double below = variate_tests::normal_cdf(-0.5 / std::sqrt(0.02)), inside = 1 - 2 * below;
  CHECK(variate_tests::kolmogorov_smirnov_p(
            first, [&](double x) { return (variate_tests::normal_cdf((x - 0.5) / std::sqrt(0.02)) - below) / inside; }) > 1e-3);
}

TEST_CASE("Signs, overweights, bad values and nothing", "[integration]") {
  Rng rng(3);
  Vegas odd([](const Vector<double>& x) { return x[0] < 0.5 ? -1.0 : 3.0; }, Box(1));
  const UnweightedEvents all = unweighted_events(odd, rng, 2000, {.ceiling = 3});
  const double minus = static_cast<double>((all.weight.array() < 0).count()) / 2000;
  CHECK(std::abs(minus - 0.25) < 4 * std::sqrt(0.25 * 0.75 / 2000));
  CHECK(all.overweight == 0);
  const UnweightedEvents low = unweighted_events(odd, rng, 2000, {.ceiling = 1});
  CHECK(low.efficiency == 1);
  CHECK(low.weight.maxCoeff() == Approx(3));
  CHECK(low.overweight > 0.4);

  Vegas bad([](const Vector<double>& x) { return x[0] < 0.5 ? std::numeric_limits<double>::infinity() : 1.0; }, Box(1));
  const UnweightedEvents some = unweighted_events(bad, rng, 100);
  CHECK(some.dropped > 0);
  CHECK(some.x.minCoeff() >= 0.5);

  Vegas none([](const Vector<double>&) { return 0.0; }, Box(1));
  CHECK(unweighted_events(none, rng, 10).x.cols() == 0);
  CHECK(unweighted_events(odd, rng, 1000, {.ceiling = 300, .max_calls = 5000}).x.cols() < 100);
  CHECK_THROWS_AS(unweighted_events(odd, rng, 10, {.ceiling = -1}), DomainError);
  CHECK_THROWS_AS(unweighted_events(odd, rng, -1), InvalidArgument);
}

}  // namespace events_tests
}  // namespace

#include "variate/integration/integral.hpp"

#include <limits>

#include "integration/refused.hpp"
#include "support/catch.hpp"
#include "variate/random/rng.hpp"

namespace {
namespace integral_tests {

using namespace variate;
using variate_tests::refused;

IterationEstimate made(double mean, double variance, Index calls) {
  IterationEstimate e;
  e.mean = mean;
  e.variance = variance;
  e.calls = calls;
  return e;
}

TEST_CASE("Iterations by counts, by inverse variance and equal", "[integration]") {
  const std::vector<IterationEstimate> two{made(1, 0.01, 100), made(3, 0.04, 300)};
  const Integral counts = combine(two), inverse = combine(two, Combination::inverse_variance),
                 equal = combine(two, Combination::equal);
  CHECK(counts.mean == Approx(2.5));
  CHECK(counts.error == Approx(std::sqrt(0.0625 * 0.01 + 0.5625 * 0.04)));
  CHECK(inverse.mean == Approx((100 + 75) / 125.0));
  CHECK(inverse.error == Approx(std::sqrt(1 / 125.0)));
  CHECK(inverse.chi2 == Approx(4 / 0.05));  // (difference)^2 over the sum of the variances
  CHECK(equal.mean == Approx(2));
  CHECK(equal.error == Approx(std::sqrt(0.05) / 2));
  CHECK(counts.degrees == 1);
  CHECK(counts.calls == 400);
  CHECK(counts.relative_variance() == Approx(400 * counts.error * counts.error / 6.25));
  CHECK(counts.pull(2) == Approx(0.5 / counts.error));
  // Q of chi2 = 1 with one degree of freedom
  const double s = std::sqrt(2.0);
  CHECK(combine({made(0, 1, 5), made(s, 1, 5)}).probability == Approx(std::erfc(1 / s)).epsilon(1e-12));
}

TEST_CASE("Combinations of nothing, of one, of certainty", "[integration]") {
  CHECK(std::isnan(combine({}).mean));
  CHECK(std::isnan(combine({made(1, 1, 2)}).probability));
  const Integral sure = combine({made(2, 0, 10), made(2, 0, 10)}, Combination::inverse_variance);
  CHECK(sure.mean == 2);
  CHECK(sure.error < 1e-14);
  CHECK(sure.chi2 == 0);
  CHECK(combine({made(0, 0, 10), made(0, 0, 10)}).mean == 0);
}

TEST_CASE("Weights that are not finite count as zero and widen the error", "[integration]") {
  Row<double> w(4);
  w << 1, 3, 1, 3;
  const IterationEstimate good = iteration_estimate(w);
  CHECK(good.mean == 2);
  CHECK(good.variance == Approx(4.0 / 3 / 4));
  CHECK(good.weights.effective_size() == Approx(64.0 / 20));
  CHECK(good.weights.unweighting_efficiency() == Approx(2.0 / 3));
  w[3] = std::numeric_limits<double>::quiet_NaN();
  const IterationEstimate bad = iteration_estimate(w);
  CHECK(bad.dropped == 1);
  CHECK(bad.mean == Approx(1.25));
  const double plain = (2 * 0.0625 + 1.75 * 1.75 + 1.25 * 1.25) / 3 / 4, missing = 5.0 / 4 / 3;
  CHECK(bad.variance == Approx(plain + missing * missing));
  CHECK(std::isinf(iteration_estimate(Row<double>::Constant(3, std::numeric_limits<double>::infinity())).variance));
  CHECK(refused<InvalidArgument>([&] { (void)(iteration_estimate(Row<double>::Ones(1))); },
                                 "number of weights is 1, expected at least 2"));
}

TEST_CASE("The bootstrap forgives one extreme weight", "[integration]") {
  Rng rng(3);
  Row<double> w = uniforms<double>(rng, 1, 10000).row(0);
  w[17] = 1000;
  WeightSums sums;
  for (const double one : w) sums.add(one);
  CHECK(sums.unweighting_efficiency() < 1e-3);
  const double median = bootstrap_unweighting_efficiency(w, rng);
  CHECK(median == Approx(w.mean()).epsilon(0.02));
  // replicas of all: 63 % of them hold the extreme one
  CHECK(bootstrap_unweighting_efficiency(w, rng, {.replicas = 1001, .size = 10000}) == Approx(sums.unweighting_efficiency()));
  CHECK(bootstrap_unweighting_efficiency(Row<double>::Zero(5), rng) == 0);
  CHECK_THROWS_AS(bootstrap_unweighting_efficiency(Row<double>(), rng), InvalidArgument);
  CHECK_THROWS_AS(bootstrap_unweighting_efficiency(w, rng, {.replicas = 0}), InvalidArgument);
}

}  // namespace integral_tests
}  // namespace

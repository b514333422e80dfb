#include "variate/observers/early_stopping.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "observers/capture.hpp"
#include "support/catch.hpp"

using namespace variate;
using variate_tests::step;

namespace {
/// Steps until the observer ends the run, at most `limit`.
template <class F>
Index run(EarlyStopping& stop, Index limit, F&& value) {
  stop.start(0, limit);
  for (Index i = 0; i < limit; ++i)
    if (!stop(step(i, value(i)))) return i + 1;
  return limit;
}
}  // namespace

TEST_CASE("EarlyStopping counts windows without improvement, exactly", "[observers]") {
  EarlyStopping stop{{.window = 10, .patience = 30}};
  CHECK(run(stop, 1000, [](Index i) { return i < 50 ? static_cast<double>(i) : 50.0; }) == 60 + 30);
  CHECK(stop.stopped());
  CHECK(stop.best() == 50.0);
  CHECK(stop.best_error() == 0.0);
  CHECK(run(stop, 35, [](Index) { return 1.0; }) == 35);  // a new run starts afresh
  CHECK_FALSE(stop.stopped());
  CHECK(stop.best() == 1.0);
}

TEST_CASE("EarlyStopping ignores gains below its tolerance, on any scale", "[observers]") {
  for (const double offset : {0.0, -1e6, 1e6}) {
    INFO("offset " << offset);
    EarlyStopping strict{{.window = 10, .patience = 50, .tolerance = 2.0, .z = 0.0}};
    // 1 a window: three windows add up to more than 2, and the run goes on.
    CHECK(run(strict, 1000, [&](Index i) { return offset + 0.1 * static_cast<double>(i); }) == 1000);
    // 0.3 a window: five windows do not.
    CHECK(run(strict, 1000, [&](Index i) { return offset + 0.03 * static_cast<double>(i); }) == 60);
  }
}

// The noise has sd 5 and the gain sd 5 sqrt(2 / 100) = 0.71 between two windows. The rise of 10 a thousand steps is 14 sd over
// the patience; when it ends, 10 windows must all stay within 2 sd of the best, so that the run ends soon after 3000 but not
// before.
TEST_CASE("EarlyStopping sees a slow rise through noise and stops when it ends", "[observers][statistical]") {
  for (const unsigned seed : {1u, 2u, 3u, 4u, 5u}) {
    std::mt19937_64 rng{seed};
    std::normal_distribution<double> normal(0.0, 5.0);
    EarlyStopping stop{{.window = 100, .patience = 1000}};
    const auto rise = [&](Index i) { return -30 + 0.01 * static_cast<double>(std::min<Index>(i, 3000)) + normal(rng); };
    const Index end = run(stop, 20000, rise);
    INFO("seed " << seed);
    CHECK(end > 3000);
    CHECK(end < 8000);
    CHECK(std::abs(stop.best()) < 2.5);
  }
}

TEST_CASE("EarlyStopping does not look at values that are not finite", "[observers]") {
  const double bad[] = {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
                        -std::numeric_limits<double>::infinity()};
  EarlyStopping stop{{.window = 10, .patience = 30}};
  const Index end = run(stop, 1000, [&](Index i) { return i % 2 == 0 ? bad[i / 2 % 3] : 1.0; });
  CHECK(end == 2 * (10 + 30));
  CHECK(run(stop, 500, [&](Index) { return bad[0]; }) == 500);
  CHECK(std::isnan(stop.best()));
}

TEST_CASE("EarlyStopping goes on with a run that is continued", "[observers]") {
  EarlyStopping stop{{.window = 10, .patience = 30}};
  CHECK(run(stop, 20, [](Index) { return 5.0; }) == 20);
  stop.start(20, 1000);
  Index i = 20;
  while (stop(step(i, 4.0))) ++i;
  CHECK(i + 1 == 40);  // as the unbroken run would: ten of the thirty steps were made before
  CHECK(stop.best() == 5.0);
  stop.start(40, 1000);  // but one that was stopped and goes on all the same has its patience anew
  for (i = 40; stop(step(i, 4.0));) ++i;
  CHECK(i + 1 == 70);
}

TEST_CASE("EarlyStopping refuses options out of range", "[observers]") {
  CHECK_THROWS_AS((EarlyStopping{{.window = 1}}), InvalidArgument);
  CHECK_THROWS_AS((EarlyStopping{{.window = 100, .patience = 99}}), InvalidArgument);
  CHECK_THROWS_AS((EarlyStopping{{.tolerance = -1.0}}), DomainError);
  CHECK_THROWS_AS((EarlyStopping{{.z = std::numeric_limits<double>::quiet_NaN()}}), DomainError);
}

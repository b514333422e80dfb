#include "variate/integration/monte_carlo.hpp"

#include <limits>

#include "support/catch.hpp"
#include "variate/integration/integrands.hpp"
#include "variate/random/rng.hpp"

namespace {
namespace monte_carlo_tests {

using namespace variate;

TEST_CASE("Plain and quasi-Monte Carlo agree with the exact integral, the second far better", "[integration][statistical]") {
  // four standard errors for the first, six for the second, whose error has nine degrees of freedom: one false alarm in 5000
  const Camel f{3, 0.3};
  Rng rng(8);
  const Integral plain = plain_monte_carlo(f, Box(3), rng, {.calls = 40000});
  const Integral quasi = quasi_monte_carlo(f, Box(3), rng, {.calls = 41000});
  CHECK(std::abs(plain.pull(f.integral())) < 4);
  CHECK(std::abs(quasi.pull(f.integral())) < 6);
  CHECK(quasi.error < plain.error / 20);
  CHECK(plain.calls == 40000);
  CHECK(quasi.calls == 40960);
  CHECK(plain.degrees == 9);
  CHECK(quasi.effective_size == Approx(plain.effective_size).epsilon(0.05));
}

TEST_CASE("The floor on a box, and with values that are not finite", "[integration]") {
  Rng rng(8);
  const Box box(Vector<double>::Constant(2, -1), Vector<double>::Constant(2, 1));
  const auto f = [](const Vector<double>& x) { return x[0] > 0.9 ? std::numeric_limits<double>::infinity() : 1.0; };
  for (const bool quasi : {false, true}) {
    const auto run = [&](NonFinite how) {
      const MonteCarloOptions options{.calls = 2000, .parts = 4, .non_finite = how};
      return quasi ? quasi_monte_carlo(f, box, rng, options) : plain_monte_carlo(f, box, rng, options);
    };
    const Integral all = run(NonFinite::drop);
    CHECK(all.dropped > 20);
    CHECK(std::abs(all.mean - 4) < 4 * all.error);
    CHECK(std::isnan(run(NonFinite::stop).mean));
  }
  CHECK_THROWS_AS(plain_monte_carlo(f, box, rng, {.calls = 19}), InvalidArgument);
  CHECK_THROWS_AS(quasi_monte_carlo(f, box, rng, {.calls = 100, .parts = 1}), InvalidArgument);
}

}  // namespace monte_carlo_tests
}  // namespace

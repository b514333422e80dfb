#include "variate/diagnostics/gradient_variance.hpp"

#include <cmath>
#include <utility>

#include "support/catch.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/estimators/baselines/none.hpp"
#include "variate/estimators/disarm.hpp"
#include "variate/estimators/reinforce.hpp"
#include "variate/random/rng.hpp"

using namespace variate;
using variate_tests::says;

namespace {
const auto toy = [](const Batch<double>& b) { return Row<double>((b.row(0).array() - 0.45).square()); };
}  // namespace

TEST_CASE("gradient variances are the exact ones", "[diagnostics][statistical]") {
  // (b - 0.45)^2 at logit 0: gradient 0.025; REINFORCE's variance 0.0159391 for one draw, leave-one-out's 6.25e-4 for two,
  // DisARM's 0
  const Bernoulli<double> q(Vector<double>{{0.0}});
  Rng rng(3);
  const auto plain = gradient_variance(Reinforce<NoBaseline>{}, q, toy, rng, {.samples = 1, .repeats = 20000});
  CHECK(plain.noise.total_variance() == Approx(0.0159391).epsilon(0.03));
  CHECK(plain.noise.mean()(0) == Approx(0.025).margin(4.5 * std::sqrt(0.0159391 / 20000)));
  CHECK(plain.evaluations == 1);
  CHECK(plain.cost_adjusted() == plain.noise.total_variance());
  CHECK(plain.seconds > 0);
  const auto pair = gradient_variance(Reinforce{}, q, toy, rng, {.samples = 2, .repeats = 20000});
  CHECK(pair.noise.total_variance() == Approx(6.25e-4).epsilon(0.05));
  CHECK(pair.evaluations == 2);
  CHECK(gradient_variance(Disarm{}, q, toy, rng).noise.total_variance() < 1e-30);
}

TEST_CASE("estimators are compared in a table and in csv", "[diagnostics]") {
  const Bernoulli<double> q(Vector<double>{{0.3}});
  Rng rng(4);
  const auto all =
      compare(q, toy, rng, {.samples = 2, .repeats = 100}, std::pair{"RLOO", Reinforce{}}, std::pair{"DisARM", Disarm{}});
  REQUIRE(all.rows.size() == 2);
  CHECK(all.rows[1].name == "DisARM");
  CHECK(all.rows[0].evaluations == 2);
  CHECK(all.rows[0].cost_adjusted == Approx(2 * all.rows[0].total_variance));
  CHECK(says(all.table(), "variance*calls"));
  CHECK(says(all.table(), "\nRLOO "));
  CHECK(all.csv().starts_with("estimator,gradient_norm,total_variance,"));
  CHECK(says(all.csv(), "\nDisARM,"));
  CHECK_THROWS_AS(gradient_variance(Disarm{}, q, toy, rng, {.samples = 2, .repeats = 1}), InvalidArgument);
  // the same streams for each: asked twice, the same answer
  CHECK(gradient_variance(Reinforce{}, q, toy, rng).noise.mean() == gradient_variance(Reinforce{}, q, toy, rng).noise.mean());
}

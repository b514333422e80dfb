#include "variate/integration/vegas.hpp"

#include <limits>
#include <stdexcept>

#include "integration/refused.hpp"
#include "support/catch.hpp"
#include "variate/inference/fit.hpp"
#include "variate/integration/events.hpp"
#include "variate/integration/integrands.hpp"
#include "variate/observers/record.hpp"
#include "variate/parallel/thread_pool.hpp"
#include "variate/random/rng.hpp"

namespace {
namespace vegas_tests {

using namespace variate;
using variate_tests::refused;

TEST_CASE("VEGAS+ finds integrals with honest errors", "[integration][statistical]") {
  // 40 seeds: the mean pull within four of its standard errors, the spread of pulls within what chi-square allows at 1e-4 a side
  double sum = 0, squares = 0;
  const GaussianPeak f{3, 0.15, 0.4};
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Rng rng(seed);
    Vegas vegas(f, Box(3), {.calls = 2000});
    const double pull = survey_and_refine(vegas, rng, 5, 4).pull(f.integral());
    sum += pull;
    squares += pull * pull;
  }
  CHECK(std::abs(sum / std::sqrt(40.0)) < 4);
  CHECK(squares / 40 < 2.1);
  CHECK(squares / 40 > 0.35);
}

TEST_CASE("Strata and the map earn their keep", "[integration]") {
  const Camel f{2, 0.1};
  Rng a(5), b(5), c(5);
  Vegas plus(f, Box(2), {.calls = 5000}), map(f, Box(2), {.calls = 5000, .beta = 0, .strata = {1, 1}}),
      strata(f, Box(2), {.calls = 5000, .alpha = 0});
  const double v = survey_and_refine(plus, a, 5, 5).relative_variance();
  CHECK(v < survey_and_refine(map, b, 5, 5).relative_variance() / 20);
  CHECK(v < survey_and_refine(strata, c, 5, 5).relative_variance());
  CHECK(plus.strata().count() == 625);
}

TEST_CASE("Values that few points rule are tempered before they teach", "[integration]") {
  Row<double> v(6), out;
  v << 1e200, -1e190, 0, 1e180, 1e170, 1e160;
  const double power = detail::temper(v.data(), 6, 2, out);
  CHECK(power > 0);
  CHECK(power < 0.2);
  const Row<double> square = out.array().square();
  CHECK(square.sum() * square.sum() / square.squaredNorm() == Approx(2).epsilon(1e-3));
  CHECK(out[0] == 1);
  CHECK(out[1] == Approx(std::pow(1e-10, power)));
  CHECK(out[2] == 0);
  CHECK(detail::temper(v.data(), 6, 0, out) == 1);  // off
  CHECK(detail::temper(Row<double>(Row<double>::Ones(6)).data(), 6, 100, out) == 1);  // there are no more
  CHECK(detail::temper(Row<double>(Row<double>::Zero(6)).data(), 6, 3, out) == 1);
  CHECK(detail::temper(v.data() + 2, 2, 1, out) == 1);  // of one nothing is learned
}

TEST_CASE("A map whose values are tempered keeps two far peaks of eight dimensions", "[integration][statistical]") {
  const Camel f{8, 0.1};
  const Batch<double> peaks{{0.25, 0.75}};
  const auto worst_ratio = [&](double least) {
    double worst = 1;
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
      Rng rng(seed);
      Vegas vegas(f, Box(8), {.calls = 3000, .beta = least > 0 ? 1 : 0.75, .least_effective = least});
      for (int i = 0; i < 8; ++i) vegas.step(rng);
      const Row<double> jacobian = vegas.map().smoothed(64).inverse(peaks.replicate(8, 1)).jacobian;
      worst = std::min(worst, jacobian.minCoeff() / jacobian.maxCoeff());
    }
    return worst;
  };
  CHECK(worst_ratio(0) < 1e-4);  // some seeds lose one
  CHECK(worst_ratio(20) > 0.05);
  CHECK_THROWS_AS(Vegas(f, Box(8), {.least_effective = -1}), DomainError);
}

TEST_CASE("The same bits for any number of threads", "[integration]") {
  const Camel f{4, 0.2};
  const auto run = [&](auto& executor) {
    Rng rng(9);
    Vegas vegas(f, Box(4), {.calls = 3000, .chunk = 64}, executor);
    for (int i = 0; i < 3; ++i) vegas.step(rng);
    return vegas;
  };
  SerialExecutor serial;
  ThreadPool pool(3);
  const auto one = run(serial);
  const auto three = run(pool);
  CHECK(one.result().mean == three.result().mean);
  CHECK(one.result().error == three.result().error);
  CHECK(one.map().nodes(2) == three.map().nodes(2));
  CHECK(one.sigma() == three.sigma());
  CHECK(one.weights() == three.weights());
}

TEST_CASE("VEGAS+ is a stepper: fit, observers, a copy that goes on", "[integration]") {
  const Camel f{2, 0.2};
  Record record;
  const FitOptions five{.max_steps = 5, .draws = 0};
  const auto whole = fit(Vegas(f, Box(2), {.calls = 500}), Rng(1), five, record);
  REQUIRE(record.steps.size() == 5);
  CHECK(whole.evaluations > 2000);
  const auto half = fit(Vegas(f, Box(2), {.calls = 500}), Rng(1), {.max_steps = 2, .draws = 0});
  const auto rest = fit(half.stepper, Rng(1), five);
  CHECK(rest.stepper.result().mean == whole.stepper.result().mean);
  CHECK(whole.history[4] == record.steps[4].value);
}

TEST_CASE("The weights and points of a step give its estimate again", "[integration]") {
  const GaussianPeak f{2, 0.2};
  Rng rng(2);
  Vegas vegas(f, Box(2), {.calls = 1000});
  vegas.step(rng);
  vegas.keep_points(true);
  const auto step = vegas.step(rng);
  CHECK(vegas.weights().mean() == Approx(step.value).epsilon(1e-12));
  const WeightedPoints<double>& points = vegas.points();
  CHECK(points.x.cols() == step.evaluations);
  CHECK(f(points.x) == points.f);
  CHECK(event_weights(points).mean() == Approx(step.value).epsilon(1e-12));
  WeightSums sums;
  for (const double w : vegas.weights()) sums.add(w);
  CHECK(step.unweighting_efficiency == Approx(sums.unweighting_efficiency()).epsilon(1e-12));
  CHECK(vegas.iterations().back().weights.effective_size() == Approx(sums.effective_size()).epsilon(1e-12));
  // independent points of the map: their mean weight is the integral, within four standard errors
  const IterationEstimate drawn = iteration_estimate(event_weights(vegas.draw(rng, 4000)));
  CHECK(std::abs(drawn.mean - f.integral()) < 4 * drawn.error());
}

TEST_CASE("Values that are not finite are dropped and widen the error, or end the run", "[integration]") {
  const auto f = [](const Vector<double>& x) { return x[0] < 0.1 ? std::numeric_limits<double>::quiet_NaN() : 1.0; };
  Rng rng(1);
  Vegas drops(f, Box(2), {.calls = 1000});
  const auto step = drops.step(rng);
  CHECK(step.taken);
  CHECK(step.dropped > 50);
  CHECK(std::abs(step.value - 1) < 2 * step.error);  // 0.9 is found, and the error covers what may be missing
  Vegas stops(f, Box(2), {.calls = 1000, .non_finite = NonFinite::stop});
  const auto refused = fit(stops, rng, {.max_steps = 100, .refused_limit = 1, .draws = 0});
  CHECK(refused.status == Status::not_finite);
  CHECK(refused.stepper.iterations().empty());
}

TEST_CASE("Nothing, negative values, tiny and huge ones, one dimension, a narrow peak", "[integration]") {
  Rng rng(4);
  Vegas nothing([](const Vector<double>&) { return 0.0; }, Box(2), {.calls = 200});
  for (int i = 0; i < 3; ++i) CHECK(nothing.step(rng).value == 0);
  CHECK(nothing.result(Combination::counts).error == 0);

  Vegas negative([](const Vector<double>& x) { return -3 * x[0] * x[0]; }, Box(1), {.calls = 1000});
  const Integral minus = survey_and_refine(negative, rng, 3, 3);
  CHECK(minus.mean == Approx(-1).epsilon(0.001));

  for (const double size : {1e-130, 1e130}) {
    Vegas scaled([size](const Vector<double>& x) { return size * std::exp(-50 * x.squaredNorm()); }, Box(2), {.calls = 1000});
    const Integral all = survey_and_refine(scaled, rng, 5, 3);
    CHECK(all.mean == Approx(size * 0.0157079632679).epsilon(0.01));
    CHECK(all.error < 0.005 * all.mean);
    CHECK(all.error > 1e-5 * all.mean);
  }
  // a peak in a billionth of the volume is found by its neighbourhood
  Vegas peak([](const Vector<double>& x) { return 1e-3 / (1e-6 + (x.array() - 0.3).square().sum()); }, Box(3), {.calls = 2000});
  const Integral narrow = survey_and_refine(peak, rng, 5, 5);
  CHECK(narrow.error < 0.05 * narrow.mean);
}

TEST_CASE("VEGAS+ refuses options out of range, and keeps its state when f throws", "[integration]") {
  const Camel f{2};
  CHECK(refused<InvalidArgument>([&] { (void)(Vegas(f, Box(2), {.calls = 1})); }, "calls is 1, expected at least 2"));
  CHECK_THROWS_AS(Vegas(f, Box(2), {.beta = -1}), DomainError);
  CHECK_THROWS_AS(Vegas(f, Box(2), {.chunk = 0}), InvalidArgument);
  CHECK_THROWS_AS(Vegas(f, Box(2), {.strata = {3}}), ShapeError);
  Rng rng(1);
  Vegas wrong(f, Box(3));
  CHECK_THROWS_AS(wrong.step(rng), ShapeError);
  CHECK(wrong.index() == 0);
  CHECK(wrong.iterations().empty());
  Vegas vegas(f, Box(2), {.calls = 300});
  vegas.step(rng);
  const Index strata = vegas.strata().count();
  CHECK_THROWS_AS(vegas.set_calls(0), InvalidArgument);
  CHECK(vegas.strata().count() == strata);
  vegas.set_calls(3000);
  CHECK(vegas.strata().count() > strata);
  CHECK(vegas.step(rng).evaluations > 2000);
  CHECK(refused<DomainError>([&] { vegas.set_pace(0.5, 0); }, "beta is 0"));
  vegas.set_pace(0, 0.5);
  const Vector<double> nodes = vegas.map().nodes(0);
  vegas.step(rng);
  CHECK(vegas.map().nodes(0) == nodes);
}

}  // namespace vegas_tests
}  // namespace

#include "variate/integration/integrator.hpp"

#include <limits>

#include "integration/refused.hpp"
#include "support/catch.hpp"
#include "variate/distributions/beta.hpp"
#include "variate/inference/fit.hpp"
#include "variate/integration/integrands.hpp"
#include "variate/observers/record.hpp"
#include "variate/random/rng.hpp"

namespace {
namespace integrator_tests {

using namespace variate;
using variate_tests::refused;

Beta<double> uniform(Index d) { return Beta<double>(Batch<double>::Ones(d, 1), Batch<double>::Ones(d, 1)); }
const IntegratorOptions few{.survey_steps = 4,
                            .survey_calls = 1000,
                            .refine_steps = 4,
                            .refine_calls = 1000,
                            .training = {.epochs = 8, .minibatch = 256}};
IntegratorOptions with(SurveyStrategy strategy) {
  IntegratorOptions options = few;
  options.strategy = strategy;
  return options;
}
Adam<double> quick() { return Adam<double>({.rate = 0.05}); }
/// One integrand type for all tests: each another instantiation is paid for by the compiler.
using Function = Row<double> (*)(const Batch<double>&);
Row<double> peak(const Batch<double>& x) { return GaussianPeak{2, 0.2, 0.4}(x); }
Row<double> odd(const Batch<double>& x) {
  Row<double> v = peak(x);
  for (Index c = 0; c < x.cols(); ++c)
    if (x(0, c) < 0.25) v[c] = -v[c];
  return v;
}
Row<double> zero(const Batch<double>& x) { return Row<double>::Zero(x.cols()); }
Row<double> broken(const Batch<double>& x) {
  Row<double> v = peak(x);
  for (Index c = 0; c < x.cols(); ++c)
    if (x(0, c) < 0.05) v[c] = c % 2 ? std::numeric_limits<double>::quiet_NaN() : std::numeric_limits<double>::infinity();
  return v;
}
Integrator<Function, Beta<double>> make(Function f, IntegratorOptions options) {
  return Integrator(f, uniform(2), Box(2), options, quick());
}
template <class I, class R>
void run(I& integrator, R&& rng) {
  for (Index i = integrator.steps_left(); i > 0; --i) {
    auto stream = rng.split(static_cast<std::uint64_t>(integrator.index()));
    integrator.step(stream);
  }
}

TEST_CASE("A family learns where the integrand is, by every strategy", "[integration]") {
  const double exact = GaussianPeak{2, 0.2, 0.4}.integral();
  const double flat = 4.2;  // relative variance of uniform points
  for (const SurveyStrategy strategy :
       {SurveyStrategy::flat, SurveyStrategy::forward, SurveyStrategy::flat_then_forward, SurveyStrategy::adaptive})
    for (const SurveyLoss loss : {SurveyLoss::kl, SurveyLoss::variance}) {
      IntegratorOptions options = with(strategy);
      options.training.loss = loss;
      auto integrator = make(peak, options);
      run(integrator, Rng(7));
      const Integral result = integrator.result();
      INFO(static_cast<int>(strategy) << " " << static_cast<int>(loss) << " relative variance " << result.relative_variance());
      CHECK(std::abs(result.pull(exact)) < 4);
      CHECK(result.relative_variance() < flat / 10);
      CHECK(result.calls == 4000);
      CHECK(result.effective_size > 3000);
      CHECK(integrator.survey_iterations().size() == 4);
    }
}

TEST_CASE("Survey steps are seen by observers, and a copy goes on where it was", "[integration]") {
  Record record;
  Index learned = 0;
  const auto look = [&](const IntegratorStep& step) {
    learned += step.learned;
    CHECK(step.survey == (step.index < 4));
    CHECK(step.evaluations == 1000);
    if (step.survey) CHECK(step.training.updates > 0);
    if (!step.survey) CHECK(step.so_far.calls == 1000 * (step.index - 3));
  };
  const auto whole = fit(make(peak, few), Rng(1), {.max_steps = 8, .draws = 0}, record, look);
  CHECK(record.steps.size() == 8);
  CHECK(learned == 7);  // the first was flat
  const auto half = fit(make(peak, few), Rng(1), {.max_steps = 3, .draws = 0});
  const auto rest = fit(half.stepper, Rng(1), {.max_steps = 8, .draws = 0});
  CHECK(rest.stepper.result().mean == whole.stepper.result().mean);

  auto more = rest.stepper;
  more.survey_more(1);
  more.refine_more(2);
  run(more, Rng(1));
  CHECK(more.survey_iterations().size() == 5);
  CHECK(more.refine_iterations().size() == 6);
  IntegratorOptions all = few;
  all.use_survey = true;
  auto counted = make(peak, all);
  run(counted, Rng(1));
  CHECK(counted.result().calls == 8000);
}

TEST_CASE("Points from elsewhere teach, without a call or besides", "[integration]") {
  Rng rng(2);
  const Batch<double> x = uniforms<double>(rng, 2, 3000);
  const WeightedPoints<double> points{x, Row<double>::Zero(3000), peak(x)};
  auto fixed = make(peak, with(SurveyStrategy::fixed));
  auto empty = fixed;
  CHECK(refused<InvalidArgument>([&] { (void)(empty.step(rng)); }, "no points to learn from"));
  fixed.add_points(points);
  const auto first = fixed.step(rng);
  CHECK(first.evaluations == 0);
  CHECK(first.value == Approx(GaussianPeak{2, 0.2, 0.4}.integral()).epsilon(0.2));
  run(fixed, rng);
  CHECK(fixed.result().relative_variance() < 0.5);
  auto besides = make(peak, few);
  besides.add_points(points);
  CHECK(besides.step(rng).learned);
  CHECK_THROWS_AS(besides.add_points({x, Row<double>::Zero(2), peak(x)}), ShapeError);
  CHECK_THROWS_AS(besides.add_points({Batch<double>::Zero(3, 2), Row<double>::Zero(2), Row<double>::Zero(2)}), ShapeError);
}

TEST_CASE("A map may stand before the box, and draws have the density they say", "[integration]") {
  const Box box(Vector<double>::Constant(2, -1), Vector<double>::Constant(2, 1));
  VegasMap map(box, 20);
  Rng rng(4);
  const Batch<double> x = box.from_unit(uniforms<double>(rng, 2, 2000));
  map.adapt_to_samples(x, peak(x));
  Integrator integrator(Function(peak), uniform(2), map, few, quick());
  run(integrator, Rng(3));
  // over [-1, 1]^2 nearly nothing is cut
  const double exact = 0.04 * 3.14159265358979 * std::pow((1 + std::erf(3.0)) / 2, 2);
  CHECK(std::abs(integrator.result().pull(exact)) < 4);
  CHECK(integrator.result().relative_variance() < 0.6);
  const WeightedPoints<double> events = integrator.draw(rng, 4000);
  const IterationEstimate mean = iteration_estimate(event_weights(events));
  CHECK(std::abs(mean.mean - exact) < 4 * mean.error());
  CHECK(unweighted_events(integrator, rng, 500).efficiency > 0.05);
}

TEST_CASE("Refine steps teach too, if they may", "[integration]") {
  IntegratorOptions options = few;
  options.survey_steps = 1;
  options.refine_calls = 2000;
  options.refine_steps = 3;
  options.teach_again = 0;
  auto never = make(peak, options);
  options.teach_again = 0.5;
  auto again = make(peak, options);
  Vector<double> before;
  Index updates = 0;
  for (Index i = 0; i < 4; ++i) {
    auto stream = Rng(6).split(static_cast<std::uint64_t>(i)), same = stream;
    if (never.index() == 1) before = never.q().params();
    never.step(stream);
    const IntegratorStep step = again.step(same);
    if (!step.survey) updates += step.training.updates;
  }
  CHECK(never.q().params() == before);
  CHECK(updates > 0);
  CHECK(again.q().params() != before);
  CHECK(std::abs(again.result().pull(GaussianPeak{2, 0.2, 0.4}.integral())) < 4);
}

TEST_CASE("Zero, negative and broken integrands, and how a run ends", "[integration]") {
  auto nothing = make(zero, few);
  run(nothing, Rng(1));
  CHECK(nothing.result().mean == 0);
  CHECK(nothing.result().error == 0);

  auto negative = make(odd, few);
  run(negative, Rng(1));
  Rng rng(5);
  const double plain = odd(uniforms<double>(rng, 2, 400000)).mean();
  CHECK(negative.result().mean == Approx(plain).epsilon(0.03));

  auto drops = make(broken, few);
  run(drops, Rng(1));
  CHECK(drops.result().dropped > 0);
  CHECK(std::abs(drops.result().pull(GaussianPeak{2, 0.2, 0.4}.integral())) < 4);
  IntegratorOptions strict = few;
  strict.non_finite = NonFinite::stop;
  const auto stopped = fit(make(broken, strict), Rng(1), {.max_steps = 8, .refused_limit = 1, .draws = 0});
  CHECK(stopped.status == Status::not_finite);
  CHECK(stopped.stepper.survey_iterations().empty());
}

TEST_CASE("An integrator refuses what it cannot use", "[integration]") {
  CHECK(refused<ShapeError>([&] { (void)(Integrator(Function(peak), uniform(3), Box(2))); }, "event size of q is 3, expected 2"));
  const auto with_options = [&](auto change) {
    IntegratorOptions options = few;
    change(options);
    return make(peak, options);
  };
  CHECK(refused<InvalidArgument>([&] { (void)(with_options([](auto& o) { o.refine_calls = 1; })); },
                                 "refine_calls is 1, expected at least 4"));
  CHECK_THROWS_AS(with_options([](auto& o) { o.survey_uniform_share = 1.1; }), DomainError);
  CHECK_THROWS_AS(with_options([](auto& o) { o.training.minibatch = 0; }), InvalidArgument);
  CHECK_THROWS_AS(with_options([](auto& o) { o.survey_steps = -1; }), InvalidArgument);
}

}  // namespace integrator_tests
}  // namespace

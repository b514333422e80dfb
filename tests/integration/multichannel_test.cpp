#include "variate/integration/multichannel.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>

#include "integration/channel_lines.hpp"
#include "integration/refused.hpp"
#include "support/catch.hpp"
#include "variate/inference/fit.hpp"
#include "variate/integration/integrator.hpp"
#include "variate/io/archive.hpp"
#include "variate/observers/record.hpp"
#include "variate/parallel/thread_pool.hpp"

namespace {
namespace multichannel_tests {

using namespace variate;
using variate_tests::line_channels;
using variate_tests::lines;
using variate_tests::refused;

/// One integrand type for all tests: each another instantiation is paid for by the compiler.
using Function = Row<double> (*)(const Batch<double>&);
using Lines = Multichannel<Function, VegasProposal, Adam<double>, ThreadPool>;

const MultichannelOptions few{.survey_steps = 4,
                              .survey_calls = 1500,
                              .refine_steps = 4,
                              .refine_calls = 1500,
                              .hidden = {8},
                              .training = {.loss = SurveyLoss::variance, .epochs = 8, .minibatch = 300}};
ThreadPool& one_thread() {
  static ThreadPool pool(1);
  return pool;
}
Lines make(MultichannelOptions options = few, Function f = lines, const std::vector<Channel>& channels = line_channels(),
           Index bins = 16, ThreadPool& pool = one_thread()) {
  return Multichannel(f, channels, std::vector<VegasProposal>(channels.size(), VegasProposal(2, {.bins = bins})),
                      std::move(options), Adam<double>({.rate = 0.03}), pool);
}
template <class M, class R>
void run(M& integrator, R&& rng) {
  for (Index i = integrator.steps_left(); i > 0; --i) {
    auto stream = rng.split(static_cast<std::uint64_t>(integrator.index()));
    integrator.step(stream);
  }
}

TEST_CASE("Learned channel weights make two ridges all but constant", "[integration]") {
  // alpha_i = c_i g_i/f is exact: each channel's part is then c_i everywhere. The prior g_i/(g_0 + g_1) is off by log 5.
  auto learned = make();
  run(learned, Rng(1));
  MultichannelOptions fixed = few;
  fixed.learn_weights = false;
  auto prior = make(fixed);
  run(prior, Rng(1));
  const Integral by_prior = prior.result(), result = learned.result();
  INFO(result.mean << " +- " << result.error << ", by the prior " << by_prior.mean << " +- " << by_prior.error);
  CHECK(std::abs(result.pull(6)) < 4);
  CHECK(std::abs(by_prior.pull(6)) < 4);
  CHECK(result.relative_variance() < 0.1 * by_prior.relative_variance());
  CHECK(by_prior.relative_variance() < 1);  // one map for both is worse by thousands: see the benchmark
  Rng rng(3);
  const Batch<double> x = uniforms<double>(rng, 2, 500), alpha = learned.channel_weights(x);
  CHECK((alpha.colwise().sum().array() - 1).abs().maxCoeff() < 1e-12);
  const Batch<double> g = variate_tests::line_densities(x).array().exp();
  double worst = 0;
  for (Index c = 0; c < x.cols(); ++c) worst = std::max(worst, std::abs(alpha(0, c) - g(0, c) / (g(0, c) + 5 * g(1, c))));
  CHECK(worst < 0.1);
  // the parts add up, and each has its own error
  const Integral first = learned.channel_result(0), second = learned.channel_result(1);
  CHECK(first.mean + second.mean == Approx(result.mean).epsilon(1e-3));
  CHECK(std::abs(second.mean - 5) < 0.3);
  CHECK(second.error > 0);
}

TEST_CASE("Multichannel errors are honest", "[integration][statistical]") {
  // 40 seeds: the mean pull within four of its standard errors, the spread of pulls within what chi-square allows at 1e-4 a side
  double sum = 0, squares = 0;
  MultichannelOptions options = few;
  options.survey_steps = 2;
  options.survey_calls = options.refine_calls = 400;
  options.training.epochs = 5;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    options.stratify = seed % 2 == 0;
    auto integrator = make(options);
    run(integrator, Rng(seed));
    const double pull = integrator.result().pull(6);
    sum += pull;
    squares += pull * pull;
  }
  CHECK(std::abs(sum / std::sqrt(40.0)) < 4);
  CHECK(squares / 40 < 2.1);
  CHECK(squares / 40 > 0.35);
}

TEST_CASE("Calls go where the deviation is, and reach the best variance there is", "[integration]") {
  const auto calls = detail::allocate_calls({3, 0, 1, 7}, {1, 1, 1, 0}, 1000, 0.25, 10);
  CHECK(calls == std::vector<Index>{638, 90, 272, 0});
  CHECK(detail::allocate_calls({std::nan(""), 1}, {1, 1}, 100, 0, 4) == std::vector<Index>{50, 50});
  MultichannelOptions options = few;
  options.learn_weights = options.stratify = false;
  options.refine_uniform_share = options.refine_even_share = 0;
  options.survey_steps = 2;
  options.refine_calls = 6000;
  auto integrator = make(options, lines, line_channels(), 1);
  run(integrator, Rng(2));
  Rng rng(5);
  const MultichannelStep step = integrator.step(rng);
  REQUIRE(step.channels.size() == 2);
  double deviations = 0, variance = 0;
  std::vector<double> own;
  for (const IterationEstimate& one : step.channels) {
    own.push_back(std::sqrt(one.variance * static_cast<double>(one.calls)));
    deviations += own.back();
    variance += one.variance;
  }
  CHECK(step.error * step.error == Approx(variance).epsilon(1e-12));
  CHECK(variance * static_cast<double>(step.evaluations) == Approx(deviations * deviations).epsilon(0.02));
  CHECK(static_cast<double>(step.channels[0].calls) / static_cast<double>(step.channels[1].calls) ==
        Approx(own[0] / own[1]).epsilon(0.2));
}

TEST_CASE("One channel is the plain integrator", "[integration]") {
  MultichannelOptions options = few;
  options.survey_steps = 0;
  auto one = make(options, lines, {Channel{}});
  Integrator plain(Function(lines), VegasProposal(2, {.bins = 16}), Box(2),
                   {.survey_steps = 0, .refine_steps = 4, .refine_calls = 1500, .teach_again = 0});
  run(one, Rng(8));
  run(plain, Rng(8));
  CHECK(one.result().mean == plain.result().mean);
  CHECK(one.result().error == plain.result().error);
  CHECK(one.result().effective_size == plain.result().effective_size);
}

TEST_CASE("A channel that contributes nothing is dropped, but not one that is alone", "[integration]") {
  std::vector<Channel> channels = line_channels();
  VegasMap corner(Box(Vector<double>::Constant(2, 0.9), Vector<double>::Constant(2, 0.95)));
  channels.push_back(map_channel(corner));
  MultichannelOptions options = few;
  options.survey_steps = 2;
  options.drop_after = 1;
  options.drop_below = 0.02;
  auto integrator = make(options, lines, channels);
  Rng rng(1);
  CHECK(integrator.step(rng).dropped_channels == 0);
  const MultichannelStep step = integrator.step(rng);
  CHECK(step.dropped_channels == 1);
  CHECK(!integrator.active(2));
  CHECK(integrator.active(0));
  run(integrator, Rng(4));
  CHECK(std::isnan(integrator.channel_result(2).mean));
  CHECK(std::abs(integrator.result().pull(6)) < 4);

  // by a prior that gives the corner to that channel alone, a thousandth of the integral is not lost
  options.prior = [](const Batch<double>& x) {
    Batch<double> prior = Batch<double>::Zero(3, x.cols());
    prior.topRows(2) = variate_tests::line_densities(x);
    for (Index c = 0; c < x.cols(); ++c) {
      const bool inside = x.col(c).minCoeff() > 0.9 && x.col(c).maxCoeff() < 0.95;
      for (Index i = 0; i < 3; ++i)
        if (inside != (i == 2)) prior(i, c) = -std::numeric_limits<double>::infinity();
    }
    return prior;
  };
  auto alone = make(options, lines, channels);
  run(alone, Rng(1));
  CHECK(alone.active(2));
  CHECK(alone.channel_result(2).mean > 0);
  CHECK(std::abs(alone.result().pull(6)) < 4);
}

TEST_CASE("Multichannel is a stepper: fit, observers, copies, threads, checkpoints", "[integration]") {
  Record record;
  MultichannelOptions options = few;
  options.survey_steps = 3;
  options.refine_steps = 3;
  options.chunk = 100;
  options.training.epochs = 2;
  const auto look = [&](const MultichannelStep& step) {
    CHECK(step.survey == (step.index < 3));
    CHECK(step.channels.size() == 2);
    if (step.survey) CHECK(step.evaluations == 1500);
    if (step.survey) CHECK(step.training.updates > 0);
    if (!step.survey) CHECK(step.so_far.calls > 1200 * (step.index - 2));
  };
  const FitOptions all{.max_steps = 6, .draws = 0};
  const auto whole = fit(make(options), Rng(1), all, record, look);
  CHECK(record.steps.size() == 6);
  for (const Index stop : {2, 5}) {
    const auto half = fit(make(options), Rng(1), {.max_steps = stop, .draws = 0});
    CHECK(fit(half.stepper, Rng(1), all).stepper.result().mean == whole.stepper.result().mean);
    ArchiveWriter writer;
    writer(half.stepper);
    auto fresh = make(options);
    ArchiveReader reader(writer.text());
    reader(fresh);
    CHECK(reader.left() == 0);
    const auto rest = fit(std::move(fresh), Rng(1), all);
    CHECK(rest.stepper.result().mean == whole.stepper.result().mean);
    CHECK(rest.stepper.result().error == whole.stepper.result().error);
  }
  ThreadPool pool(3);
  auto threaded = make(options, lines, line_channels(), 16, pool);
  run(threaded, Rng(1));
  CHECK(threaded.result().mean == whole.stepper.result().mean);
  CHECK(threaded.weights().params() == whole.stepper.weights().params());

  auto more = whole.stepper;
  more.survey_more(1);
  more.refine_more(1);
  run(more, Rng(1));
  CHECK(more.index() == 8);
  CHECK(more.result().degrees == 3);
}

TEST_CASE("Events have their channel, and weights whose mean is the integral", "[integration]") {
  auto integrator = make();
  run(integrator, Rng(6));
  Rng rng(1);
  const ChannelEvents events = integrator.draw(rng, 3000);
  const IterationEstimate mean = iteration_estimate(event_weights(events));
  CHECK(std::abs(mean.mean - 6) < 4 * mean.error());
  CHECK(mean.variance * 3000 < 0.5 * 36);
  const Index c = 17, i = events.channel[17];
  CHECK(events.f[c] == Approx(integrator.channel_weights(events.x.col(c))(i, 0) * lines(events.x.col(c))[0]));
  const UnweightedChannelEvents kept = unweighted_channel_events(integrator, rng, 1000);
  REQUIRE(kept.channel.size() == 1000);
  CHECK(kept.efficiency > 0.2);
  double second = 0;
  for (const Index one : kept.channel) second += static_cast<double>(one);
  CHECK(std::abs(second / 1000 - 5.0 / 6) < 0.1);
}

TEST_CASE("Zero, negative and broken integrands of channels", "[integration]") {
  auto nothing = make(few, [](const Batch<double>& x) -> Row<double> { return Row<double>::Zero(x.cols()); });
  run(nothing, Rng(1));
  CHECK(nothing.result().mean == 0);
  CHECK(nothing.result().error == 0);
  CHECK(nothing.active(1));

  auto negative = make(few, [](const Batch<double>& x) -> Row<double> {
    const Batch<double> g = variate_tests::line_densities(x).array().exp();
    return g.row(0) - 5 * g.row(1);
  });
  run(negative, Rng(2));
  CHECK(std::abs(negative.result().pull(-4)) < 4);
  CHECK(negative.result().error < 1);

  const auto broken = [](const Batch<double>& x) {
    Row<double> v = lines(x);
    for (Index c = 0; c < x.cols(); ++c)
      if (x(1, c) < 0.03) v[c] = c % 2 ? std::numeric_limits<double>::quiet_NaN() : std::numeric_limits<double>::infinity();
    return v;
  };
  auto drops = make(few, broken);
  run(drops, Rng(1));
  CHECK(drops.result().dropped > 0);
  CHECK(std::abs(drops.result().pull(6)) < 4);
  MultichannelOptions strict = few;
  strict.non_finite = NonFinite::stop;
  for (const Index survey : {0, 4}) {
    strict.survey_steps = survey;
    const auto stopped = fit(make(strict, broken), Rng(1), {.max_steps = 8, .refused_limit = 1, .draws = 0});
    CHECK(stopped.status == Status::not_finite);
    CHECK(std::isnan(stopped.stepper.survey_result().mean));
    CHECK(std::isnan(stopped.stepper.result().mean));
  }
  auto throws = make(few, [](const Batch<double>& x) -> Row<double> {
    if (x.cols() > 0) throw std::runtime_error("no");
    return {};
  });
  Rng rng(1);
  CHECK_THROWS_AS(throws.step(rng), std::runtime_error);
  CHECK(throws.index() == 0);
}

TEST_CASE("Multichannel refuses what it cannot use", "[integration]") {
  const auto with = [](auto change) {
    MultichannelOptions options = few;
    change(options);
    return make(options);
  };
  CHECK(refused<InvalidArgument>([&] { with([](auto& o) { o.refine_calls = 7; }); }, "refine_calls is 7, expected at least 8"));
  CHECK(refused<DomainError>([&] { with([](auto& o) { o.drop_below = 1; }); }, "drop_below is 1, expected a number in [0, 1)"));
  CHECK_THROWS_AS(with([](auto& o) { o.survey_even_share = -0.1; }), DomainError);
  CHECK_THROWS_AS(with([](auto& o) { o.prior_power = -1; }), DomainError);
  CHECK_THROWS_AS(with([](auto& o) { o.training.minibatch = 0; }), InvalidArgument);
  CHECK_THROWS_AS(with([](auto& o) { o.hidden = {0}; }), InvalidArgument);
  using Serial = Multichannel<Function, VegasProposal>;
  const std::vector<VegasProposal> three(3, VegasProposal(2));
  CHECK(refused<ShapeError>([&] { Serial(lines, line_channels(), three); }, "number of proposals is 3, expected 2"));
  CHECK(
      refused<ShapeError>([&] { Serial(lines, line_channels(), std::vector<VegasProposal>{VegasProposal(2), VegasProposal(1)}); },
                          "event size of proposal 1 is 1, expected 2"));
  const Lines good = make();
  CHECK(refused<InvalidArgument>([&] { (void)good.channel_result(2); }, "channel is 2, expected a number below the 2 channels"));
}

}  // namespace multichannel_tests
}  // namespace

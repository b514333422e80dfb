#include "variate/integration/channel_training.hpp"

#include "support/catch.hpp"
#include "variate/distributions/beta.hpp"
#include "variate/io/archive.hpp"
#include "variate/optimizers/adam.hpp"
#include "variate/random/rng.hpp"

namespace {
namespace channel_training_tests {

using namespace variate;

/// f = x(1-x)^3/B(2,4) + 3 x^3(1-x)/B(4,2), a sum that two betas and weights of a network can follow exactly.
Row<double> two_humps(const Batch<double>& y) {
  const auto x = y.row(0).array();
  return 20 * x * (1 - x).cube() + 60 * x.cube() * (1 - x);
}
struct Case {
  Rng rng{3};
  ChannelModel<Beta<double>> model{ChannelWeights(2, 1, {8}, rng),
                                   {Beta<double>(Batch<double>::Constant(1, 1, 1.2), Batch<double>::Constant(1, 1, 1.8)),
                                    Beta<double>(Batch<double>::Constant(1, 1, 1.8), Batch<double>::Constant(1, 1, 1.2))}};
  std::vector<detail::ChannelBuffer> buffers{2};

  /// n uniform points for each channel, a tenth of them where f is zero.
  detail::ChannelRows rows(Index n) {
    detail::ChannelRows drawn;
    drawn.y = uniforms<double>(rng, 1, n);
    drawn.features = drawn.y;
    drawn.log_prior = Batch<double>::Zero(2, n);
    drawn.ratio = two_humps(drawn.y);
    for (Index c = 0; c < n; c += 10) drawn.ratio[c] = 0;
    drawn.log_s = Row<double>::Zero(n);
    drawn.share = Row<double>::Ones(n);
    return drawn;
  }
};

TEST_CASE("The slope of a model's loss by all parameters is that of differences", "[integration]") {
  Case given;
  Vector<double> at = given.model.params();
  at += 0.3 * normals<double>(given.rng, at.size(), 1);
  const std::vector<detail::ChannelRows> rows{given.rows(60), given.rows(50)};
  for (const SurveyLoss loss : {SurveyLoss::variance, SurveyLoss::kl}) {
    const SurveyTrainingOptions options{.loss = loss, .most = 1e9};
    Vector<double> ascent;
    given.model.set_params(at);
    const double value = detail::model_loss<Beta<double>, double>(given.model, rows, 4, options, &ascent);
    CHECK(value == Approx(detail::model_loss<Beta<double>, double>(given.model, rows, 4, options, nullptr)).epsilon(1e-12));
    REQUIRE(ascent.size() == at.size());
    for (Index i = 0; i < at.size(); ++i) {
      const auto moved = [&](double step) {
        Vector<double> params = at;
        params[i] += step;
        given.model.set_params(params);
        return detail::model_loss<Beta<double>, double>(given.model, rows, 4, options, nullptr);
      };
      INFO(static_cast<int>(loss) << " parameter " << i);
      CHECK(-ascent[i] == Approx((moved(1e-5) - moved(-1e-5)) / 2e-5).epsilon(1e-4).margin(1e-5));
    }
  }
}

TEST_CASE("Proposals and weights are learned together, by either loss", "[integration]") {
  for (const SurveyLoss loss : {SurveyLoss::variance, SurveyLoss::kl}) {
    Case given;
    for (int i = 0; i < 2; ++i) {
      detail::ChannelRows rows = given.rows(1500);
      rows.ratio = two_humps(rows.y);
      const Row<double> w = 0.5 * rows.ratio;
      given.buffers[static_cast<std::size_t>(i)].add(std::move(rows), w);
    }
    Adam<double> optimizer({.rate = 0.03});
    const TrainingReport report = train_channels(given.model, optimizer, given.buffers,
                                                 {.loss = loss, .epochs = 40, .minibatch = 300, .patience = 40}, given.rng);
    INFO(static_cast<int>(loss) << ": " << report.before << " to " << report.loss);
    CHECK(report.loss < 0.1 * report.before);
    CHECK(report.skipped == 0);
    CHECK(report.updates == 360);
    // the standard deviations of both channels' weights, at points of no channel
    const Batch<double> x = uniforms<double>(given.rng, 1, 500);
    double deviations = 0, integral = 0;
    for (Index i = 0; i < 2; ++i) {
      const Row<double> alpha = given.model.weights.log_weights(Batch<double>::Zero(2, 500), x).row(i).array().exp();
      const Row<double> q = given.model.proposals[static_cast<std::size_t>(i)].log_prob(x).array().exp();
      const Row<double> w = alpha.array() * two_humps(x).array() / q.array();
      const double mean = w.dot(q) / 500;
      deviations += std::sqrt((w.array() - mean).square().matrix().dot(q) / 500);
      integral += mean;
    }
    CHECK(integral == Approx(4).epsilon(0.1));
    CHECK(deviations < 0.3 * integral);
  }
}

TEST_CASE("Batches count by what they know, and what is not finite is left out", "[integration]") {
  Case given;
  detail::ChannelBuffer& buffer = given.buffers[0];
  Adam<double> optimizer;
  CHECK(buffer.integral() == 0);
  CHECK(std::isnan(train_channels(given.model, optimizer, given.buffers, {}, given.rng).loss));
  detail::ChannelRows rows = given.rows(100);
  rows.ratio[3] = std::nan("");
  const Row<double> w = 0.5 * rows.ratio;
  buffer.add(rows, w);
  CHECK(buffer.all().size() == 99);
  CHECK(buffer.all().share.mean() == Approx(1));
  // one heavy point of a hundred: an effective size of one
  Row<double> heavy = Row<double>::Zero(100);
  heavy[5] = 1e6;
  buffer.add(given.rows(100), heavy);
  CHECK(buffer.integral() < 400);  // its mean is 10000
  detail::ChannelRows train, judge;
  buffer.split(10, train, judge);
  CHECK(train.size() == 180);
  CHECK(judge.size() == 19);
  buffer.add(given.rows(50), Row<double>::Zero(50));  // says nothing
  CHECK(buffer.all().size() == 199);

  ArchiveWriter writer;
  writer(buffer);
  detail::ChannelBuffer other;
  ArchiveReader reader(writer.text());
  reader(other);
  CHECK(other.all().ratio == buffer.all().ratio);
  CHECK(other.integral() == buffer.integral());
  buffer.keep_newest(1);
  CHECK(buffer.integral() == Approx(1e4));

  // a point where the density of a proposal is zero spoils its minibatches, which are left out
  detail::ChannelRows lost = given.rows(64);
  lost.y(0, 0) = -1;
  lost.ratio[0] = 1;
  given.buffers[1].add(lost, lost.ratio);
  const Vector<double> before = given.model.params();
  const TrainingReport report = train_channels(given.model, optimizer, given.buffers, {.epochs = 2, .hold_out = 0}, given.rng);
  CHECK(report.skipped == 2);
  CHECK(given.model.params() == before);
}

TEST_CASE("Minibatches give every channel its share, and a few points at least", "[integration]") {
  const std::vector<Index> order{4, 2, 0, 1, 3};
  CHECK(detail::rows_of_minibatch(order, 1, 2, 1) == std::vector<Index>{0, 1, 3});
  CHECK(detail::rows_of_minibatch(order, 3, 4, 3) == std::vector<Index>{1, 3, 4});
  CHECK(detail::rows_of_minibatch(order, 0, 9, 16) == order);
}

}  // namespace channel_training_tests
}  // namespace

#include "variate/integration/survey_training.hpp"

#include <limits>

#include "support/catch.hpp"
#include "variate/distributions/beta.hpp"
#include "variate/optimizers/adam.hpp"
#include "variate/random/rng.hpp"

namespace {
namespace survey_training_tests {

using namespace variate;

/// x (1 - x)^3 at n uniform points: what Beta(2, 4) is made for; its integral is 1/20.
detail::TrainingSet<double> beta_points(Index n, double scale) {
  Rng rng(3);
  const Batch<double> x = uniforms<double>(rng, 1, n);
  detail::TrainingSet<double> set;
  set.add(x, scale * x.row(0).array() * (1 - x.row(0).array()).cube(), Row<double>::Ones(n));
  return set;
}
Beta<double> uniform() { return Beta<double>(Batch<double>::Ones(1, 1), Batch<double>::Ones(1, 1)); }

TEST_CASE("Either loss leads to the integrand's own family, whatever its scale", "[integration]") {
  for (const SurveyLoss loss : {SurveyLoss::kl, SurveyLoss::variance})
    for (const double scale : {1.0, -1e-12}) {
      Beta<double> q = uniform();
      Adam optimizer({.rate = 0.02});
      Rng rng(1);
      const TrainingReport report =
          train_on_survey(q, optimizer, beta_points(4000, scale), {.loss = loss, .epochs = 60, .patience = 60}, rng);
      INFO(q.a()(0, 0) << " " << q.b()(0, 0) << " loss " << report.before << " " << report.loss);
      CHECK(q.a()(0, 0) == Approx(2).margin(0.15));
      CHECK(q.b()(0, 0) == Approx(4).margin(0.3));
      // at the optimum the divergence is 0 and the second moment 1
      CHECK(report.loss == Approx(loss == SurveyLoss::kl ? 0 : 1).margin(0.02));
      CHECK(report.loss < report.before);
      CHECK(report.updates > 100);
      CHECK(report.skipped == 0);
    }
}

TEST_CASE("Batches count by what they know, and every weight counts on average", "[integration]") {
  detail::TrainingSet<double> set = beta_points(1000, 1);
  const double mean = set.integral();
  CHECK(mean == Approx(0.05).epsilon(0.1));
  // one heavy point among a thousand: an effective size of about one
  Row<double> heavy = Row<double>::Constant(1000, 1e-9);
  heavy[3] = 1000;
  set.add(Batch<double>::Constant(1, 1000, 0.9), heavy, Row<double>::Ones(1000));
  CHECK(set.integral() == Approx(mean).epsilon(0.1));
  detail::TrainingRows<double> train, judge;
  set.split(10, train, judge);
  CHECK(train.size() == 1800);
  CHECK(judge.size() == 200);
  CHECK(train.r.mean() == Approx(1).epsilon(0.05));
  set.keep_newest(1);
  CHECK(set.integral() == Approx(1).epsilon(1e-6));

  Rng rng(1);
  Row<double> r(3);
  r << 0.1, 1, 5;
  double kept = 0;
  for (int i = 0; i < 4000; ++i)
    for (const Index c : detail::choose_rows(r, 0.5, rng)) kept += c == 0;
  CHECK(kept == Approx(800).margin(4 * std::sqrt(640.0)));  // probability 0.1/0.5
}

/// Follows the gradient; its second step is one too far.
struct Stumbles {
  using Scalar = double;
  Index count = 0;
  double longest = 0;
  void update(Vector<double>& params, const Vector<double>& gradient) {
    longest = std::max(longest, gradient.norm());
    params += 1e-3 * gradient;
    if (++count == 2) params[0] = std::numeric_limits<double>::infinity();
  }
};

TEST_CASE("A step too far is not taken, and the optimizer does not remember it", "[integration]") {
  Beta<double> q = uniform();
  Stumbles optimizer;
  Rng rng(1);
  const TrainingReport report =
      train_on_survey(q, optimizer, beta_points(1000, 1), {.epochs = 6, .minibatch = 200, .largest_step = 0.01}, rng);
  CHECK(report.updates == 1);
  CHECK(report.skipped > 10);
  CHECK(optimizer.count == 1);
  CHECK(optimizer.longest == Approx(0.01).epsilon(0.01));  // shortened
  CHECK(q.params().allFinite());
  CHECK_THROWS_AS(train_on_survey(q, optimizer, beta_points(1000, 1), {.largest_step = 0}, rng), DomainError);
}

TEST_CASE("What cannot teach does not harm", "[integration]") {
  Beta<double> q = uniform();
  const Vector<double> before = q.params();
  Adam optimizer({.rate = 0.02});
  Rng rng(1);
  detail::TrainingSet<double> set;
  set.add(Batch<double>::Constant(1, 4, 0.5), Row<double>::Zero(4), Row<double>::Ones(4));
  set.add(Batch<double>::Constant(1, 4, 0.5), Row<double>::Constant(4, std::numeric_limits<double>::quiet_NaN()),
          Row<double>::Ones(4));
  CHECK(set.empty());
  CHECK(std::isnan(train_on_survey(q, optimizer, set, {}, rng).loss));
  CHECK(q.params() == before);
  // a point where log q is not finite spoils its minibatches, which are left out
  Row<double> w = Row<double>::Ones(64);
  Batch<double> x = Batch<double>::Constant(1, 64, 0.25);
  x(0, 0) = -1;
  set.add(x, w, Row<double>::Ones(64));
  const TrainingReport report = train_on_survey(q, optimizer, set, {.epochs = 3, .hold_out = 0}, rng);
  CHECK(report.skipped == 3);
  CHECK(q.params() == before);
}

}  // namespace survey_training_tests
}  // namespace

#include "variate/integration/channel_losses.hpp"

#include "integration/refused.hpp"
#include "support/catch.hpp"
#include "variate/random/fill.hpp"
#include "variate/random/rng.hpp"

namespace {
namespace channel_losses_tests {

using namespace variate;
using variate_tests::refused;

TEST_CASE("A channel's terms are what they are defined as", "[integration]") {
  Rng rng(1);
  const Index n = 40;
  Row<double> t = normals<double>(rng, 1, n), log_ratio = 0.3 * normals<double>(rng, 1, n);
  t[3] = t[8] = 0;
  const Row<double> share = uniforms<double>(rng, 1, n);
  const double total = share.sum(), mean = t.dot(share) / total, size = t.cwiseAbs().dot(share) / total;
  double variance = 0, kl = 0;
  for (Index c = 0; c < n; ++c) {
    const double rho = std::exp(log_ratio[c]), a = std::abs(t[c]);
    variance += share[c] / total * rho * (t[c] / rho - mean) * (t[c] / rho - mean);
    kl += share[c] / total * ((a > 0 ? a * std::log(a / (size * rho)) : 0) - a + size * rho);
  }
  CHECK(channel_term(SurveyLoss::variance, t, log_ratio, share).value == Approx(variance).epsilon(1e-12));
  CHECK(channel_term(SurveyLoss::kl, t, log_ratio, share).value == Approx(kl).epsilon(1e-12));
  // the best proposal: nothing to gain, and nothing to follow at any point
  log_ratio.array() -= std::log(log_ratio.array().exp().matrix().dot(share) / total);
  const Row<double> best = log_ratio.array().exp() * 0.7;
  for (const SurveyLoss loss : {SurveyLoss::variance, SurveyLoss::kl}) {
    const ChannelTerm term = channel_term(loss, best, log_ratio, share);
    INFO(static_cast<int>(loss));
    CHECK(term.value < 1e-12);
    CHECK(term.of_density.cwiseAbs().maxCoeff() < 1e-12);
    CHECK(term.of_weight.cwiseAbs().maxCoeff() < 1e-12);
  }
  CHECK(channel_term(SurveyLoss::kl, Row<double>::Zero(n), log_ratio, share).value == 0);
  CHECK(channel_term(SurveyLoss::variance, Row<double>::Zero(n), log_ratio, share).of_weight.norm() == 0);
  CHECK(channel_term(SurveyLoss::variance, t, log_ratio, share, 1e-3).value < 0.1 * variance);
  CHECK(refused<ShapeError>([&] { channel_term(SurveyLoss::kl, t, log_ratio, Row<double>::Ones(2)); }, "size of share is 2"));
}

TEST_CASE("The slopes of both losses are those of differences", "[integration]") {
  Rng rng(2);
  const Index n = 9;
  Row<double> t[2], log_ratio[2];
  const Row<double> share = uniforms<double>(rng, 1, n);
  for (int i = 0; i < 2; ++i) {
    t[i] = normals<double>(rng, 1, n);
    log_ratio[i] = 0.4 * normals<double>(rng, 1, n);
    t[i][4] = 0;
  }
  for (const SurveyLoss loss : {SurveyLoss::variance, SurveyLoss::kl}) {
    const auto total = [&] {
      std::vector<double> terms;
      for (int i = 0; i < 2; ++i) terms.push_back(channel_term(loss, t[i], log_ratio[i], share).value);
      return channel_loss(loss, terms).value;
    };
    const ChannelTerm one = channel_term(loss, t[0], log_ratio[0], share), two = channel_term(loss, t[1], log_ratio[1], share);
    const double slope = channel_loss(loss, {one.value, two.value}).slopes[0];
    constexpr double step = 1e-6;
    for (Index c = 0; c < n; ++c) {
      const double weight = t[0][c], density = log_ratio[0][c];
      t[0][c] = weight * std::exp(step);
      const double up = total();
      t[0][c] = weight * std::exp(-step);
      CHECK(slope * one.of_weight[c] == Approx((up - total()) / (2 * step)).epsilon(1e-5).margin(1e-7));
      t[0][c] = weight;
      log_ratio[0][c] = density + step;
      const double above = total();
      log_ratio[0][c] = density - step;
      CHECK(slope * one.of_density[c] == Approx((above - total()) / (2 * step)).epsilon(1e-5).margin(1e-7));
      log_ratio[0][c] = density;
    }
  }
}

TEST_CASE("The stratified variance is that of the best allocation", "[integration]") {
  const ChannelLoss loss = channel_loss(SurveyLoss::variance, {4, 0.25, 0}, 0);
  CHECK(loss.value == Approx(6.25));  // (2 + 1/2 + 0)^2
  CHECK(loss.slopes[1] == Approx(5));
  CHECK(channel_loss(SurveyLoss::kl, {1, 2}).value == 3);
  CHECK(std::isfinite(channel_loss(SurveyLoss::variance, {1, 0}).slopes[1]));
}

}  // namespace channel_losses_tests
}  // namespace

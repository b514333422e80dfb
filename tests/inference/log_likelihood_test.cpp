#include "variate/inference/log_likelihood.hpp"

#include "support/amortised.hpp"
#include "support/catch.hpp"
#include "variate/distributions/detail/enumerate.hpp"
#include "variate/generative/layered_guide.hpp"
#include "variate/generative/layered_sbn.hpp"
#include "variate/random/rng.hpp"

using namespace variate;

namespace {

LayeredSbn<double> likely_net() {
  Rng rng(41);
  return LayeredSbn<double>::random({5, 4, 2}, rng, {}, 1.0);
}
LayeredGuide<double> likely_guide(double deviation) {
  Rng rng(42);
  return LayeredGuide<double>::random({5, 4, 2}, rng, deviation);
}
Batch<double> pictures() {
  Rng rng(43);
  return (uniforms<double>(rng, 5, 20).array() > 0.5).cast<double>();
}

}  // namespace

TEST_CASE("importance sampling, annealing and enumeration agree, within their errors", "[inference][statistical]") {
  const auto net = likely_net();
  const auto guide = likely_guide(0.5);
  const Batch<double> x = pictures(), states = detail::all_points<double>("test", 6, 2);
  const Row<double> exact = exact_log_likelihood(net, x, states);
  const auto sampled = importance_log_likelihood(guide, net, x, Rng(1), 4000);
  // 20 data points: |z| above 4 by chance once in 800
  const Row<double> z = (sampled.value - exact).cwiseQuotient(sampled.error);
  INFO("worst z " << z.cwiseAbs().maxCoeff() << ", mean error " << sampled.mean_error());
  CHECK(z.cwiseAbs().maxCoeff() < 4);
  CHECK(std::abs(sampled.mean() - exact.mean()) < 4 * sampled.mean_error());
  CHECK(sampled.mean_error() < 0.03);
  CHECK(sampled.effective_sample_size.minCoeff() > 20);
  CHECK(sampled.effective_sample_size.maxCoeff() < 4000);
  CHECK((sampled.elbo - exact).maxCoeff() < 0);
  CHECK(sampled.dropped == 0);

  const auto annealed = annealed_log_likelihood(guide, net, x, Rng(2), {.chains = 40, .temperatures = 30});
  CHECK(((annealed.value - exact).cwiseQuotient(annealed.error)).cwiseAbs().maxCoeff() < 4.5);
  // few chains: annealed weights beat plain ones of a bad guide
  const auto bad = likely_guide(2.5);
  const auto plain = importance_log_likelihood(bad, net, x, Rng(3), 10);
  const auto better = annealed_log_likelihood(bad, net, x, Rng(3), {.chains = 10, .temperatures = 40});
  CHECK((better.value - exact).norm() < 0.5 * (plain.value - exact).norm());
  // the posterior is the joint, normalised
  const Batch<double> one = x.col(0);
  const Row<double> posterior = exact_posterior(net, one, states);
  CHECK(posterior.sum() == Approx(1));
  CHECK(std::log(posterior(5)) == Approx(net.at(one)(states)(5) - exact(0)));
}

TEST_CASE("continuous latents, annealed by random walks", "[inference][statistical]") {
  // z ~ N(0, 1), x | z ~ N(A z + c, sd^2 I): p(x) is normal
  const auto p = variate_tests::decoder(2, 1, 0.7);
  const auto q = variate_tests::encoder(2, 3, 1);
  const Batch<double> x{{0.4, -0.8, 1.5}, {0.1, 0.9, -0.6}};
  Row<double> exact(3);
  const double a = 0.1, c = 0.1, noise = 0.49;
  // covariance a^2 11' + noise I: eigenvalues 2 a^2 + noise along (1, 1), noise across
  for (Index b = 0; b < 3; ++b) {
    const double along = (x(0, b) + x(1, b) - 2 * c) / std::sqrt(2.0), across = (x(0, b) - x(1, b)) / std::sqrt(2.0);
    const double top = 2 * a * a + noise;
    exact(b) =
        -0.5 * (along * along / top + across * across / noise + std::log(top * noise) + 2 * std::log(2 * 3.14159265358979323846));
  }
  const auto sampled = importance_log_likelihood(q, p, x, Rng(4), 20000);
  CHECK(((sampled.value - exact).cwiseQuotient(sampled.error)).cwiseAbs().maxCoeff() < 4);
  const auto annealed = annealed_log_likelihood(q, p, x, Rng(5), {.chains = 100, .temperatures = 50}, MetropolisStep{0.8});
  CHECK(((annealed.value - exact).cwiseQuotient(annealed.error)).cwiseAbs().maxCoeff() < 4);
}

TEST_CASE("weights that vanish or are no numbers", "[inference]") {
  LogLikelihood all;
  for (Row<double>* row : {&all.value, &all.error, &all.effective_sample_size, &all.elbo}) row->resize(2);
  const double none = -variate_tests::infinity;
  detail::summarise_weights(Row<double>{{-1000.0, none, -1001.0, none, NAN, none}}, 2, 0, all);
  CHECK(all.value(0) == Approx(-1000 + std::log((1 + std::exp(-1.0)) / 2)));
  CHECK(all.value(1) == none);
  CHECK(all.effective_sample_size(1) == 0);
  CHECK(all.dropped == 1);
  const auto net = likely_net();
  const auto guide = likely_guide(0.5);
  const Batch<double> x = pictures(), empty(5, 0);
  CHECK_THROWS_AS(importance_log_likelihood(guide, net, x, Rng(1), 0), InvalidArgument);
  CHECK_THROWS_AS(importance_log_likelihood(guide, net, empty, Rng(1), 5), InvalidArgument);
  CHECK_THROWS_AS(annealed_log_likelihood(guide, net, x, Rng(1), {.chains = 0}), InvalidArgument);
  CHECK_THROWS_AS(annealed_log_likelihood(guide, net, x, Rng(1), {.temperatures = 0}), InvalidArgument);
  CHECK_THROWS_AS(annealed_log_likelihood(guide, net, x, Rng(1), {.sweeps = 0}), InvalidArgument);
}

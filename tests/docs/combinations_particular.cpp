#include "combinations_families.hpp"
#include "variate/distributions/network_conditional.hpp"
#include "variate/estimators/relax.hpp"
#include "variate/generative/ancestral.hpp"
#include "variate/generative/layered_guide.hpp"
#include "variate/generative/layered_sbn.hpp"
#include "variate/inference/elbo_rule.hpp"
#include "variate/inference/generalized_vi.hpp"
#include "variate/inference/learner.hpp"
#include "variate/inference/wake_sleep.hpp"
#include "variate/networks/mlp.hpp"
#include "variate/objectives/weighted_losses.hpp"
#include "variate/optimizers/adam.hpp"

namespace combinations {
namespace {

/// -int f^2/q of a mixture q, whose gradient the variance loss estimates.
double variance_loss_on_mixture() {
  using Q = GaussianMixture<Normal<double>>;
  const Q q(Batch<double>{{0.3}, {-0.2}}, {Normal<double>(Vector<double>{{-1.0}}, Vector<double>{{1.0}}),
                                           Normal<double>(Vector<double>{{1.2}}, Vector<double>{{0.9}})});
  const auto f = [](const Batch<double>& x) {
    return Row<double>(((-(x.array() - 1).square() * 2).exp() + 0.5 * (-(x.array() + 1).square()).exp()).matrix().row(0));
  };
  const Batch<double> grid = Row<double>::LinSpaced(4001, -8, 8);
  const Vector<double> want = slopes(q.params(), [&](const Vector<double>& params) {
    Q moved = q;
    moved.set_params(params);
    return -(f(grid).array().square() / moved.log_prob(grid).array().exp()).sum() * 16 / 4000;
  });
  const Normal<double> p(Vector<double>{{0.0}}, Vector<double>{{1.6}});
  Rng rng(5);
  Mean mean;
  for (int i = 0; i < 3000; ++i) {
    const Batch<double> x = p.sample(rng, 16);
    mean.add(VarianceLoss<double>{}(q, log_weighted_points<double>(x, p.log_prob(x), f(x))).q);
  }
  return worst_z(mean, want);
}

/// A loss of three bits with a Bernoulli posterior, RELAX for the gradient.
double relax_in_generalised_vi() {
  const Bernoulli<double> q(Vector<double>{{0.4, -0.7, 0.2}}), prior(Vector<double>{{0.0, 0.3, -0.2}});
  const auto loss = [](const auto& theta) { return (theta[0] + 2.0 * theta[1] - theta[2] - 0.4) * (theta[0] + theta[2] - 0.8); };
  Rng rng(6);
  const Mlp<> net({3, 4, 1});
  const Relax relax(differentiable(net, net.initialise(rng)), {}, Adam<double>({.rate = 0.01}));
  GeneralizedViOptions<double> options{};
  options.n_samples_per_epoch = 2;
  options.progress_bar = options.progress_info = false;
  const GeneralizedVi vi(loss, prior, q, options, Adam<double>(), relax);
  const Batch<double> states = q.support();
  const Vector<double> want = slopes(q.params(), [&](const Vector<double>& params) {
    Bernoulli<double> moved = q;
    moved.set_params(params);
    const Row<double> log_q = moved.log_prob(states), log_prior = prior.log_prob(states);
    double total = 0;
    for (Index c = 0; c < states.cols(); ++c)
      total -= std::exp(log_q(c)) * (loss(Vector<double>(states.col(c))) + log_q(c) - log_prior(c));
    return total;
  });
  Mean mean;
  for (int i = 0; i < 6000; ++i) mean.add(vi.estimate(rng).q);
  return worst_z(mean, want);
}

const std::vector<Index> sizes{3, 2};
LayeredSbn<double> net() {
  Rng rng(7);
  return LayeredSbn<double>::random(sizes, rng, {}, 0.9);
}
LayeredGuide<double> guide() {
  Rng rng(8);
  return LayeredGuide<double>::random(sizes, rng, 0.9);
}
Batch<double> data() { return Batch<double>{{1}, {0}, {1}}; }
/// E log mean of two weights, by every pair.
double bound_of_two(const LayeredGuide<double>& q, const LayeredSbn<double>& p) {
  const Batch<double> x = data();
  const auto bound_q = q.at(x);
  const auto bound_p = p.at(x);
  const Batch<double> states = bound_q.support();
  const Row<double> log_q = bound_q.log_prob(states), l = bound_p(states) - log_q;
  double total = 0;
  for (Index i = 0; i < l.size(); ++i)
    for (Index j = 0; j < l.size(); ++j)
      total += std::exp(log_q(i) + log_q(j)) * std::log(0.5 * (std::exp(l(i)) + std::exp(l(j))));
  return total;
}
template <class Rule>
void of_learner(const Rule& rule, Mean& of_q, Mean& of_p) {
  const Learner learner(guide(), net(), rule, Adam<double>(), Adam<double>(), data());
  Rng rng(9);
  for (int i = 0; i < 12000; ++i) {
    const auto e = learner.estimate(rng);
    of_q.add(e.q);
    of_p.add(e.f);
  }
}
double vimco_in_wake_sleep() {
  Mean of_q, of_p;
  of_learner(ElboRule<Vimco, Elbo<SampledEntropy>>{.samples = 2}, of_q, of_p);
  const Vector<double> phi = slopes(guide().params(), [](const Vector<double>& params) {
    auto q = guide();
    q.set_params(params);
    return bound_of_two(q, net());
  });
  const Vector<double> theta = slopes(net().params(), [](const Vector<double>& params) {
    auto p = net();
    p.set_params(params);
    return bound_of_two(guide(), p);
  });
  return std::max(worst_z(of_q, phi), worst_z(of_p, theta));
}
/// Theta of weighted particles is that of the bound, phi asleep that of the dreams' divergence.
double wake_and_sleep() {
  Mean of_q, of_p;
  of_learner(WakeSleep<>{.n_samples = 2}, of_q, of_p);
  const Vector<double> theta = slopes(net().params(), [](const Vector<double>& params) {
    auto p = net();
    p.set_params(params);
    return bound_of_two(guide(), p);
  });
  const auto q = guide();
  const auto p = net();
  Vector<double> phi = Vector<double>::Zero(q.params().size());
  const Batch<double> worlds = detail::all_points<double>("combinations", 3, 2);
  for (Index i = 0; i < worlds.cols(); ++i) {
    const Batch<double> x = worlds.col(i);
    const auto bound = q.at(x);
    const Batch<double> states = bound.support();
    const auto e = bound.evaluate(states);
    e.accumulate(Row<double>(p.at(x)(states).array().exp()), phi);
  }
  return std::max(worst_z(of_q, phi), worst_z(of_p, theta));
}
/// A VAE of one latent, by the path and by the score: the same gradients of guide and decoder.
double vae_two_ways() {
  Rng rng(10);
  const Mlp<> encoder({2, 3, 2}), decoder({1, 3, 2});
  const auto q = network_conditional<Normal<double>>(encoder, encoder.initialise(rng));
  const Ancestral p(Normal<double>::standard(1), network_conditional<Bernoulli<double>>(decoder, decoder.initialise(rng)));
  const Batch<double> x{{1, 0}, {0, 0}};
  const auto mean_of = [&](const auto& rule, int count) {
    Mean mean;
    for (int i = 0; i < count; ++i) {
      const auto e = rule(q, p, x, rng);
      Vector<double> both(e.q.size() + e.f.size());
      both << e.q, e.f;
      mean.add(both);
    }
    return mean;
  };
  const Mean path = mean_of(ElboRule<>{.samples = 2}, 3000);
  const Mean score = mean_of(ElboRule<Reinforce<>, Elbo<SampledEntropy>>{.samples = 4}, 6000);
  return worst_z(score, path.mean, path.variance_of_mean());
}

}  // namespace

void particular(Table& table) {
  const auto row = [&](const char* driver, const char* family, const char* estimator, const char* beside, double z) {
    std::printf("| %s | %s | %s | %s |", driver, family, estimator, beside);
    table.passed(z);
    table.end();
  };
  row("`VarianceLoss` on frozen points (integration)", "`GaussianMixture`", "importance-weighted score", "numerical integration",
      variance_loss_on_mixture());
  row("`GeneralizedVi`", "`Bernoulli`", "`Relax`", "enumeration", relax_in_generalised_vi());
  row("`Learner` with `ElboRule`, guide and net of bits", "`LayeredGuide`", "`Vimco`", "enumeration of pairs",
      vimco_in_wake_sleep());
  row("`Learner` with `WakeSleep`", "`LayeredGuide`", "weighted particles, dreams", "enumeration", wake_and_sleep());
  row("`ElboRule`, amortised, with a decoder", "`Normal` of a network", "`Pathwise` and `Reinforce`", "each other",
      vae_two_ways());
}

}  // namespace combinations

#include "combinations_families.hpp"
#include "variate/integration/weighted_trainer.hpp"
#include "variate/mixtures/more.hpp"
#include "variate/mixtures/stein.hpp"
#include "variate/objectives/weighted_losses.hpp"
#include "variate/optimizers/adam.hpp"

namespace combinations {
namespace {

/// Points drawn by another of the family, f near the family's own density: the variance of the weights is finite.
template <class Q>
void row_of_losses(Table& table, const char* name, const Q& q) {
  const Q drawn_by = shifted(q);
  const auto f = [&](const Batch<double>& x) -> Row<double> { return (q.log_prob(x) - bowl(x) / 4).array().exp(); };
  const Everything all = everything(q);
  const Row<double> on_all = f(all.x);
  const auto want = [&](auto share) {
    return slopes(q.params(), [&](const Vector<double>& params) {
      Q moved = q;
      moved.set_params(params);
      const Row<double> log_q = moved.log_prob(all.x);
      double total = 0;
      for (Index c = 0; c < log_q.size(); ++c)
        if (on_all(c) > 1e-30) total += all.w(c) * share(on_all(c), log_q(c));
      return total;
    });
  };
  const auto loss = [&](const auto& which, const Vector<double>& expected) {
    WeightedTrainer trainer(q, which, Adam<double>());
    cell(
        table,
        [&](Rng& rng) {
          const Batch<double> x = drawn_by.sample(rng, 16);
          trainer.set_data(log_weighted_points<double>(x, drawn_by.log_prob(x), f(x)));
          return trainer.estimate(rng);
        },
        true, expected, Vector<double>::Zero(expected.size()), "", draws / 2);
  };
  table.begin(name);
  loss(VarianceLoss<double>{}, want([](double value, double log_q) { return -value * value * std::exp(-log_q); }));
  loss(ForwardKl<double>{}, want([](double value, double log_q) { return value * log_q; }));
  table.end();
}

/// Natural gradients of one normal component beside a quadratic target, where they are known: H = target - P, g = target mean.
template <class Estimator>
double natural_gradient(const Estimator& estimator) {
  const Batch<double> mean{{0.5}, {-1.0}}, factor{{0.7, 0.0}, {0.2, 0.5}}, target{{2.0, 0.5}, {0.5, 1.0}};
  const Gaussians<double, Covariance::full> model(Vector<double>::Ones(1), mean, {factor});
  const Batch<double> precision = model[0].inverse.transpose() * model[0].inverse, hessian = target - precision;
  const Vector<double> gradient = target * mean.col(0);
  Vector<double> want(6);
  want << hessian.reshaped(), gradient;
  NaturalGradients<double, Covariance::full> got;
  typename Estimator::template Workspace<double> work;
  Rng rng(13);
  Mean all;
  const Index n = 50;
  for (int i = 0; i < 2000; ++i) {
    MixtureSamples<double> samples;
    samples.stored.x = model.sample_components(rng, {n});
    samples.stored.gradient = -target * samples.stored.x;
    samples.stored.target = 0.5 * samples.stored.x.cwiseProduct(samples.stored.gradient).colwise().sum();
    samples.stored.mapping.assign(static_cast<std::size_t>(n), 0);
    samples.background = model.log_density(samples.stored.x);
    samples.densities = model.component_log_densities(samples.stored.x);
    estimator(model, samples, 1.0, Vector<double>(Vector<double>::Constant(1, 1e-12)), got, work);
    Vector<double> one(6);
    one << got.hessians[0].reshaped(), got.gradients[0];
    all.add(one);
  }
  return worst_z(all, want);
}

}  // namespace

void weighted(Table& table) {
  const auto row = [&](const char* name, const auto& q) { row_of_losses(table, name, q); };
  each_continuous(row);
  each_discrete(row);
}
void natural(Table& table) {
  table.begin("GaussianMixture");
  table.passed(natural_gradient(Stein{}));
  table.passed(natural_gradient(More{}));
  table.end();
}

}  // namespace combinations

#pragma once
/// `GeneralizedVi`: a loss for each parameter vector, and a divergence from the prior.
#include "combinations_families.hpp"
#include "variate/inference/generalized_vi.hpp"

namespace combinations {

struct BowlLoss {
  template <class X>
  X operator()(const Vector<X>& theta) const {
    X total = (theta[0] - 0.3) * (theta[0] - 0.3);
    for (Index i = 1; i < theta.size(); ++i) total = total + (theta[i] - 0.3) * (theta[i] - 0.3);
    return total;
  }
};

template <class Q>
void row_generalised(Table& table, const char* name, const Q& q) {
  using Plain = LossIntegrand<BowlLoss, double, Rng, const SerialExecutor, false>;
  using Sloped = LossIntegrand<BowlLoss, double, Rng, const SerialExecutor, true>;
  const Q prior = shifted(q);
  GeneralizedViOptions<double> options{};
  options.w = 0.5;
  options.n_samples_per_epoch = 2;
  options.n_samples_regularisation = 4;
  options.progress_bar = options.progress_info = false;
  const Vector<double> want = slopes_of_mean(q, [&](const Batch<double>& x, const Row<double>& log_q) {
    return Row<double>(-bowl(x) - options.w * (log_q - prior.log_prob(x)));
  });
  table.begin(name);
  each_estimator([&]<class E>(const E& estimator, const char* header, bool unbiased) {
    if constexpr (!detail::accepts<E, Q, Plain> && !detail::accepts<E, Q, Sloped>) {
      table.refused(header);
    } else {
      const GeneralizedVi vi(BowlLoss{}, prior, q, options, Adam<double>(), estimator);
      cell(table, [&](Rng& rng) { return vi.estimate(rng); }, unbiased, want, Vector<double>::Zero(want.size()));
    }
  });
  each_bound([&](const auto&, const char*, bool) { table.refused("estimators/detail/log_weights.hpp"); });
  table.end();
}

}  // namespace combinations

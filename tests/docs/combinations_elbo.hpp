#pragma once
/// `Learner` with `ElboRule`: a family beside an unnormalised log density.
#include "combinations_families.hpp"
#include "variate/inference/elbo_rule.hpp"
#include "variate/inference/learner.hpp"
#include "variate/optimizers/adam.hpp"

namespace combinations {

/// The cell of an estimator in a rule with this objective.
template <class Objective, class E, class Q, class F>
void elbo_cell(Table& table, const E& estimator, const Q& q, const F& log_p, bool unbiased, const Vector<double>& want,
               const Vector<double>& variance_of_want, const char* note = "") {
  const Learner learner(q, log_p, ElboRule<E, Objective>{.estimator = estimator, .objective = {}, .samples = 2}, Adam<double>());
  cell(table, [&](Rng& rng) { return learner.estimate(rng); }, unbiased, want, variance_of_want, note);
}

template <class Q>
void row_of_elbo(Table& table, const char* name, const Q& q) {
  const auto log_p = differentiable(Bowl{-1});
  using F = std::remove_const_t<decltype(log_p)>;
  const Vector<double> want =
      slopes_of_mean(q, [](const Batch<double>& x, const Row<double>& log_q) { return Row<double>(-bowl(x) - log_q); });
  const Vector<double> exact = Vector<double>::Zero(want.size());
  table.begin(name);
  each_estimator([&]<class E>(const E& estimator, const char* header, bool unbiased) {
    if constexpr (detail::accepts<ElboRule<E, Elbo<SampledEntropy>>, Q, F>)
      elbo_cell<Elbo<SampledEntropy>>(table, estimator, q, log_p, unbiased, want, exact);
    else if constexpr (detail::accepts<ElboRule<E, Elbo<ClosedFormEntropy>>, Q, F>)
      elbo_cell<Elbo<ClosedFormEntropy>>(table, estimator, q, log_p, unbiased, want, exact, " (H)");
    else
      table.refused(header);
  });
  const auto bound = Elbo<SampledEntropy>{}(q, log_p);
  const Mean plain = mean_gradient([&](Rng& rng) { return Vimco{LeftOut::nothing}(q, bound, rng, 2); }, 2 * draws);
  each_bound([&]<class E>(const E& estimator, const char* header, bool unbiased) {
    if constexpr (detail::accepts<ElboRule<E, Elbo<SampledEntropy>>, Q, F>)
      elbo_cell<Elbo<SampledEntropy>>(table, estimator, q, log_p, unbiased, plain.mean, plain.variance_of_mean());
    else
      table.refused(header);
  });
  table.end();
}

}  // namespace combinations

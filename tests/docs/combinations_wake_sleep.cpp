#include "combinations_amortised.hpp"
#include "variate/generative/ancestral.hpp"
#include "variate/inference/wake_sleep.hpp"

namespace combinations {
namespace {

/// The gradients of wake-sleep: theta's of E_q log p, phi's of the mean log q of dreams, from dreams of one's own.
template <class Guide, class P>
Mean dreamt(const Guide& guide, const P& p) {
  Rng rng(12);
  Mean mean;
  for (Index i = 0; i < draws; ++i) {
    const auto dream = p.dream(rng, 20);
    const auto q = guide.at(dream.x);
    mean.add(q.evaluate(dream.h).pullback(Row<double>(Row<double>::Constant(20, 0.05))));
  }
  return mean;
}

template <class Q>
void row_of_phases(Table& table, const char* name, const Q& base) {
  if constexpr (requires(const Batch<double>& theta) { Q::from_theta(theta); }) {
    const auto guide = guide_like(base);
    const Mlp<> decoder({base.event_size(), 2});
    const Vector<double> weights = Vector<double>::LinSpaced(decoder.size(), 0.4, -0.3);
    const Ancestral p(shifted(base), network_conditional<Normal<>>(decoder, weights));
    const Batch<double> x = two_points();
    const Index of_guide = guide.params().size(), of_model = p.params().size();
    const Mean phi = dreamt(guide, p);
    Vector<double> want(of_guide + of_model), variance = Vector<double>::Zero(of_guide + of_model);
    want = slopes_of_both(guide, p, x, [](const Row<double>& log_p, const Row<double>&) { return log_p; });
    want.head(of_guide) = phi.mean;
    variance.head(of_guide) = phi.variance_of_mean();
    table.begin(name);
    const auto phase = [&](const auto& rule, bool unbiased) {
      const Learner learner(guide, p, rule, Adam<double>(), Adam<double>(), x);
      cell(table, [&](Rng& rng) { return learner.estimate(rng); }, unbiased, want, variance, "", draws / 2);
    };
    phase(WakeSleep<Sleep>{}, true);
    phase(WakeSleep<Wake>{.n_samples = 3}, false);
    phase(WakeSleep<Mixed>{.n_samples = 3}, false);
    phase(WakeSleep<Defensive<Q>>{.n_samples = 3, .phase_q = {.delta = 0.2, .other = shifted(base)}}, false);
    table.end();
  }
}

}  // namespace

void wake_sleep(Table& table) {
  const auto row = [&](const char* name, const auto& q) { row_of_phases(table, name, q); };
  each_continuous(row);
  each_discrete(row);
}

}  // namespace combinations

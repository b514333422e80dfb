#pragma once
/// Guide and model learning together: a family behind a link for each data point, a model with parameters of its own.
#include "combinations_families.hpp"
#include "variate/autodiff/differentiable_model.hpp"
#include "variate/distributions/network_conditional.hpp"
#include "variate/inference/elbo_rule.hpp"
#include "variate/inference/learner.hpp"
#include "variate/networks/mlp.hpp"
#include "variate/optimizers/adam.hpp"

namespace combinations {

/// Two data points.
inline Batch<double> two_points() { return Batch<double>{{0.5, -0.8}}; }

/// theta of `base` at x = 0, a line in x.
template <class Q>
auto guide_like(const Q& base) {
  const Batch<double> theta = base.distribution().theta();
  const Index rows = theta.rows();
  const Mlp<> line({1, rows});
  Vector<double> params(2 * rows);
  for (Index i = 0; i < rows; ++i) params(i) = 0.2 * std::cos(2.0 * static_cast<double>(i));
  params.tail(rows) = theta.col(0);
  return network_conditional<Q>(line, params);
}
/// x = theta . h with noise, h near 0.3: not normalised.
struct Slanted {
  Index rows;
  auto operator()(const auto& h, const auto& x, const auto& theta) const {
    return -0.5 * sum(square(x - reshape(theta, 0, 1, rows) * h)) - 0.5 * sum(square(h - 0.3));
  }
};
template <class Q>
auto slanted(const Q& base) {
  const Index rows = base.event_size();
  return differentiable_model(Slanted{rows}, Vector<double>::LinSpaced(rows, 0.6, -0.4));
}

/// The gradients, guide's first, of the mean over the data points of E_q[h(log p, log q)].
template <class Guide, class P, class H>
Vector<double> slopes_of_both(const Guide& guide, const P& p, const Batch<double>& x, H h) {
  std::vector<Everything> all;
  for (Index b = 0; b < x.cols(); ++b) {
    const Batch<double> one = x.col(b);
    all.push_back(everything(guide.at(one).distribution(), 100));
  }
  const auto value = [&](const Guide& q, const P& model) {
    double total = 0;
    for (Index b = 0; b < x.cols(); ++b) {
      const Batch<double> one = x.col(b);
      const auto bound_q = q.at(one);
      const auto bound_p = model.at(one);
      total += mean_over(all[static_cast<std::size_t>(b)], bound_q, [&](const Batch<double>& points, const Row<double>& log_q) {
        return h(Row<double>(variate::values(bound_p, points)), log_q);
      });
    }
    return total / static_cast<double>(x.cols());
  };
  const Vector<double> of_q = slopes(guide.params(), [&](const Vector<double>& params) {
    Guide moved = guide;
    moved.set_params(params);
    return value(moved, p);
  });
  const Vector<double> of_p = slopes(p.params(), [&](const Vector<double>& params) {
    P moved = p;
    moved.set_params(params);
    return value(guide, moved);
  });
  Vector<double> both(of_q.size() + of_p.size());
  both << of_q, of_p;
  return both;
}

template <class Objective, class E, class Guide, class P>
void amortised_cell(Table& table, const E& estimator, const Guide& guide, const P& p, bool unbiased, const Vector<double>& want,
                    const Vector<double>& variance_of_want, const char* note = "") {
  const Learner learner(guide, p, ElboRule<E, Objective>{.estimator = estimator, .objective = {}, .samples = 2}, Adam<double>(),
                        Adam<double>(), two_points());
  cell(table, [&](Rng& rng) { return learner.estimate(rng); }, unbiased, want, variance_of_want, note, draws / 2);
}

template <class Q>
void row_amortised(Table& table, const char* name, const Q& base) {
  table.begin(name);
  if constexpr (!requires(const Batch<double>& theta) { Q::from_theta(theta); }) {
    for (std::size_t i = 0; i < all_columns().size(); ++i)
      table.left_out("not tried: NetworkConditional takes a mixture with a `make` alone that knows how many components theta is for.");
  } else {
    const auto guide = guide_like(base);
    const auto p = slanted(base);
    using Guide = std::remove_const_t<decltype(guide)>;
    using Decoder = std::remove_const_t<decltype(p)>;
    const Vector<double> want = slopes_of_both(
        guide, p, two_points(), [](const Row<double>& log_p, const Row<double>& log_q) { return Row<double>(log_p - log_q); });
    const Vector<double> exact = Vector<double>::Zero(want.size());
    each_estimator([&]<class E>(const E& estimator, const char* header, bool unbiased) {
      if constexpr (detail::accepts<ElboRule<E, Elbo<SampledEntropy>>, Guide, Decoder>)
        amortised_cell<Elbo<SampledEntropy>>(table, estimator, guide, p, unbiased, want, exact);
      else if constexpr (detail::accepts<ElboRule<E, Elbo<ClosedFormEntropy>>, Guide, Decoder>)
        amortised_cell<Elbo<ClosedFormEntropy>>(table, estimator, guide, p, unbiased, want, exact, " (H)");
      else
        table.refused(header);
    });
    const ElboRule<Vimco, Elbo<SampledEntropy>> naive{.estimator = {LeftOut::nothing}, .objective = {}, .samples = 2};
    const Batch<double> x = two_points();
    const Mean plain = mean_gradient([&](Rng& rng) { return naive(guide, p, x, rng); }, draws);
    each_bound([&]<class E>(const E& estimator, const char* header, bool unbiased) {
      if constexpr (detail::accepts<ElboRule<E, Elbo<SampledEntropy>>, Guide, Decoder>)
        amortised_cell<Elbo<SampledEntropy>>(table, estimator, guide, p, unbiased, plain.mean, plain.variance_of_mean());
      else
        table.refused(header);
    });
  }
  table.end();
}

}  // namespace combinations

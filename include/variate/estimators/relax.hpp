#pragma once
/// RELAX: the score estimator with a learned control variate on the noisy logits.
#include <cmath>
#include <utility>

#include "variate/core/spare.hpp"
#include "variate/estimators/detail/controlled_score.hpp"
#include "variate/estimators/detail/coupled.hpp"
#include "variate/estimators/detail/smooth_draw.hpp"
#include "variate/optimizers/adam.hpp"

namespace variate {

/// Options of Relax.
template <class T = double>
struct RelaxOptions {
  bool with_cost =
      false;  ///< the surrogate is c(z) + f(smooth(z/temperature)), its log temperature learned as well; then f needs a gradient
  T temperature = T(0.5);  ///< of that relaxation, positive: where learning starts
};

/// RELAX (Grathwohl et al. 2018). With a surrogate c of the noisy logits z of the hard draw b, and z_tilde, a second draw of them
/// given b,
///
///     (f(b) - c(z_tilde)) grad log q(b) + d/dlogits [c(z) - c(z_tilde)].
///
/// Unbiased for every c. Its parameters (and the log temperature, with `with_cost`) take a step of `optimizer` down the slope of
/// each draw's squared gradient by the logits, by one sweep of c over dual numbers at z and one at z_tilde.
///
/// The surrogate is Parametric and has `evaluate` and `hessian_vector_product` (what `differentiable(model, params)` makes of a
/// generic model has); it sees columns of as many rows as q has logits. f needs only values, and is called once on n columns for
/// each data point; with `with_cost` on 3n, with gradients. For Bernoulli and OneHotCategorical, bound or not. Samples with a
/// value or gradient that is not finite are dropped and counted. Throws DomainError unless temperature > 0, InvalidArgument if n
/// < 1.
template <class Surrogate, class O = Adam<ScalarOf<Surrogate>>>
class Relax {
  using T = ScalarOf<Surrogate>;

 public:
  explicit Relax(Surrogate surrogate, RelaxOptions<T> options = {}, O optimizer = O({.rate = T(0.01)}))
      : surrogate_(std::move(surrogate)), options_(options), optimizer_(std::move(optimizer)) {
    detail::require_positive("Relax", "temperature", options.temperature);
    log_tau_ = std::log(options.temperature);
  }

  const Surrogate& surrogate() const { return surrogate_; }  ///< as it stands
  T temperature() const { return std::exp(log_tau_); }       ///< as it stands

  template <class Q, class F>
  static constexpr bool accepts = [] {
    if constexpr (detail::Relaxable<Q>) return Integrand<F, ScalarOf<Q>> && detail::SecondOrderIntegrand<Surrogate, ScalarOf<Q>>;
    else return false;
  }();
  template <class Q, class F>
  static constexpr detail::Never explain() {
    static_assert(detail::Relaxable<Q>,
                  "Relax needs a distribution with a relaxation: Bernoulli or OneHotCategorical, bound or not.");
    if constexpr (detail::Relaxable<Q>) {
      static_assert(detail::SecondOrderIntegrand<Surrogate, ScalarOf<Q>>,
                    "Relax needs a surrogate with evaluate(z) and hessian_vector_product(z, v, w): make one with "
                    "differentiable(model, params).");
      detail::explain_values<Q, F>();
    }
    return {};
  }

  template <class Q, class F, class R>
  Estimate<ScalarOf<Q>> operator()(const Q& q, const F& f, R& rng, Index n) const {
    if constexpr (!accepts<Q, F>) {
      return explain<Q, F>();
    } else {
      detail::require_at_least("Relax", "n", n, 1);
      if (options_.with_cost && !detail::SecondOrderIntegrand<F, T>)
        throw InvalidArgument("Relax: with_cost needs a model with hessian_vector_product, as differentiable(model) gives");
      detail::Coupled<Q> draw(q, rng, n);
      detail::Kept<T> kept(n, q.batch_size());
      Estimate<T> estimate;
      bool done = attempt(q, f, draw, kept, estimate);
      while (!done && kept.patch(1, [&](Index to, Index from) { draw.copy(to, from); }))
        done = attempt(q, f, draw, kept, estimate);
      if (!done) return detail::refused<T>(kept.dropped(), estimate.evaluations);
      estimate.dropped = kept.dropped();
      return estimate;
    }
  }

  /// Takes a step of the surrogate: `own` is the slope of the variance by its parameters, then by log temperature.
  void learn(const Vector<T>& own) {
    const Index count = own.size() - 1;
    const detail::Lent<Vector<T>> slope = -own;
    detail::Lent<Vector<T>> all = detail::spare_vector<T>(count + 1);
    all.head(count) = surrogate_.params();
    all(count) = log_tau_;
    optimizer_.update(all, slope);
    surrogate_.set_params(detail::Lent<Vector<T>>(all.head(count)));
    if (options_.with_cost) log_tau_ = all(count);
  }

  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.surrogate_, self.log_tau_, self.optimizer_);
  }

 private:
  template <class Q, class F>
  bool attempt(const Q& q, const F& f, const detail::Coupled<Q>& draw, detail::Kept<T>& kept, Estimate<T>& estimate) const {
    const Index cols = draw.cols();
    estimate.evaluations += cols;
    const auto hard = variate::evaluate(f, draw.b);
    const auto learned = variate::evaluate(surrogate_, draw.both);
    detail::Lent<Row<T>> relaxed = learned.value, by_tau;
    detail::Lent<Batch<T>> difference, difference_by_tau;
    {
      detail::Lent<Batch<T>> slope;
      detail::slopes<T>(learned, detail::Lent<Row<T>>(Row<T>::Ones(2 * cols)), slope);
      difference = draw.difference(slope);
    }
    if constexpr (detail::SecondOrderIntegrand<F, T>)
      if (options_.with_cost) {
        estimate.evaluations += 2 * cols;
        detail::RelaxedCost<T> cost(f, draw, temperature(), false, true);
        relaxed += cost.value;
        by_tau = std::move(cost.by_tau);
        difference += cost.difference;
        difference_by_tau = std::move(cost.difference_by_tau);
      }
    if (kept.drop_non_finite(hard.value + relaxed.head(cols) + relaxed.tail(cols))) return false;
    if (kept.drop_non_finite(difference)) return false;

    const detail::Lent<Row<T>> w = kept.weights();
    detail::ControlledScore<T> controlled(draw.score, difference, difference_by_tau, hard.value, relaxed.data() + cols,
                                          by_tau.size() != 0 ? by_tau.data() + cols : nullptr, T(1), w);
    estimate.value = hard.value.dot(w);

    // d E|g|^2/dparams = 2 E[-(g.score) dc(z_tilde) + d(D_g c(z)) - d(D_g c(z_tilde))], g held (spec: variance descent)
    detail::Lent<Row<T>> along = Row<T>::Zero(2 * cols);
    along.tail(cols) = -controlled.gradient.cwiseProduct(draw.score).colwise().sum();
    const detail::Lent<Batch<T>> apart = draw.apart(controlled.gradient);
    const detail::Lent<Vector<T>> mixed = detail::mixed_pullback<T>(surrogate_, learned, draw.both, apart, along);
    estimate.own = detail::spare_vector<T>(mixed.size() + 1);
    estimate.own << 2 * mixed, 2 * controlled.gb;
    estimate.q = detail::to_parameters<true>(q, std::move(controlled.gradient), hard, w);
    estimate.f = hard.pullback(w);
    return true;
  }

  Surrogate surrogate_;
  RelaxOptions<T> options_;
  T log_tau_;
  O optimizer_;
};

}  // namespace variate

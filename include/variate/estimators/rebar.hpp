#pragma once
/// REBAR: the score estimator with the relaxed f as its control variate, tuned by the gradient of its own variance.
#include <algorithm>
#include <cmath>
#include <utility>

#include "variate/estimators/detail/controlled_score.hpp"
#include "variate/estimators/detail/coupled.hpp"
#include "variate/estimators/detail/smooth_draw.hpp"
#include "variate/optimizers/adam.hpp"

namespace variate {

/// Options of Rebar.
template <class T = double>
struct RebarOptions {
  T temperature = T(0.5);        ///< of the relaxation, positive: where tuning starts
  T eta = T(1);                  ///< scale of the control variate: where tuning starts
  bool tune_eta = true;          ///< follow the scale of least variance
  bool tune_temperature = true;  ///< step along the variance's slope by log temperature, if f has Hessian-vector products
  bool constant = true;   ///< a moving average of f(b) - eta f(y_tilde) joins the control variate, so that it never loses to one
  bool improved = false;  ///< the relaxation that tends to the mean as the temperature grows (Tucker et al. 2017, section 3.3)
  T decay = T(0.99);      ///< of the moving averages, in [0, 1)
};

/// REBAR (Tucker et al. 2017). With y = smooth(z/temperature) made from the noisy logits z of the hard draw b, and y_tilde from
/// z_tilde, a second draw of them given b,
///
///     (f(b) - eta f(y_tilde) - a) grad log q(b) + eta d/dlogits [f(y) - f(y_tilde)].
///
/// Unbiased for every eta, temperature and constant a, which come from earlier draws. g = A + eta B is affine in eta, so the eta
/// of least E|g|^2 is -E[A.B]/E[B.B], of which moving averages are kept; log temperature takes a step of `optimizer` along the
/// slope of the draw's |g|^2, by the Hessian of f along the way y and y_tilde go with it. |g|^2 is that of the gradient by the
/// logits of each draw.
///
/// Needs df/dx between the points of q; for Bernoulli and OneHotCategorical, bound or not. f is called on 3n columns for each
/// data point. Samples with a value or gradient that is not finite are dropped and counted.
/// `learn` takes what the estimate learned. Throws DomainError unless temperature > 0 and 0 <= decay < 1, InvalidArgument if n
/// < 1.
template <class T = double, class O = Adam<T>>
class Rebar {
 public:
  explicit Rebar(RebarOptions<T> options = {}, O optimizer = O({.rate = T(0.01)}))
      : options_(options),
        log_tau_(Vector<T>::Constant(1, std::log(options.temperature))),
        eta_(options.eta),
        optimizer_(std::move(optimizer)) {
    detail::require_positive("Rebar", "temperature", options.temperature);
    detail::require_finite("Rebar", "eta", options.eta);
    if (!(options.decay >= T(0) && options.decay < T(1)))
      throw DomainError(detail::complaint("Rebar", "decay", options.decay, "a number in [0, 1)"));
  }

  T temperature() const { return std::exp(log_tau_(0)); }                      ///< as it stands
  T eta() const { return eta_; }                                               ///< scale of the control variate, as it stands
  T constant() const { return weight_ == T(0) ? T(0) : constant_ / weight_; }  ///< as it stands

  template <class Q, class F>
  static constexpr bool accepts = detail::accepts_smooth<Q, F>;
  template <class Q, class F>
  static constexpr detail::Never explain() {
    return detail::explain_smooth<Q, F>();
  }

  template <class Q, class F, class R>
  Estimate<ScalarOf<Q>> operator()(const Q& q, const F& f, R& rng, Index n) const {
    if constexpr (!accepts<Q, F>) {
      return explain<Q, F>();
    } else {
      detail::require_at_least("Rebar", "n", n, 1);
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

  /// Takes what an estimate learned: the means of A.B and B.B, the slope of the variance by log temperature, and the mean
  /// remainder.
  void learn(const Vector<T>& own) {
    weight_ = options_.decay * weight_ + (T(1) - options_.decay);
    const auto follow = [&](T& average, T now) { average = options_.decay * average + (T(1) - options_.decay) * now; };
    follow(ab_, own(0));
    follow(bb_, own(1));
    follow(constant_, own(3));
    if (options_.tune_eta && bb_ > T(0)) eta_ = -ab_ / bb_;
    if (options_.tune_temperature) optimizer_.update(log_tau_, detail::Lent<Vector<T>>(Vector<T>::Constant(1, -own(2))));
  }

  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.log_tau_, self.eta_, self.ab_, self.bb_, self.constant_, self.weight_, self.optimizer_);
  }

 private:
  template <class Q, class F>
  bool attempt(const Q& q, const F& f, const detail::Coupled<Q>& draw, detail::Kept<T>& kept, Estimate<T>& estimate) const {
    const Index cols = draw.cols();
    estimate.evaluations += 3 * cols;
    const auto hard = variate::evaluate(f, draw.b);
    const detail::RelaxedCost<T> cost(f, draw, temperature(), options_.improved,
                                      detail::SecondOrderIntegrand<F, T> && options_.tune_temperature);
    const auto of_tilde = cost.value.tail(cols);
    if (kept.drop_non_finite(hard.value + cost.value.head(cols) + of_tilde)) return false;
    if (kept.drop_non_finite(cost.difference)) return false;

    const detail::Lent<Row<T>> w = kept.weights();
    const detail::Lent<Row<T>> centred = hard.value.array() - (options_.constant ? constant() : T(0));
    detail::ControlledScore<T> controlled(draw.score, cost.difference, cost.difference_by_tau, centred, of_tilde.data(),
                                          cost.by_tau.size() != 0 ? cost.by_tau.data() + cols : nullptr, eta_, w);
    estimate.value = hard.value.dot(w);
    estimate.q = detail::to_parameters<true>(q, std::move(controlled.gradient), hard, w);
    estimate.f = hard.pullback(w);
    estimate.own = detail::spare_vector<T>(4);
    estimate.own << controlled.ab, controlled.bb, 2 * eta_ * controlled.gb, (hard.value - eta_ * of_tilde).dot(w);
    return true;
  }

  RebarOptions<T> options_;
  Vector<T> log_tau_;
  T eta_, ab_ = 0, bb_ = 0, constant_ = 0, weight_ = 0;
  O optimizer_;
};
template <class T>
Rebar(RebarOptions<T>) -> Rebar<T>;

}  // namespace variate

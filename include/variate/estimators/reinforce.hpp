#pragma once
#include <cmath>
#include <utility>

#include "variate/estimators/baselines/leave_one_out.hpp"
#include "variate/estimators/detail/kept.hpp"

namespace variate {

/// Score-function gradient (Williams 1992) with a baseline policy: grad E_q[f] = E[(f - baseline) grad log q].
///
/// Needs only values of f, so it serves discrete q and black boxes. The policy gets the S x B table of values and gives back what
/// weighs each score (see BaselineFor); one that learns is fed by `learn` when the step is taken. Unbiased with every baseline
/// here. One call of f on n columns for each data point. Samples with a non-finite value are dropped and counted; a data point with
/// fewer than `Baseline::least` of them makes the estimate not finite, and steppers refuse it.
/// Throws InvalidArgument if n < Baseline::least.
template <class Baseline = LeaveOneOut>
struct Reinforce {
  /// What is taken from the values before they weigh the scores.
  [[no_unique_address]] Baseline baseline{};

  template <class Q, class F>
  static constexpr bool accepts = [] {
    if constexpr (Scoreable<Q>) return Integrand<F, ScalarOf<Q>> && BaselineFor<Baseline, Q>; else return false;
  }();

  template <class Q, class F>
  static constexpr detail::Never explain() {
    static_assert(Scoreable<Q>,
                  "Reinforce needs the score of q: give the distribution evaluate(x), whose result has .value (log q, one number a "
                  "column) and pullback(w) = sum_c w_c grad log q(x_c).");
    if constexpr (Scoreable<Q>) {
      detail::explain_values<Q, F>();
      static_assert(BaselineFor<Baseline, Q>,
                    "the baseline must be callable as baseline(values, keep, q) and return a Row of recentred values.");
    }
    return {};
  }

  template <class Q, class F, class R>
  Estimate<ScalarOf<Q>> operator()(const Q& q, const F& f, R& rng, Index n) const {
    if constexpr (!accepts<Q, F>) {
      return explain<Q, F>();
    } else {
      using T = ScalarOf<Q>;
      detail::require_at_least("Reinforce", "n", n, Baseline::least);
      detail::Lent<Batch<T>> x = q.sample(rng, n);
      detail::Kept<T> kept(n, q.batch_size());
      Index evaluations = 0;
      Estimate<T> estimate;
      const auto attempt = [&] {
        evaluations += x.cols();
        auto e = variate::evaluate(f, x);
        using E = decltype(e);
        estimate.value = e.value.mean();
        if (kept.dropped() != 0 || !std::isfinite(estimate.value)) {  // the mean is finite only where all are
          if (kept.drop_non_finite(e.value)) return false;
          estimate.value = kept.mean(e.value);
        }
        if constexpr (requires { baseline.lesson(e.value, kept.keep(), q); })
          estimate.own = baseline.lesson(e.value, kept.keep(), q);
        if constexpr (detail::without_parameters<E, T>) {
          estimate.q = detail::score<T>(e, q, x, weighed<T>(std::move(e.value), estimate.value, kept, q));
        } else {
          const detail::Lent<Row<T>> w = kept.weights();
          estimate.q = detail::score_with_direct<T>(e, q, x, weighed<T>(e.value, estimate.value, kept, q), w);
          estimate.f = e.pullback(w);
        }
        return true;
      };
      bool done = attempt();
      while (!done && kept.patch(x, Baseline::least)) done = attempt();
      if (!done) return detail::refused<T>(kept.dropped(), evaluations);
      estimate.dropped = kept.dropped();
      estimate.evaluations = evaluations;
      return estimate;
    }
  }

  /// Hands the baseline what it was to learn from an estimate whose step was taken.
  template <class T>
    requires requires(Baseline& b, const Vector<T>& own) { b.learn(own); }
  void learn(const Vector<T>& own) {
    baseline.learn(own);
  }
  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.baseline);
  }

 private:
  /// The recentred values times the weights of a mean over the samples. A baseline may have a shorter way for when nothing was
  /// dropped: `recentre(values, q, mean)`, in place and over the number of samples already.
  template <class T, class Q>
  detail::Lent<Row<T>> weighed(detail::Lent<Row<T>> values, T mean, const detail::Kept<T>& kept, const Q& q) const {
    if constexpr (requires { baseline.recentre(values, q, mean); })
      if (kept.dropped() == 0) {
        baseline.recentre(values, q, mean);
        return values;
      }
    return baseline(values, kept.keep(), q).cwiseProduct(kept.weights());
  }
};
template <class B>
Reinforce(B) -> Reinforce<B>;
Reinforce() -> Reinforce<LeaveOneOut>;

}  // namespace variate

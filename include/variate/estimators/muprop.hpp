#pragma once
#include "variate/estimators/baselines/none.hpp"
#include "variate/estimators/detail/smooth_draw.hpp"

namespace variate {

/// MuProp (Gu et al. 2016): the score estimator of what f is beyond its first-order expansion about the mean m = E[b], plus the expansion's own
/// gradient:
///
///     (f(b) - f(m) - f'(m)(b - m)) grad log q(b) + (dm/dlogits)^T f'(m).
///
/// Unbiased. Needs df/dx at m, a point between those of q. `baseline` recentres the remainder as it does in `Reinforce`. Two calls of f: on
/// n columns and on one for each data point. Samples whose value is not finite are dropped and counted; an f that is not finite at a mean
/// makes the estimate not finite. Throws InvalidArgument if n < Baseline::least.
template <class Baseline = NoBaseline>
struct MuProp {
  /// What is taken from the remainders before they weigh the scores.
  [[no_unique_address]] Baseline baseline{};

  template <class Q, class F>
  static constexpr bool accepts = [] {
    if constexpr (detail::accepts_smooth<Q, F>) return BaselineFor<Baseline, Q>; else return false;
  }();
  template <class Q, class F>
  static constexpr detail::Never explain() {
    return detail::explain_smooth<Q, F>();
  }

  template <class Q, class F, class R>
  Estimate<ScalarOf<Q>> operator()(const Q& q, const F& f, R& rng, Index n) const {
    if constexpr (!accepts<Q, F>) {
      return explain<Q, F>();
    } else {
      using T = ScalarOf<Q>;
      const detail::RelaxationOf<Q> smooth(q.distribution());
      detail::require_at_least("MuProp", "n", n, Baseline::least);
      const Index points = q.batch_size();
      Batch<T> b = smooth.hard(smooth.noisy(uniforms<T>(rng, q.distribution().theta().rows(), n * points)));

      const Batch<T> mean = smooth.mean();
      const auto at_mean = variate::evaluate(f, mean);
      Batch<T> slope;
      detail::slopes<T>(at_mean, Row<T>::Ones(points), slope);
      const Row<T> flat = at_mean.value - slope.cwiseProduct(mean).colwise().sum();  // f(m) - f'(m) m

      detail::Kept<T> kept(n, points);
      Estimate<T> estimate;
      estimate.evaluations = points;
      const auto attempt = [&] {
        estimate.evaluations += b.cols();
        const auto e = variate::evaluate(f, b);
        if (kept.drop_non_finite(e.value)) return false;
        const Row<T> w = kept.weights();
        Row<T> rest = e.value;
        for (Index c = 0; c < rest.size(); c += points)
          rest.segment(c, points) -= flat + slope.cwiseProduct(b.middleCols(c, points)).colwise().sum();
        if constexpr (requires { baseline.lesson(rest, kept.keep(), q); }) estimate.own = baseline.lesson(rest, kept.keep(), q);
        rest = Row<T>(baseline(rest, kept.keep(), q));
        Batch<T> g = smooth.score(b);
        g.array().rowwise() *= rest.cwiseProduct(w).array();
        g.leftCols(points) += smooth.mean_pullback(slope) / static_cast<T>(points);
        estimate.q = detail::to_parameters<true>(q, std::move(g), e, w);
        estimate.value = e.value.dot(w);
        estimate.f = e.pullback(w);
        return true;
      };
      bool done = attempt();
      while (!done && kept.patch(b, Baseline::least)) done = attempt();
      if (!done) return detail::refused<T>(kept.dropped(), estimate.evaluations);
      estimate.dropped = kept.dropped();
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
};
template <class B>
MuProp(B) -> MuProp<B>;
MuProp() -> MuProp<NoBaseline>;

}  // namespace variate

#pragma once
/// The score estimator with the best constant for each coordinate.
#include <utility>

#include "variate/estimators/detail/kept.hpp"
#include "variate/estimators/detail/relaxation.hpp"
#include "variate/estimators/detail/relaxation_categorical.hpp"

namespace variate {

/// The score estimator with a baseline of its own for each coordinate i of the logits: E[f s_i^2]/E[s_i^2], s the score, is the
/// constant of least variance (Greensmith, Bartlett and Baxter 2004; Ranganath, Gerrish and Blei 2014). Of sample k it is made
/// from the others,
///
///     mean_k (f_k - b_ik) s_ik,   b_ik = sum_{j != k} f_j s_ij^2 / sum_{j != k} s_ij^2,
///
/// so that the estimate is unbiased. With two samples it is leave-one-out; with many it has no more variance than any baseline
/// that is the same number for all coordinates. A coordinate whose scores are all 0 in the other samples has baseline 0.
///
/// Needs only values of f. One call of f on n columns for each data point; for Bernoulli and OneHotCategorical, bound or not.
/// Samples with a value that is not finite are dropped and counted; a data point with fewer than two makes the estimate not
/// finite. Throws InvalidArgument if n < 2.
struct CoordinateReinforce {
  template <class Q, class F>
  static constexpr bool accepts = [] {
    if constexpr (detail::Relaxable<Q>) return Integrand<F, ScalarOf<Q>>; else return false;
  }();
  template <class Q, class F>
  static constexpr detail::Never explain() {
    static_assert(detail::Relaxable<Q>,
                  "CoordinateReinforce needs the score of each sample by the logits: Bernoulli or OneHotCategorical, bound or "
                  "not. Use Reinforce.");
    if constexpr (detail::Relaxable<Q>)
      detail::explain_values<Q, F>();
    return {};
  }

  template <class Q, class F, class R>
  Estimate<ScalarOf<Q>> operator()(const Q& q, const F& f, R& rng, Index n) const {
    if constexpr (!accepts<Q, F>) {
      return explain<Q, F>();
    } else {
      using T = ScalarOf<Q>;
      detail::require_at_least("CoordinateReinforce", "n", n, 2);
      const detail::RelaxationOf<Q> family(q.distribution());
      const Index points = q.batch_size();
      Batch<T> x = q.sample(rng, n);
      detail::Kept<T> kept(n, points);
      Estimate<T> estimate;
      const auto attempt = [&] {
        estimate.evaluations += x.cols();
        const auto e = variate::evaluate(f, x);
        if (kept.drop_non_finite(e.value)) return false;
        const Row<T> w = kept.weights();
        Batch<T> g = family.score(x);
        weigh(g, Row<T>(e.value), kept.keep(), points);
        g.array().rowwise() *= w.array();
        estimate.q = q.link_pullback(g);
        detail::add_direct_unless_zero_mean<T>(e, w, estimate.q);
        estimate.value = e.value.dot(w);
        estimate.f = e.pullback(w);
        return true;
      };
      bool done = attempt();
      while (!done && kept.patch(x, 2)) done = attempt();
      if (!done) return detail::refused<T>(kept.dropped(), estimate.evaluations);
      estimate.dropped = kept.dropped();
      return estimate;
    }
  }

 private:
  /// Each score times its value less its baseline. The others' sums come from the left and from the right: nothing cancels.
  template <class T>
  static void weigh(Batch<T>& score, const Row<T>& values, const Row<T>& keep, Index points) {
    const Index cols = score.cols();
    Row<T> square(cols), product(cols), squares(cols), products(cols), left(points), left_product(points);
    for (Index i = 0; i < score.rows(); ++i) {
      auto s = score.row(i).array();
      square = s.square() * keep.array();
      product = square.cwiseProduct(values);
      // of the samples to the right of each
      squares.tail(points).setZero();
      products.tail(points).setZero();
      for (Index c = cols - points; c > 0; c -= points) {
        squares.segment(c - points, points) = squares.segment(c, points) + square.segment(c, points);
        products.segment(c - points, points) = products.segment(c, points) + product.segment(c, points);
      }
      left.setZero();
      left_product.setZero();
      for (Index c = 0; c < cols; c += points) {
        squares.segment(c, points) += left;
        products.segment(c, points) += left_product;
        left += square.segment(c, points);
        left_product += product.segment(c, points);
      }
      s *= values.array() - (squares.array() > T(0)).select(products.array() / squares.array(), T(0));
    }
  }
};

}  // namespace variate

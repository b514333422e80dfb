#pragma once
#include "variate/estimators/straight_through.hpp"

namespace variate {

/// ZGR, the limit of `GumbelRao` for temperatures to zero (Shekhovtsov 2023, section 4): half the sum of straight-through and
/// of DARN, which expands f about the mean. With p the mean of a choice, b the draw and g = f'(b), all of that choice,
///
///     (dp/dlogits)^T g/2 + grad log q(b) (g.(b - p))/2.
///
/// So it has no temperature to choose, and no noise beside the draw. Biased, but exact in the mean where f is quadratic in each
/// choice with the others held (and the choices are independent, as those of q are). The same numbers as `ReinMax` at
/// temperature 1 (Liu et al. 2023), here without cancellation. Needs df/dx. As `StraightThrough` otherwise.
struct Zgr {
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
      using T = ScalarOf<Q>;
      using B = Batch<T>;
      // a bit is one number, a class one of K
      const Index rows = [&] {
        if constexpr (requires { q.distribution().classes(); }) return q.distribution().classes();
        else return Index{1};
      }();
      return detail::through_hard_draws("Zgr", q, f, rng, n, [&](const auto& smooth, const B&, const B& b, const B& g) -> B {
        B out = smooth.mean_pullback(g);
        const B score = smooth.score(b);  // b - p, so that score.g = g.(b - p)
        Row<T> along(b.cols());
        for (Index first = 0; first < b.rows(); first += rows) {
          along.setZero();
          for (Index i = first; i < first + rows; ++i) along.array() += score.row(i).array() * g.row(i).array();
          for (Index i = first; i < first + rows; ++i) out.row(i).array() += score.row(i).array() * along.array();
        }
        out *= T(0.5);
        return out;
      });
    }
  }
};

}  // namespace variate

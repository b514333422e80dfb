#pragma once
/// Paths that move the density of their noise as well: what G-REP and RSVI share.
#include "variate/estimators/detail/kept.hpp"

namespace variate::detail {

/// How a batch of draws x (d x SB) was made, for theta of P d rows: row p d + i is about parameter p of coordinate i, column
/// for column.
template <class T>
struct CorrectedPath {
  Batch<T> x;           ///< the draws
  Batch<T> slope;       ///< dx_i/dtheta, the noise held
  Batch<T> correction;  ///< d/dtheta of the log density of the noise whose law still depends on theta; its mean is 0
};

/// E[df/dx slope + (f - baseline) correction], pulled back through q's link.
template <class Q, class F, class Baseline, class T = ScalarOf<Q>>
Estimate<T> corrected_path(const Q& q, const F& f, Index n, CorrectedPath<T> path, const Baseline& baseline) {
  Kept<T> kept(n, q.batch_size());
  Estimate<T> estimate;
  const Index d = path.x.rows();
  const auto attempt = [&] {
    if (kept.drop_non_finite(path.slope) || kept.drop_non_finite(path.correction)) return false;
    estimate.evaluations += path.x.cols();
    const auto e = variate::evaluate(f, path.x);
    if (kept.drop_non_finite(e.value)) return false;
    const Row<T> w = kept.weights();
    Batch<T> g;
    estimate.f = e.pullback(w, g);
    if (kept.drop_non_finite(g)) return false;
    estimate.value = e.value.dot(w);
    if constexpr (requires { baseline.lesson(e.value, kept.keep(), q); })
      estimate.own = baseline.lesson(e.value, kept.keep(), q);
    const Row<T> centred = baseline(Row<T>(e.value), kept.keep(), q).cwiseProduct(w);
    Batch<T> of_theta = path.correction;
    of_theta.array().rowwise() *= centred.array();
    for (Index row = 0; row < of_theta.rows(); row += d)
      of_theta.middleRows(row, d) += path.slope.middleRows(row, d).cwiseProduct(g);
    estimate.q = q.link_pullback(of_theta);
    add_direct_unless_zero_mean<T>(e, w, estimate.q);
    return true;
  };
  bool done = attempt();
  while (!done && kept.patch(Baseline::least, [&](Index to, Index from) {
    path.x.col(to) = path.x.col(from);
    path.slope.col(to) = path.slope.col(from);
    path.correction.col(to) = path.correction.col(from);
  }))
    done = attempt();
  if (!done) return refused<T>(kept.dropped(), estimate.evaluations);
  estimate.dropped = kept.dropped();
  return estimate;
}

}  // namespace variate::detail

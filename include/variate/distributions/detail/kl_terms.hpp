#pragma once
/// What closed forms of divergences give, for families that bring their own: an overload of `closed_kl(p, q, w)` in
/// variate::detail, found by the arguments' types.
#include <algorithm>

#include "variate/core/error.hpp"
#include "variate/core/spare.hpp"
#include "variate/core/types.hpp"

namespace variate::detail {

/// Data points of a pair: the larger number, if the other is the same or 1. Event sizes must agree.
template <class P, class Q>
Index points_of_pair(const P& p, const Q& q) {
  require_size("kl", "event size of q", q.event_size(), p.event_size());
  const Index batch = std::max(p.batch_size(), q.batch_size());
  if (p.batch_size() != 1) require_size("kl", "data points of p", p.batch_size(), batch);
  if (q.batch_size() != 1) require_size("kl", "data points of q", q.batch_size(), batch);
  return batch;
}

/// What a pair of closed forms gives: the divergences (1 x B), and if asked sum_b w_b dkl_b/dtheta_p (K x B of p).
template <class T>
struct KlTerms {
  Lent<Row<T>> value;
  Lent<Batch<T>> gradient;
};

}  // namespace variate::detail

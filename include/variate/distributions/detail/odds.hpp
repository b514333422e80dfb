#pragma once
/// What families of trials with two outcomes, told by the logit of success, share.
#include "variate/distributions/detail/cells.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/expm1.hpp"
#include "variate/math/lanes.hpp"
#include "variate/math/log1p.hpp"
#include "variate/math/sigmoid.hpp"

namespace variate::detail {

/// log(P(failure) / P(failure at logit q)) of a trial with logit p. Close logits keep their digits, and of successes this is it
/// with both signs changed.
template <class V>
V log_failure_ratio(V p, V q) {
  using S = typename V::Scalar;
  const V v = p - q;
  const auto close = math::abs(v) < S(1);
  const V near = math::log1p(math::sigmoid(p) * math::expm1(select(close, -v, V(S(0)))));
  return all(close) ? near : select(close, near, math::log_sigmoid(-p) - math::log_sigmoid(-q));
}

/// The odds e^p times the logarithm of the ratio of successes, also where the odds overflow and the ratio is 1.
template <class V>
V odds_of_log_success_ratio(V p, V q) {
  using S = typename V::Scalar;
  const auto sure = (p > S(40)) & (q > S(40));
  const V value = math::exp(p) * log_failure_ratio(-p, -q);
  return any(sure) ? select(sure, math::expm1(p - q), value) : value;
}

/// `value` where x is a whole number, else `otherwise`.
template <class V>
V if_whole(V x, V value, typename V::Scalar otherwise) {
  return select(math::floor(x) == x, value, V(otherwise));
}

}  // namespace variate::detail
